"""One document into raw, whole or not at all, with its receipt.

Batches from the reader go into ``temp.incoming`` as they come; everything that compares them
with what is there already is SQL under sql/ingest/. Python computes the keys of new spellings,
because DuckDB cannot.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw.errors import SourceError
from sotw.ingest.clocks import late_reports, shifts
from sotw.ingest.imports import replace_earlier
from sotw.ingest.reading.rows import array
from sotw.ingest.reading.texts import Tally
from sotw.ingest.readings import PLAIN, Way, invented_listener
from sotw.ingest.receipt import Receipt, Settled
from sotw.ingest.statements import rules_and_steps, run, text
from sotw.keys import KEY_VERSION, keys_of_title, loose_key, strict_key
from sotw.warehouse import little_memory
from sotw.warehouse.connection import execute
from sotw.warehouse.credits import insert_credits
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.format import Format
    from sotw.ingest.reading.texts import Sample

__all__ = ["Receipt", "fill_incoming", "import_document", "settle"]

# What follows the statements of the kind: of plays once for each slice of listeners.
_JUDGE_PLAYS = ("plays/compare", "plays/judge", "plays/retell")
_SHARPEN_PLAYS = ("plays/sharpen", "plays/renumber")
_OF_A_LISTENER = (
    *("plays", "picks", "playlist_items", "library_items", "feedback"),
    *("live_shows", "played_days", "technical_events"),
)
# The others know an album as a text at most, and a name is worked out for nothing.
_OF_ALBUMS = ("plays", "album_stats")
# Recognised by headings that a table of favourites may have as well.
HEADED_PLAYS = ("plays parquet", "lastfm table")
_LEAST_FAVORITES = 5
# A favourite may have a date without a time of day.
_COUNT_UNTIMED = "select count(*) from temp.incoming where reason = 'time not understood'"
_COUNT_ACCEPTED = "select count(*) from temp.incoming where reason is null"
_TEMPORARY = (
    "incoming",
    "named",
    "crowded",
    "compared",
    "judged",
    "retold",
    "platforms",
    "parts",
    "latest",
    "parted",
)
# Plays compared at once. A natural key has one listener, so listeners can be taken in turn, and
# memory does not grow with the file.
_PLAYS_AT_ONCE = 1_000_000
# What DuckDB holds of them; records wait on the disk.
MEGABYTES = 144
# To insert them is to sort all that is known of them.
_PLAYS_SORTED_AT_ONCE = 200_000
# After every listener and time.
_NOBODY_EVER = (2**31 - 1, dt.datetime.max)


def import_document(
    con: duckdb.DuckDBPyConnection,
    document: Document,
    sample: Sample,
    format_: Format,
    listener: str,
    *,
    now: dt.datetime,
    latest: dt.datetime,
    is_demo: bool,
    way: Way = PLAIN,
) -> Receipt:
    """Import one document in its own transaction.

    Args:
        con: Connection to a draft.
        document: What to read.
        sample: Its head, encoding and fingerprint.
        format_: What it is.
        listener: Whose history it is, where the document does not say.
        now: Naive UTC; becomes ``imported_at`` and ``fetched_at``.
        latest: Plays after this instant are in the future.
        is_demo: Marks a listener that is made here as invented.
        way: What was said of how to read it.

    Raises:
        SourceError: The document is cut off, damaged or holds no record, or would mix an invented
            history with a real one; nothing of it has been kept.
    """
    invented = invented_listener(document, sample)
    values: dict[str, Any] = {
        "listener": invented or listener,
        "source": format_.source,
        "now": now,
        "latest": latest,
        "is_demo": is_demo or invented is not None,
        "key_version": KEY_VERSION,
        "format": format_.name,
        "file": document.name,
        "sha256": sample.sha256,
        "bytes": sample.size,
    }
    tally = Tally(0, [note for note in (way.note, sample.note) if note])
    try:
        with little_memory(con, MEGABYTES):
            fill_incoming(con, document, sample, format_, tally)
        if not tally.read:
            raise SourceError(f"{document.name}: the file holds no records. Export it again.")
        values |= {"reading": way.said(sample), "coming": way.coming}
        with little_memory(con, MEGABYTES * max(1, tally.read // _PLAYS_AT_ONCE)):
            con.begin()
            try:
                receipt = _settle(con, format_, tally, values)
            except BaseException:
                con.rollback()
                raise
            con.commit()
    finally:
        drop_temporary(con)
    return receipt


def drop_temporary(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what an import worked with."""
    for name in _TEMPORARY:
        con.execute(f"drop table if exists temp.{name}")


