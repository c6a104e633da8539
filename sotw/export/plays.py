"""Plays out of the warehouse: as listens of ListenBrainz, as a table of Last.fm, as Parquet.

DuckDB writes the file itself, so that memory does not grow with it. The file is there
whole or not at all (``warehouse.appearing``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.checks.freshness import has_unbuilt_plays
from sotw.errors import SotwError
from sotw.render import render
from sotw.warehouse import is_built
from sotw.warehouse.appearing import appearing
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

_PLAYS = "core.fct_plays"
# How DuckDB writes each. No line of JSON has a unit separator: none is ever quoted.
_OPTIONS = {
    "listenbrainz": "format csv, header false, delimiter '\x1f', quote '', escape ''",
    "lastfm": "format csv, header true",
    "parquet": "format parquet, compression zstd",
}
_MEGABYTES = 2_000


@dataclass(frozen=True, slots=True)
class PlaysReport:
    """What an export of plays wrote.

    Attributes:
        form: ``listenbrainz``, ``lastfm`` or ``parquet``.
        listener: Whose plays they are.
        file: Where they are now.
        plays: How many were written.
        duplicates: Records left out because another record tells of the same play, or because
            they are later than the last build.
        not_counted: Plays left out because the form cannot say that they do not count.
        no_listens: Podcasts, audiobooks, videos and plays of private sessions, left out.
        is_stale: Whether plays were imported after the last build, and so are not in the file.
    """

    form: str
    listener: str
    file: str
    plays: int
    duplicates: int
    not_counted: int
    no_listens: int
    is_stale: bool


def export_plays(
    con: Connection,
    form: str,
    listener: str,
    output: Path,
    *,
    every_record: bool = False,
    only_listens: bool = False,
) -> PlaysReport:
    """Write the plays of a listener to a new file.

    Args:
        con: A warehouse that was built; may be read-only.
        form: One of ``listenbrainz``, ``lastfm``, ``parquet``.
        listener: Whose plays.
        output: Where no file is yet.
        every_record: Also what several services reported of one play, so that an import finds the
            same duplicates; not in the form of Last.fm.
        only_listens: Of ``listenbrainz``: leave out what a public profile does not show: podcasts,
            audiobooks, videos and plays of private sessions.

    Raises:
        SotwError: There is no such listener, nothing is built, the file exists, or the disk
            refuses.
    """
    listener_id(con, listener)
    if not is_built(con, _PLAYS):
        raise SotwError(f"{_PLAYS} is not built, which says what is a play. Run `sotw build`.")
    values: dict[str, object] = {"listener": listener}
    [(records, plays, counted)] = con.execute(render("export/count_plays.sql"), values).fetchall()
    con.execute(render("export/plays.sql"))
    no_listens = 0
    if form == "listenbrainz":
        values["only_listens"] = only_listens
        if only_listens:
            query = "from temp.exported_plays where listener = ? and (not is_duplicate or ?)"
            found = con.execute(
                f"select count(*) {query} and not is_listen", [listener, every_record]
            )
            [(no_listens,)] = found.fetchall()
    query = render(f"export/{form}.sql")
    with appearing(output) as partial, warehouse.little_memory(con, _MEGABYTES):
        target = warehouse.quoted(str(partial.absolute()))
        if form != "lastfm":
            values["every_record"] = every_record
        [(written,)] = con.execute(
            f"copy ({query}) to {target} ({_OPTIONS[form]})", values
        ).fetchall()
    log.info("%s: %d plays", output, written)
    return PlaysReport(
        form=form,
        listener=listener,
        file=str(output),
        plays=int(written),
        duplicates=records - max(plays, written + no_listens),
        not_counted=plays - counted if form == "lastfm" else 0,
        no_listens=no_listens,
        is_stale=has_unbuilt_plays(con),
    )
