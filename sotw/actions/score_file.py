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
from sotw.predictors.popularity import contract, of_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.settings import Settings
    from sotw.warehouse import Connection

NOT_SCORED = "not_scored"
_MODELS = ("training_popularity_rows",)


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """What became of a file.

    Attributes:
        catalogue: Whose model was used.
        run_id: Of its training.
        rows: Records in the file.
        scored: How many have a prediction.
        not_scored: Why each other one has none, by its line.
        result: Whether the file keeps the contract: pass, warn or fail.
        output: What was written: the file's rows with the predictions.
        reports: How the file keeps the contract, as JSON and as a page.
    """

    catalogue: str
    run_id: str
    rows: int
    scored: int
    not_scored: dict[int, str]
    result: str
    output: Path
    reports: tuple[Path, Path]


def run_score(
    path: Path, settings: Settings, file: Path, output: Path, catalogue: str | None = None
) -> ScoredFile:
    """Score a file of tracks, and write it with predictions, intervals and words.

    Args:
        path: The warehouse with the model.
        settings: Strict: a row that breaks the contract refuses the file.
        file: A table that ``sotw ingest`` would take for a catalogue of tracks.
        output: Where to write: the original columns and lines, those of ``of_file.COLUMNS``, and
            why a row is not scored.
        catalogue: Whose model; null: the only one.

    Raises:
        SotwError: There is no model, the file is no such table, cannot be written, or breaks the
            contract where that is refused; what it breaks stands beside ``output`` all the same.
    """
    if output.resolve() == file.resolve():
        raise SotwError(f"{output}: would be written over what is read. Name another --output.")
    header, records = _records(file)
    with warehouse.reading(path) as con, _made_of(file, settings) as made:
        said = of_file.said_of(con, made, catalogue)
        found = contract.contract(made, is_strict=settings.is_strict)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        reports = contract.write(found, output.with_name(f"{output.stem}.contract"))
        why = said.faults
        if settings.is_strict and why:
            line, text = next(iter(sorted(why.items())))
            raise SotwError(
                f"{file}: {len(why):,} rows break the contract, the first in line {line}: {text}. "
                f"Nothing is scored, as sotw.toml is strict; {reports[1]} says more."
            )
        scored, why = _write(output, header, records, said)
    except OSError as error:
        raise SotwError(f"{output}: cannot be written: {error.strerror}.") from error
    return ScoredFile(
        catalogue=said.catalogue,
        run_id=said.run_id,
        rows=len(records),
        scored=scored,
        not_scored=why,
        result=found["result"],
        output=output,
        reports=reports,
    )


def _records(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each record with its line, as they stand in the file."""
    from sotw.ingest.reading.documents import find_documents
    from sotw.ingest.reading.texts import open_text, take_sample
    from sotw.ingest.recognise import judge

    refused: list[str] = []
    documents = list(find_documents([file], lambda _, message: refused.append(message)))
    if len(documents) != 1:
        raise SotwError(*refused[:1] or [f"{file}: not one file. Name a table of tracks."])
    document = documents[0]
    sample = take_sample(document)
    if judge(sample).name != "catalogue" or sample.parquet_columns:
        raise SotwError(
            f"{file}: no catalogue of tracks as CSV: its first line must name artist, track, and "
            "audio features or a year. See sotw/ingest/README.md."
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
def _made_of(file: Path, settings: Settings) -> Iterator[Connection]:
    """A warehouse in memory with the file as its one catalogue, and what is made of it."""
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
        build(con, models, settings=settings, only=select(models, _MODELS))
        yield con
    finally:
        con.close()


def _write(
    output: Path, header: list[str], records: list[tuple[int, list[str]]], said: of_file.SaidOfFile
) -> tuple[int, dict[int, str]]:
    """Write every record; how many are scored, and why the others are not."""
    # Of records that say the same ingest keeps the first.
    like: dict[tuple[str, ...], Any] = {}
    scored, why = 0, {}
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*header, *of_file.COLUMNS, NOT_SCORED])
        for line, record in records:
            found = said.by_line.get(line) or like.get(tuple(record))
            text = said.faults.get(line, "")
            if found is not None and not text:
                like[tuple(record)] = found
                scored += 1
            else:
                found, text = None, text or "says what a line before it says"
                why[line] = text
            writer.writerow([*record, *(found or ("",) * len(of_file.COLUMNS)), text])
    return scored, why
