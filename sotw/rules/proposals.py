"""Names proposed as one, with evidence, and what a person decides of them; nothing merges itself.

Each name keeps its best partner, and a partner may be kept by many (SYSTEMS C-B3). What was
decided is never asked again. Accepting makes an alias rule from the less played to the more
played spelling, which can be taken back like any other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.rules import names as rule_names
from sotw.rules import rule
from sotw.rules import write as rules
from sotw.rules.match import Pair, artist_pairs, title_pairs
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sotw.rules.rule import Rule
    from sotw.warehouse import Connection

_NEEDS = ("core.dim_artist_aliases", "core.dim_track_aliases", "core.fct_plays")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal with its evidence; the columns of sql/rules/open_proposals.sql."""

    proposal_id: int
    kind: str
    score: float
    method: str
    artist: str
    title: str | None
    target_artist: str
    target_title: str | None
    plays: int
    target_plays: int
    sources: list[str]
    target_sources: list[str]
    common_tracks: int | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """How many proposals a search added, and how many are open now."""

    new: int
    open: int


@dataclass(frozen=True, slots=True)
class _Name:
    """A candidate: the columns of sql/rules/artist_candidates.sql and track_candidates.sql."""

    name_id: int
    group_id: int
    name: str
    artist_key: str
    title_key: str | None
    loose_key: str
    work_key: str | None
    plays: int
    artist_id: int | None = None


def propose(path: Path) -> Proposed:
    """Add what looks alike and was never asked about to raw.match_proposals.

    Raises:
        SotwError: The extra ``match`` is missing, or nothing is built.
    """
    extras.require("match", "comparing names")
    # It may take half a minute: no draft, so no lock, until there is something to write.
    with warehouse.reading(path) as con:
        _check_built(con)
        fresh = sorted([*_fresh(con, "artist"), *_fresh(con, "track")], key=_likeliest_first)
        still_open = len(open_proposals(con))
    if not fresh:
        return Proposed(0, still_open)
    with warehouse.writing(path) as con:
        return Proposed(_store(con, fresh, now=warehouse.utc_now()), len(open_proposals(con)))


_Fresh = tuple[str, _Name, _Name, Pair]


def _fresh(con: Connection, kind: str) -> list[_Fresh]:
    """New pairs as (kind, less played, more played, pair)."""
    names = [_Name(**row) for row in rule_names.rows(con, f"{kind}_candidates")]
    live = rules.listed(con)
    apart = {one.subject for one in live if (one.rule, one.scope) == ("separate", kind)}
    names = [one for one in names if (one.artist_key, one.title_key) not in apart]
    decided, waiting = _proposed(con, kind)
    settled = decided | _aliased(live, kind)
    pairs = [
        one
        for one in _pairs(names, kind)
        if names[one.left].group_id != names[one.right].group_id
        and _pair_key(names[one.left], names[one.right]) not in settled
    ]
    if any(one.plays for one in names):
        # What nobody here has heard makes no difference to anybody.
        pairs = [one for one in pairs if names[one.left].plays or names[one.right].plays]
    fresh = []
    for one in _best(pairs, names):
        # One that waits for an answer keeps its place: nothing less likely comes in its stead.
        if _pair_key(names[one.left], names[one.right]) in waiting:
            continue
        less, more = sorted(
            (names[one.left], names[one.right]), key=lambda x: (x.plays, -x.name_id)
        )
        fresh.append((kind, less, more, one))
    return fresh


def _likeliest_first(one: _Fresh) -> tuple[float, int, int]:
    _, less, more, pair = one
    return -pair.score, less.name_id, more.name_id


def _pairs(names: Sequence[_Name], kind: str) -> Iterable[Pair]:
    if kind == "artist":
        yield from artist_pairs([one.name for one in names])
        return
    by_artist = defaultdict(list)
    for place, one in enumerate(names):
        by_artist[one.artist_id].append(place)
    for places in by_artist.values():
        titles = [names[place].loose_key for place in places]
        works = [names[place].work_key for place in places]
        for pair in title_pairs(titles, works) if len(places) > 1 else ():
            yield Pair(places[pair.left], places[pair.right], pair.score, pair.method)


def _best(pairs: Sequence[Pair], names: Sequence[_Name]) -> list[Pair]:
    """Of each name and method the best pair: the likest, then the most played other."""
    best: dict[tuple[int, str], tuple[tuple[float, int, int], Pair]] = {}
    for one in pairs:
        for name, other in ((one.left, one.right), (one.right, one.left)):
            rank = (one.score, names[other].plays, -names[other].name_id)
            if (name, one.method) not in best or rank > best[name, one.method][0]:
                best[name, one.method] = (rank, one)
    return sorted({one for _, one in best.values()}, key=lambda one: (one.left, one.right))


_PairKey = tuple[int | None, frozenset[str | None]]


def _pair_key(one: _Name, other: _Name) -> _PairKey:
    return one.artist_id, frozenset((one.loose_key, other.loose_key))


def _proposed(con: Connection, kind: str) -> tuple[set[_PairKey], set[_PairKey]]:
    """The pairs that were decided, and those that wait for it."""
    found: tuple[set[_PairKey], set[_PairKey]] = (set(), set())
    for row in rule_names.rows(con, "proposed_pairs"):
        if row["kind"] == kind:
            pair = (row["artist_id"], frozenset((row["loose_key"], row["target_loose_key"])))
            found[0 if row["is_decided"] else 1].add(pair)
    return found


