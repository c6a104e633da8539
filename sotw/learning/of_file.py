"""What a predictor declares so that ``sotw score`` can score the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class SaidOfFile:
    """What a stored model says of the rows of a file.

    Attributes:
        model: Whose model was used, in words.
        run_id: Of its training.
        by_line: Cells for ``FileScoring.columns`` of each row that is scored, by its line.
        faults: Why another row is not scored, by its line.
    """

    model: str
    run_id: str
    by_line: Mapping[int, tuple[Any, ...]]
    faults: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class FileScoring:
    """How a predictor scores the rows of a file that no warehouse holds.

    Attributes:
        format: What ``sotw ingest`` must recognise the file as.
        models: What is built of the file, which is alone in a warehouse in memory.
        columns: What is added to each row.
        said: Of the warehouse with the stored model, the one made of the file, and the options.
    """

    format: str
    models: tuple[str, ...]
    columns: tuple[str, ...]
    said: Callable[[Connection, Connection, Any], SaidOfFile]