def fill_incoming(
    con: duckdb.DuckDBPyConnection,
    document: Document,
    sample: Sample,
    format_: Format,
    tally: Tally,
) -> None:
    """Read a document into temp.incoming; the connection has no open transaction.

    Raises:
        SourceError: The document is cut off or damaged.
    """
    if format_.fill is not None and format_.fill(con, document, sample, tally):
        return
    for number, batch in enumerate(format_.read(document, sample, tally)):
        _append(con, batch, is_first=number == 0)


def _append(con: duckdb.DuckDBPyConnection, batch: pa.Table, *, is_first: bool) -> None:
    # DuckDB finds ``batch`` by its name. What ``register`` names, it would hold until the commit.
    if is_first:
        con.execute("create or replace temp table incoming as from batch")
    else:
        con.execute("insert into temp.incoming by name from batch")


def _settle(
    con: duckdb.DuckDBPyConnection, format_: Format, tally: Tally, values: dict[str, Any]
) -> Receipt:
    """Settle a document, and write its receipt."""
    done = settle(con, format_, tally, values)
    verdicts, reasons = done.verdicts, done.reasons
    receipt = Receipt(
        file=values["file"],
        format=format_.name,
        listener=done.listener,
        rows_read=tally.read,
        rows_kept=verdicts["kept"],
        rows_known=sum(verdicts[name] for name in ("known", "sharpens", "retold")),
        rows_rejected=sum(reasons.values()),
        reasons=reasons,
        note="; ".join(tally.notes) or None,
        rows_sharpened=verdicts["sharpens"],
        rows_replaced=done.replaced,
    )
    counts = {name: getattr(receipt, name) for name in ("rows_read", "rows_kept", "rows_known")}
    counts |= {"rows_rejected": receipt.rows_rejected, "note": receipt.note}
    # The table's own check refuses a receipt that does not balance.
    run(con, "insert_import", values | counts)
    return receipt


def settle(
    con: duckdb.DuckDBPyConnection, format_: Format, tally: Tally, values: dict[str, Any]
) -> Settled:
    """Reject, name, judge and insert what is in temp.incoming; then count.

    Args:
        con: With an open transaction.
        format_: Of the records.
        tally: Gets what is to be said of them.
        values: For the statements; get ``import_id``, ``listener_id`` and ``last_at``.
    """
    kind = format_.kind
    values["last_at"] = None
    values["import_id"] = last_id(con, "imports") + 1
    for step in format_.completed_by:
        run(con, step, values)
    rules, steps = rules_and_steps(con, kind)
    execute(con, rules, values)
    _add_names(con, has_albums=kind in _OF_ALBUMS)
    if kind in _OF_A_LISTENER:
        _add_listeners(con, values)
    if format_.name in HEADED_PLAYS and values["file"]:
        tally.notes += _doubts(con)
    listener_id, listener = _listener_of_file(con, kind, values)
    values["listener_id"] = listener_id
    is_usable = bool(_value(con, _COUNT_ACCEPTED))
    replaced, said = replace_earlier(con, values, is_usable=is_usable, coming=values["coming"])
    tally.notes += said
    execute(con, steps, values)
    if kind == "plays":
        _add_stated_credits(con)
        tally.notes += late_reports(con)
        [(values["last_at"],)] = con.execute("select max(played_at) from temp.named").fetchall()
    verdicts = _judge_plays(con, values) if kind == "plays" else _verdicts(con)
    if kind == "plays":
        tally.notes += shifts(con, values)
    if sharpened := verdicts["sharpens"]:
        tally.notes.append(f"{sharpened:,} known plays now to the second")
    if retold := verdicts["retold"]:
        tally.notes.append(f"{retold:,} known plays under other names: the newer export's count")
    run(con, "insert_rejects", values)
    reasons: dict[str, int] = dict(run(con, "count_reasons", values).fetchall())
    return Settled(verdicts, reasons, listener, replaced)


def _verdicts(con: duckdb.DuckDBPyConnection) -> Counter[str]:
    """How many judged records had which verdict."""
    return Counter(dict(run(con, "count_verdicts", {}).fetchall()))