def _aliased(live: Iterable[Rule], kind: str) -> set[_PairKey]:
    """Artists that a rule made one since the last build; of tracks the next build will tell."""
    return {
        (None, frozenset((one.subject_artist_loose_key, one.target_artist_loose_key)))
        for one in live
        if one.rule == "alias" and one.scope == kind == "artist"
    }


def _store(con: Connection, fresh: Sequence[_Fresh], *, now: dt.datetime) -> int:
    """Insert what is still new; returns how many rows that is."""
    known = {kind: set().union(*_proposed(con, kind)) for kind in ("artist", "track")}
    fresh = [one for one in fresh if _pair_key(one[1], one[2]) not in known[one[0]]]
    last = last_id(con, "match_proposals")
    columns: dict[str, Any] = {
        "proposal_id": list(range(last + 1, last + 1 + len(fresh))),
        "kind": [kind for kind, *_ in fresh],
        "name_id": [less.name_id for _, less, _, _ in fresh],
        "target_name_id": [more.name_id for _, _, more, _ in fresh],
        "score": [one.score for *_, one in fresh],
        "method": [one.method for *_, one in fresh],
        "proposed_at": pa.array([now] * len(fresh), pa.timestamp("us")),
    }
    proposals = pa.table(columns)  # found by its name  # noqa: F841
    con.execute("insert into raw.match_proposals by name from proposals")
    return len(fresh)


# --- deciding -------------------------------------------------------------------------------


def open_proposals(con: Connection) -> list[Proposal]:
    """What nobody has decided and nothing has settled, the likeliest first.

    Raises:
        SotwError: Nothing is built.
    """
    _check_built(con)
    return [Proposal(**row) for row in rule_names.rows(con, "open_proposals")]


def described(one: Proposal) -> str:
    """A proposal with its evidence, on two lines."""
    sides = [
        f"{rule.spelled(artist, title)} ({_plays(plays, of)})"
        for artist, title, plays, of in (
            (one.artist, one.title, one.plays, one.sources),
            (one.target_artist, one.target_title, one.target_plays, one.target_sources),
        )
    ]
    common = "" if one.common_tracks is None else f"; titles in common: {one.common_tracks}"
    return (
        f"{one.proposal_id:>4}  {sides[0]} is {sides[1]}?\n"
        f"      {one.kind}, {one.score:.1f} by {one.method}{common}"
    )


def _plays(count: int, sources: Sequence[str]) -> str:
    return ", ".join([f"{count:,} play{'' if count == 1 else 's'}", *sources])


def decide(
    path: Path, accepted: Sequence[int], rejected: Sequence[int]
) -> list[tuple[Proposal, list[Rule]]]:
    """Write decisions: an accepted proposal becomes alias rules, a rejected one is remembered.

    Returns:
        Each decided proposal with its rules: one for each strict key of the less played name.

    Raises:
        SotwError: An id is of no open proposal, is named twice, or a rule says otherwise; nothing
            has changed.
    """
    with warehouse.reading(path) as con:
        _chosen(open_proposals(con), accepted, rejected)
    with warehouse.writing(path) as con:
        chosen = _chosen(open_proposals(con), accepted, rejected)
        now = warehouse.utc_now()
        decided = []
        query = "update raw.match_proposals set decision = ?, decided_at = ?, rule_id = ?"
        for one in chosen:
            is_accepted = one.proposal_id in accepted
            made = _accept(con, one, now) if is_accepted else []
            decision = "accepted" if is_accepted else "rejected"
            values = [decision, now, made[0].rule_id if made else None, one.proposal_id]
            con.execute(f"{query} where proposal_id = ?", values)
            decided.append((one, made))
    return decided


def _chosen(
    there: Sequence[Proposal], accepted: Sequence[int], rejected: Sequence[int]
) -> list[Proposal]:
    by_id = {one.proposal_id: one for one in there}
    for proposal_id in (*accepted, *rejected):
        if proposal_id not in by_id:
            raise SotwError(
                f"no open proposal has the id {proposal_id}; see `sotw rules review --json`."
            )
        if proposal_id in accepted and proposal_id in rejected:
            raise SotwError(f"proposal {proposal_id} is both accepted and rejected: say which.")
    return [by_id[one] for one in dict.fromkeys((*accepted, *rejected))]


def _accept(con: Connection, one: Proposal, now: dt.datetime) -> list[Rule]:
    query = "select name_id, target_name_id from raw.match_proposals where proposal_id = ?"
    [(name_id, target_name_id)] = con.execute(query, [one.proposal_id]).fetchall()
    spellings = rule_names.rows(con, "loose_spellings", {"name_id": name_id})
    of_target = rule_names.rows(con, "loose_spellings", {"name_id": target_name_id})
    apart = {rule.subject for rule in rules.listed(con) if rule.rule == "separate"}
    taken = {(row["artist_key"], row["title_key"]) for row in of_target} | apart
    made = []
    for row in spellings:
        if (row["artist_key"], row["title_key"]) not in taken:
            wanted = rule.Wanted(
                "alias",
                artist=row["artist"],
                track=row["title"],
                to_artist=one.target_artist,
                to_track=one.target_title,
            )
            made.append(rules.insert(con, wanted, now=now).rule)
    if not made:
        raise SotwError(
            f"proposal {one.proposal_id}: a rule keeps {rule.spelled(one.artist, one.title)} "
            "apart. Take that back first, see `sotw rules list`; or reject the proposal."
        )
    return made


def _check_built(con: Connection) -> None:
    lacking = [name for name in _NEEDS if not warehouse.is_built(con, name)]
    if lacking:
        raise SotwError(f"{lacking[0]} is not built yet. Run `sotw build`.")
