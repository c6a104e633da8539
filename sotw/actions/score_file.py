"""Score the rows of a file by a stored model; nothing of it is kept in the warehouse."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.errors import SotwError
from sotw.pipeline.models import load_models, select
from sotw.pipeline.run import build
from sotw.predictors import registry
from sotw.report.page import write_beside
from sotw.warehouse.appearing import appearing, refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sotw.learning.of_file import SaidOfFile
    from sotw.settings import Settings
    from sotw.warehouse import Connection

NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """What became of a file.

    Attributes:
        model: Whose model was used, in words.
        run_id: Of its training.
        rows: Records in the file.
        scored: How many have a prediction.
        not_scored: Why each other one has none, by its line.
        output: What was written: the file's rows with the predictions.
        documents: What stands beside it, such as how the file keeps a contract.
    """

    model: str
    run_id: str
    rows: int
    scored: int
    not_scored: dict[int, str]
    output: Path
    documents: tuple[Path, ...]


def run_score(
    path: Path,
    settings: Settings,
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    *,
    file: Path,
    output: Path,
) -> ScoredFile:
    """Score the rows of a file, and write it with what a predictor says of each.

    Args:
        path: The warehouse with the model.
        settings: Strict: a row that breaks the contract refuses the file.
        name: A predictor with ``Traits.of_file``.
        options: Of it.
        file: A table that ``sotw ingest`` would take for what the predictor learned from.
        output: Where to write: the original columns and lines, those of the predictor, and why a
            row is not scored. Cells stay as the file has them, formulas too.

    Raises:
        SotwError: There is no model, the file is no such table, another file is in the place of
            what is written, it cannot be written, or the file breaks the
            contract where that is refused; what it breaks stands beside ``output`` all the same.
    """
    traits = registry.predictor(name).traits
    how = traits.of_file
    if how is None:
        raise SotwError(f"{name}: scores no files.")
    if output.resolve() == file.resolve():
        raise SotwError(f"{output}: would be written over what is read. Name another --output.")
    # How the first line ends of every file that was written here; such a one gives way.
    ours = (f",{','.join((*how.columns, NOT_SCORED))}\n",)
    refuse_foreign(output, ours)
    header, records = _records(file, how.format)
    with warehouse.reading(path) as con, _made_of(file, settings, how.models) as made:
        said = how.said(con, made, options)
        texts = traits.documents(made, settings) if traits.documents else {}
    documents = write_beside(texts, output.with_suffix(""))
    if settings.is_strict and said.faults:
        line, text = next(iter(sorted(said.faults.items())))
        more = f"; {documents[-1]} says more" if documents else ""
        raise SotwError(
            f"{file}: {len(said.faults):,} rows break the contract, the first in line {line}: "
            f"{text}. Nothing is scored, as sotw.toml is strict{more}."
        )
    with appearing(output, is_replacing=True, ours=ours) as partial:
        scored, why = _write(partial, [*header, *how.columns, NOT_SCORED], records, said)
    return ScoredFile(
        model=said.model,
        run_id=said.run_id,
        rows=len(records),
        scored=scored,
        not_scored=why,
        output=output,
        documents=tuple(documents),
    )


def _records(file: Path, wanted: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each record with its line, as they stand in the file."""
    from sotw.ingest.reading.documents import find_documents
    from sotw.ingest.reading.texts import open_text, take_sample
    from sotw.ingest.recognise import judge

    refused: list[str] = []
    documents = list(find_documents([file], lambda _, message: refused.append(message)))
    if len(documents) != 1:
        raise SotwError(*refused[:1] or [f"{file}: not one file. Name a table."])
    document = documents[0]
    sample = take_sample(document)
    if judge(sample).name != wanted or sample.parquet_columns:
        raise SotwError(
            f"{file}: no CSV of format {wanted}. sotw/ingest/README.md says what its first line "
            "must name."
        )
    with open_text(document, sample) as stream:
        reader = csv.reader(stream, delimiter=sample.delimiter)
        header = next(reader)
        records = []
        last = reader.line_num
        for record in reader:
            if record:
                records.append((last + 1, record))
            last = reader.line_num
    return header, records


@contextlib.contextmanager
def _made_of(file: Path, settings: Settings, names: Sequence[str]) -> Iterator[Connection]:
    """A warehouse in memory with the file alone, and what is made of it."""
    from sotw.ingest import ingest

    con = warehouse.connect(":memory:")
    try:
        warehouse.migrate(con, Path("memory"))
        now = warehouse.utc_now()
        report = ingest(con, [file], settings.listener, now=now)
        if not report.receipts:
            raise SotwError("\n".join(text for _, text in (*report.refused, *report.unread)))
        prepare(con, settings, now + dt.timedelta(seconds=1))
        models = load_models()
        build(con, models, settings=settings, only=select(models, tuple(names)))
        yield con
    finally:
        con.close()


def _write(
    output: Path, header: list[str], records: list[tuple[int, list[str]]], said: SaidOfFile
) -> tuple[int, dict[int, str]]:
    """Write every record; how many are scored, and why the others are not."""
    # Of records that say the same ingest keeps the first.
    like: dict[tuple[str, ...], tuple[Any, ...]] = {}
    scored, why = 0, {}
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for line, record in records:
            cells = said.by_line.get(line) or like.get(tuple(record))
            fault = said.faults.get(line, "")
            if cells is not None and not fault:
                like[tuple(record)] = cells
                scored += 1
            else:
                cells, fault = None, fault or "says what a line before it says"
                why[line] = fault
            empty = ("",) * (len(header) - len(record) - 1)
            writer.writerow([*record, *(cells or empty), fault])
    return scored, why