def _judge_plays(con: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    for source, first, last in _slices(run(con, "plays/count_listeners", {}).fetchall()):
        of_slice = {"source": source, "first_listener_id": first, "last_listener_id": last}
        for step in _JUDGE_PLAYS:
            run(con, step, values | of_slice)
        for portion in _portions(run(con, "plays/count_months", {}).fetchall()):
            run(con, "plays/insert", values | of_slice | portion)
        of_these = _verdicts(con)
        if of_these["sharpens"]:
            for step in _SHARPEN_PLAYS:
                run(con, step, values | of_slice)
        verdicts += of_these
    return verdicts


def _slices(plays: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Source, and first and last id of neighbours with some ``_PLAYS_AT_ONCE`` plays together."""
    slices: list[tuple[str, int, int]] = []
    held = 0
    for source, listener_id, count in plays:
        if slices and slices[-1][0] == source and held + count <= _PLAYS_AT_ONCE:
            slices[-1] = (source, slices[-1][1], listener_id)
            held += count
        else:
            slices.append((source, listener_id, listener_id))
            held = count
    return slices


def _portions(months: list[tuple[int, dt.datetime, int]]) -> Iterator[dict[str, Any]]:
    """Ranges of listener and time with some ``_PLAYS_SORTED_AT_ONCE`` plays each.

    Args:
        months: Listener, month and plays, in order.
    """
    starts: list[tuple[int, dt.datetime]] = []
    held = 0
    for listener_id, month, count in months:
        if not starts or held + count > _PLAYS_SORTED_AT_ONCE:
            starts.append((listener_id, month))
            held = 0
        held += count
    for (first, from_at), (last, until_at) in pairwise([*starts, _NOBODY_EVER]):
        until = {"until_listener": last, "until_at": until_at}
        yield {"from_listener": first, "from_at": from_at} | until


def _add_names(con: duckdb.DuckDBPyConnection, *, has_albums: bool) -> None:
    """Give each new spelling its id and keys."""
    values = {"key_version": KEY_VERSION, "has_albums": has_albums}
    fresh = con.sql(text("new_spellings"), params=values).to_arrow_table().to_pydict()
    if not fresh["kind"]:
        return
    next_id = last_id(con, "names") + 1
    ids = []
    for name_id in fresh["name_id"]:
        ids.append(next_id if name_id is None else name_id)
        next_id += name_id is None
    artists, titles = fresh["artist_name"], fresh["title"]
    artist_keys = {name: (strict_key(name), loose_key(name)) for name in {*artists}}
    # An album and a track, or the tracks of several artists, often have one title.
    title_keys = {title: keys_of_title(title) for title in {*titles}}
    names = {
        "kind": fresh["kind"],
        "artist_name": artists,
        "title": titles,
        "artist_key": [artist_keys[name][0] for name in artists],
        "title_key": [title_keys[title][0] for title in titles],
        "artist_loose_key": [artist_keys[name][1] for name in artists],
        "title_loose_key": [title_keys[title][1] for title in titles],
        "title_work_key": [title_keys[title][2] for title in titles],
    }
    columns = {name: array(values, pa.string()) for name, values in names.items()}
    columns["name_id"] = array(ids, pa.int32())
    columns["key_version"] = array([KEY_VERSION] * len(ids), pa.int16())
    fresh_names = pa.table(columns)  # found by its name  # noqa: F841
    con.execute("insert into raw.names by name from fresh_names")


def _add_stated_credits(con: duckdb.DuckDBPyConnection) -> None:
    """Keep what accepted plays say of the artists of their tracks beside the names."""
    stated = [
        (track, artist, position, artist in (guests or ()), source)
        for track, source, artists, guests in run(con, "plays/stated_credits", {}).fetchall()
        for position, artist in enumerate(artists, start=1)
    ]
    insert_credits(con, stated)


def _add_listeners(con: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> None:
    for (listener,) in run(con, "new_listeners", values).fetchall():
        listener_id = last_id(con, "listeners") + 1
        run(con, "insert_listener", values | {"listener": listener, "listener_id": listener_id})
    if values["is_demo"] and (mixed := run(con, "real_listeners", values).fetchall()):
        raise SourceError(
            f"{values['file']}: the synthetic demo, and '{mixed[0][0]}' is somebody real here. "
            "Import the demo into a warehouse of its own with --warehouse."
        )


def _doubts(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What to say of plays that come at most once a week, nearly always, or that are none."""
    [(plays, weeks)] = run(con, "plays/count_weeks", {}).fetchall()
    return doubts(plays, weeks, 0 if plays else _value(con, _COUNT_UNTIMED))


def doubts(plays: int, weeks: int, untimed: int) -> list[str]:
    """What to say of a file: its accepted plays, in how many weeks, and records without a time."""
    if not plays:
        if not untimed:
            return []
        return ["no play is kept; if these are favourites, import it with --as favourites"]
    if plays < _LEAST_FAVORITES or plays > 1.2 * weeks:
        return []
    return ["one play a week looks like favourites: if it is, import it again with --as favourites"]


def _listener_of_file(
    con: duckdb.DuckDBPyConnection, kind: str, values: dict[str, Any]
) -> tuple[int | None, str | None]:
    """The one listener of a file; null for metadata, and where there are several or none."""
    if kind not in _OF_A_LISTENER:
        return None, None
    found = run(con, "listeners_of_file", values).fetchall()
    return found[0] if len(found) == 1 else (None, None)


def _value(con: duckdb.DuckDBPyConnection, query: str) -> int:
    # All rows: DuckDB 2.0 refuses other work on a connection with an unfinished result.
    [(value,)] = con.execute(query).fetchall()
    return int(value)
