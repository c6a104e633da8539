"""Rules of the listeners: what a name means, what does not count, and how plays are counted.

A rule is a row of raw.rules that the models apply to the whole history, so it works backwards in
time, and taking it back (``removed_at``) undoes it: no play is ever changed or deleted. A name
stands for all spellings with its strict key.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.errors import SettingsError, SotwError
from sotw.keys import strict_key
from sotw.rules import names as rule_names
from sotw.rules.rule import COUNTINGS, PURPOSES, Rule, Wanted, described, spelled
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sotw.rules.names import Names
    from sotw.warehouse import Connection

# The models follow an alias of an alias, and no further.
_MOST_STEPS = 2


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a rule that was wanted; ``is_new`` is false where it was there already."""

    rule: Rule
    is_new: bool


def listed(con: Connection, *, has_removed: bool = False) -> list[Rule]:
    """The rules that hold, by id; with ``has_removed`` those taken back as well."""
    found = [Rule(**row) for row in rule_names.rows(con, "list_rules")]
    return [one for one in found if has_removed or one.removed_at is None]


def add(path: Path, wanted: Wanted) -> Added:
    """Write a rule to the warehouse; the next build applies it.

    Raises:
        SotwError: A name, playlist or listener is not there, the rule says nothing, or another
            rule says otherwise; nothing has changed.
    """
    with warehouse.reading(path) as con:
        completed, names = _resolved(con, wanted)
        known = _known(listed(con), completed, names)
    if known:
        return Added(known, is_new=False)
    with warehouse.writing(path) as con:
        return insert(con, wanted, now=warehouse.utc_now())


def remove(path: Path, rule_id: int) -> Rule:
    """Take a rule back; its row stays, and one taken back before is left as it is.

    Raises:
        SotwError: No rule has that id.
    """
    with warehouse.reading(path) as con:
        found = by_id(con, rule_id)
    if found.removed_at:
        return found
    with warehouse.writing(path) as con:
        take_back(con, rule_id, now=warehouse.utc_now())
        return by_id(con, rule_id)


def by_id(con: Connection, rule_id: int) -> Rule:
    """A rule, also one that is taken back.

    Raises:
        SotwError: No rule has that id.
    """
    found = {one.rule_id: one for one in listed(con, has_removed=True)}
    if rule_id not in found:
        there = ", ".join(map(str, found)) or "none"
        raise SotwError(f"no rule has the id {rule_id}; there is {there}. See `sotw rules list`.")
    return found[rule_id]


def take_back(con: Connection, rule_id: int, *, now: dt.datetime) -> None:
    """Set ``removed_at`` of a rule that holds."""
    query = "update raw.rules set removed_at = ? where rule_id = ? and removed_at is null"
    con.execute(query, [now, rule_id])


def insert(con: Connection, wanted: Wanted, *, now: dt.datetime) -> Added:
    """Write a rule to a draft, with a row of raw.names for a spelling that is new.

    Raises:
        SotwError: As ``add``.
    """
    completed, names = _resolved(con, wanted)
    live = listed(con)
    if known := _known(live, completed, names):
        return Added(known, is_new=False)
    _refuse_contradictions(live, completed, names)
    has_target = wanted.rule in ("alias", "fix")
    source, reported_at, ordinal = completed.record or (None, None, None)
    rule_id = last_id(con, "rules") + 1
    values = {
        "rule_id": rule_id,
        "listener_id": rule_names.listener_id_of(con, completed.listener),
        "rule": wanted.rule,
        "scope": wanted.scope,
        "name_id": names.subject_id,
        "target_name_id": rule_names.write_target(con, wanted.scope, names) if has_target else None,
        "playlist": wanted.playlist,
        "counting": wanted.counting,
        "purpose": wanted.purpose,
        "from_date": wanted.from_date,
        "to_date": wanted.to_date,
        "now": now,
        "play_source": source,
        "play_reported_at": reported_at,
        "play_ordinal": ordinal,
    }
    con.execute(rule_names.text("insert_rule"), values)
    rule_names.add_target_tracks(con)
    return Added(by_id(con, rule_id), is_new=True)


def _resolved(con: Connection, wanted: Wanted) -> tuple[Wanted, Names]:
    """A rule with all that an alias leaves out, and its names; refuses what makes no rule."""
    wanted = rule_names.located(con, wanted)
    first, last = wanted.from_date, wanted.to_date
    if first and last and first > last:
        raise SettingsError(f"from {first} until {last}: no day is between them; turn them round.")
    for what, value, allowed in (
        ("purpose", wanted.purpose, PURPOSES),
        ("counting rule", wanted.counting, (None, *COUNTINGS)),
    ):
        if value not in allowed:
            names = ", ".join(one for one in allowed if one)
            raise SettingsError(f"{what} = {value!r} is not allowed; allowed: {names}")
    if wanted.scope == "dates" and not (wanted.rule == "exclude" and (first or last)):
        raise SotwError(f"what is the rule about? See `sotw rules add {wanted.rule} --help`.")
    if wanted.rule == "separate" and (first or last or wanted.listener):
        raise SettingsError("a name is kept apart for everybody and always: no dates, no listener.")
    rule_names.listener_id_of(con, wanted.listener)
    if wanted.rule == "separate":
        _refuse_without_effect(con, wanted)
    if wanted.playlist is not None:
        rule_names.check_playlist(con, wanted.playlist)
    if wanted.rule == "alias":
        wanted = _completed(wanted)
    return wanted, rule_names.find(con, wanted)


