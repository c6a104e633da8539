"""What rules change: the last build beside what the models would make now, in counts.

The models that rules reach are built in a scratch file that reads the published warehouse's raw
tables where they are, so nothing is published, no lock is taken and no play is copied.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.pipeline.models import LAYERS, load_models, select
from sotw.pipeline.run import create
from sotw.render import render
from sotw.rules import names as rule_names
from sotw.rules import rule
from sotw.rules import write as rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Sequence

    from sotw.warehouse import Connection

    Row = dict[str, Any]

PLAYS = "core.fct_plays"
_MODELS = (PLAYS, "core.fct_duplicate_plays", "core.dim_artists")
# Kinds of plays by which artists are ordered.
_PLAYS = ("plays", "counted_plays", "chart_plays", "training_plays")
COUNTS = (*_PLAYS, "artists", "tracks", "duplicates")
# Rules may write to these; the others are read where they are.
_COPIED = ("names", "rules")
_MOST_ARTISTS = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Counts of one thing before and after.

    Attributes:
        listener: Null for an artist, who is counted for all listeners together.
        year: Of the listener's local dates; null: all years.
        artist: Null for a listener's years.
        before: Count by name, of the last build.
        after: With the rules as they stand.
    """

    listener: str | None
    year: int | None
    artist: str | None
    before: dict[str, int]
    after: dict[str, int]

    @property
    def size(self) -> int:
        """By how many plays it changes, all kinds of plays together."""
        return sum(abs(self.after[name] - self.before[name]) for name in _PLAYS)

    @property
    def is_change(self) -> bool:
        """Whether any count differs."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Diff:
    """What rules change.

    Attributes:
        years: Every listener, all years first, then year by year, those without a change too.
        artists: Those whose plays change most.
        doubts: What else changes the counts, a sentence each.
    """

    years: tuple[Change, ...]
    artists: tuple[Change, ...]
    doubts: tuple[str, ...]


def diff(path: Path, *, wanted: rule.Wanted | None = None, without: Sequence[int] = ()) -> Diff:
    """Compare the last build with what the models make with the rules of now.

    Args:
        path: The published warehouse.
        wanted: A rule to try beside those that hold.
        without: Ids of rules to try without.

    Raises:
        SotwError: Nothing is built, the build is an older sotw's, or a rule is no rule.
    """
    with warehouse.reading(path) as con:
        if not warehouse.is_built(con, PLAYS):
            raise SotwError(f"{path}: nothing is built yet. Run `sotw build`.")
        for rule_id in without:
            rules.by_id(con, rule_id)
        wanted = wanted and rule_names.located(con, wanted)
        doubts = _doubts(con, has_trial=wanted is not None or bool(without))
    with (
        warehouse.explained(path),
        tempfile.TemporaryDirectory(prefix=f"{path.name}.rules-", dir=path.parent) as folder,
    ):
        con = warehouse.connect(Path(folder) / "scratch.duckdb")
        try:
            _reach(con, path)
            now = warehouse.utc_now()
            if wanted:
                rules.insert(con, wanted, now=now)
            for rule_id in without:
                rules.take_back(con, rule_id, now=now)
            rule_names.add_target_tracks(con)
            _build(con)
            years_before, artists_before = _counts(con, "published", path)
            years_after, artists_after = _counts(con, "sotw", path)
        finally:
            con.close()
    changed = [
        one
        for one in _changes(artists_before, artists_after, lambda row: row["artist_key"])
        if one.size
    ]
    return Diff(
        tuple(
            _changes(
                years_before,
                years_after,
                lambda row: (row["listener"], row["year"] is not None, row["year"]),
            )
        ),
        tuple(sorted(changed, key=lambda one: (-one.size, one.artist or ""))[:_MOST_ARTISTS]),
        tuple(doubts),
    )


def counting_rules(con: Connection) -> list[Row]:
    """How many plays each counting rule counts, listener by listener.

    Raises:
        SotwError: The mart is not built.
    """
    if not warehouse.is_built(con, "marts.counting_rules"):
        raise SotwError("marts.counting_rules is not built yet. Run `sotw build`.")
    return rule_names.rows(con, "counting_rules")


def _doubts(con: Connection, *, has_trial: bool) -> list[str]:
    rows = warehouse.rows(con, render("checks/made_tables.sql"))
    made = {row["model"]: row["built_at"] for row in rows}
    built_at: dt.datetime | None = made.get(PLAYS)
    if built_at is None:
        return []
    found = []
    query = "select 1 from raw.imports where rows_kept > 0 and imported_at > ? limit 1"
    if warehouse.rows(con, query, [built_at]):
        found.append(
            "Something was imported after the last build, so it is in the counts after it too: "
            "to see the rules alone, run `sotw build` first."
        )
    if has_trial and (newer := _unbuilt(rules.listed(con, has_removed=True), built_at)):
        ids = ", ".join(map(str, newer))
        found.append(f"Newer than the last build, so in it as well: rules {ids}.")
    return found


def _unbuilt(every: Sequence[rule.Rule], built_at: dt.datetime) -> list[int]:
    """Ids of the rules that were written or taken back after the plays were built."""
    return [
        one.rule_id
        for one in every
        if (one.created_at > built_at) != (one.removed_at is not None and one.removed_at > built_at)
    ]


def _reach(con: Connection, path: Path) -> None:
    """Make the raw tables of the published file readable under their own names."""
    con.execute(f"attach {warehouse.quoted(str(path.absolute()))} as published (read_only)")
    con.execute("create schema raw")
    query = "select table_name from duckdb_tables() where database_name = 'published'"
    for row in warehouse.rows(con, f"{query} and schema_name = 'raw' order by table_name"):
        name = row["table_name"]
        kind = "table" if name in _COPIED else "view"
        con.execute(f"create {kind} raw.{name} as from published.raw.{name}")


def _build(con: Connection) -> None:
    for schema in LAYERS:
        con.execute(f"create schema {schema}")
    for model in select(load_models(), _MODELS):
        create(con, model)


def _counts(con: Connection, database: str, path: Path) -> tuple[list[Row], list[Row]]:
    con.execute(f"use {database}")
    try:
        found = (rule_names.rows(con, "count_by_year"), rule_names.rows(con, "count_by_artist"))
    except warehouse.DatabaseError as error:
        raise SotwError(
            f"{path}: its plays were built by an older sotw. Run `sotw build` first."
        ) from error
    finally:
        con.execute("use sotw")
    return found


def _changes(
    before: Sequence[Row], after: Sequence[Row], key: Callable[[Row], Hashable]
) -> list[Change]:
    """What is in either, in the order of the rows after; what is gone stands at its end."""
    old, new = ({key(row): row for row in rows} for rows in (before, after))
    found = []
    for name in dict.fromkeys([*new, *old]):
        row = new.get(name) or old[name]
        counts = [one for one in COUNTS if one in row]
        sides = [
            {one: int(side[name][one]) if name in side else 0 for one in counts}
            for side in (old, new)
        ]
        found.append(Change(row.get("listener"), row.get("year"), row.get("artist"), *sides))
    return found