def _refuse_without_effect(con: Connection, wanted: Wanted) -> None:
    """Refuse to keep a name apart that is read as no other one."""
    names = rule_names.find(con, wanted)
    values = dict(zip(("artist_key", "title_key"), names.subject, strict=True))
    alike = rule_names.rows(con, "read_alike", values | {"kind": wanted.scope})
    if not alike and warehouse.is_built(con, f"core.dim_{wanted.scope}_aliases"):
        alike = rule_names.rows(con, f"{wanted.scope}s_read_alike", values)
    if not alike:
        raise SotwError(
            f"{spelled(wanted.artist, wanted.track)} is read as no other name, so there is nothing "
            "to keep apart. Two of one spelling are told apart by the ids that a source states; "
            "where none is stated, `sotw rules add alias` with dates gives some plays another name."
        )


def _completed(wanted: Wanted) -> Wanted:
    """An alias with its whole target."""
    if wanted.to_artist is None and wanted.to_track is None:
        raise SotwError("an alias says what is meant: name it with --to, or --to-track.")
    if wanted.to_track is not None and wanted.track is None:
        raise SotwError("--to-track is for an alias of a track: name it with --track too.")
    artist = wanted.artist if wanted.to_artist is None else wanted.to_artist
    title = wanted.track if wanted.to_track is None else wanted.to_track
    if strict_key(artist) is None or (title is not None and strict_key(title) is None):
        raise SotwError("the name that an alias means is empty: write it after --to.")
    return replace(wanted, to_artist=artist, to_track=title)


# --- what other rules say -------------------------------------------------------------------


def _known(live: Iterable[Rule], wanted: Wanted, names: Names) -> Rule | None:
    """The same rule, where it holds already."""
    if wanted.rule in ("alias", "fix") and names.target_id is None:
        return None
    for one in live:
        if one.record != wanted.record:
            continue
        said = (one.rule, one.scope, one.subject, one.target_name_id, one.playlist, one.counting)
        when = (one.purpose, one.from_date, one.to_date, one.listener)
        if said == (
            *(wanted.rule, wanted.scope, names.subject, names.target_id),
            *(wanted.playlist, wanted.counting),
        ) and when == (wanted.purpose, wanted.from_date, wanted.to_date, wanted.listener):
            return one
    return None


def _refuse_contradictions(live: Sequence[Rule], wanted: Wanted, names: Names) -> None:
    for one in live:
        if (one.scope, one.subject, one.record) != (wanted.scope, names.subject, wanted.record):
            continue
        is_whole = not (one.from_date or one.to_date or wanted.from_date or wanted.to_date)
        is_again = (one.rule, one.listener) == (wanted.rule, wanted.listener)
        is_alias_again = is_again and wanted.rule == "alias"
        if (
            ({one.rule, wanted.rule} == {"alias", "separate"} and is_whole)
            or (is_again and wanted.rule in ("count", "fix"))
            or (is_alias_again and _common(_days(one), _days(wanted)))
        ):
            raise _contradiction(one)
    if wanted.rule == "alias" and names.target != names.subject:
        _refuse_chains(live, wanted, names)


def _contradiction(one: Rule) -> SotwError:
    return SotwError(
        f"rule {one.rule_id} says otherwise: {described(one)}. "
        f"Take it back first: `sotw rules remove {one.rule_id}`."
    )


def _refuse_chains(live: Sequence[Rule], wanted: Wanted, names: Names) -> None:
    """Aliases of the same days must not lead back, nor further than the models follow them."""
    edges = [
        one
        for one in live
        if (one.rule, one.scope) == ("alias", wanted.scope) and one.subject != one.target
    ]
    days, listener = _days(wanted), wanted.listener
    before = _chains(edges, names.subject, days, listener, is_back=True)
    after = _chains(edges, names.target, days, listener, is_back=False)
    for one in (one for chain in after for one in chain):
        if one.target == names.subject:
            raise _contradiction(one)
    longest = [*max(before, key=len), *max(after, key=len)]
    if len(longest) >= _MOST_STEPS:
        said = f"with rule {longest[-1].rule_id} that makes a chain of more than {_MOST_STEPS}"
        raise SotwError(f"{said} aliases: {described(longest[-1])}. Name what is meant in the end.")


_Days = tuple[dt.date, dt.date]


def _chains(
    edges: Sequence[Rule],
    name: tuple[str | None, str | None],
    days: _Days,
    listener: str | None,
    *,
    is_back: bool,
) -> list[list[Rule]]:
    """Every chain of aliases from a name that can be about one play, the empty one first."""
    chains: list[list[Rule]] = [[]]
    for one in edges:
        start, end = (one.target, one.subject) if is_back else (one.subject, one.target)
        common = _common(days, _days(one))
        is_theirs = None in (listener, one.listener) or listener == one.listener
        if start == name and common and is_theirs:
            others = [other for other in edges if other is not one]
            rest = _chains(others, end, common, listener or one.listener, is_back=is_back)
            chains += [[one, *chain] for chain in rest]
    return chains


def _days(one: Rule | Wanted) -> _Days:
    return one.from_date or dt.date.min, one.to_date or dt.date.max


def _common(one: _Days, other: _Days) -> _Days | None:
    """The days that are in both; null where there are none."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None
