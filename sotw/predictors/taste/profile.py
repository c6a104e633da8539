"""A listener's taste as text: tags now and a year before, year by year, and what follows what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.render import render
from sotw.text_table import table
from sotw.warehouse import is_built
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt

    from sotw.warehouse import Connection

MART = "marts.taste_profile"
TAGS_HOW = (
    "Import a file of genres or tags (a genre map, Last.fm's tags, the HetRec data set) with "
    "`sotw ingest FILE`, then run `sotw build`."
)
# A way from one tag to another that was taken once says nothing.
MIN_STEPS = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """A listener's taste.

    Attributes:
        listener: Whose.
        as_of: The instant of the build, naive UTC.
        half_life_days: Days after which a play counts half.
        is_fitted: Whether `sotw train taste` chose it; else it is system D's guess.
        tagged_share: Of all plays in charts those by artists with a tag.
        tags: Rows of marts.taste_profile, the largest share first.
        years: Rows of report/taste_years.sql.
        transitions: Rows of marts.taste_transitions between unlike tags, the most taken first.
    """

    listener: str
    as_of: dt.datetime
    half_life_days: int
    is_fitted: bool
    tagged_share: float
    tags: tuple[dict[str, Any], ...]
    years: tuple[dict[str, Any], ...]
    transitions: tuple[dict[str, Any], ...]


def read_profile(con: Connection, listener: str) -> Profile:
    """Read the taste of a listener.

    Raises:
        SotwError: Nothing is built, nobody is called so, or no artist heard has a tag.
    """
    number = listener_id(con, listener)
    if not is_built(con, MART):
        raise SotwError(f"{MART}: not built yet. Run `sotw build`.")
    mine = "where listener_id = ?"
    tags = warehouse.rows(con, f"from {MART} {mine} order by share desc, tag", [number])
    if not tags:
        raise SotwError(f"{listener}: no artist that was heard has a tag. {TAGS_HOW}")
    query = f"select sum(plays * tagged_share) / sum(plays) as share from marts.taste_drift {mine}"
    [tagged] = warehouse.rows(con, query, [number])
    query = "select count(*) > 0 as is_fitted from ml.parameters where predictor = 'taste'"
    [fitted] = warehouse.rows(con, f"{query} and model = 'decay' and listener_id = ?", [number])
    query = f"from marts.taste_transitions {mine} and tag <> next_tag and steps_count >= ?"
    order = "order by steps_count desc, tag, next_tag"
    return Profile(
        listener,
        tags[0]["cutoff_at"],
        tags[0]["half_life_days"],
        fitted["is_fitted"],
        tagged["share"],
        tuple(tags),
        tuple(warehouse.rows(con, render("report/taste_years.sql"), {"listener_id": number})),
        tuple(warehouse.rows(con, f"{query} {order}", [number, MIN_STEPS])),
    )


def profile_text(found: Profile, most: int) -> str:
    """What a terminal shows, at most 80 columns wide.

    Args:
        found: The profile.
        most: How many tags.
    """
    how = "fitted" if found.is_fitted else "a guess; `sotw train taste` fits it"
    lines = [
        f"Taste of {found.listener} as of {found.as_of:%Y-%m-%d}. {found.tagged_share:.0%} of the "
        "plays have a tag;",
        f"a play counts half after {found.half_life_days} days ({how}).",
        "",
    ]
    rows = [
        {
            "tag": _short(one["tag"], 26),
            "share": one["share"],
            "a year before": one["year_ago_share"],
            "change": None
            if one["year_ago_share"] is None
            else one["share"] - one["year_ago_share"],
            "last 50 plays": one["composite_score"],
            "artists": one["artists_count"],
        }
        for one in found.tags[:most]
    ]
    lines += [table(rows, list(rows[0])), ""]
    years = [
        {
            "year": str(one["year"]),
            "plays": round(one["tagged_plays"]),
            "bits": one["entropy_bits"],
            "drift": one["drift"],
            "heard most": _short(one["top_tags"], 46),
        }
        for one in found.years
    ]
    lines += [table(years, list(years[0])), ""]
    steps = [
        {
            "after": _short(one["tag"], 26),
            "comes": _short(one["next_tag"], 26),
            "times": one["steps_count"],
            "share": one["share"],
        }
        for one in found.transitions[: most // 2]
    ]
    if steps:
        lines += [table(steps, list(steps[0])), ""]
    lines += [
        "share: of tagged plays, the later the heavier; last 50 plays: mean weight of",
        "the tag times the root of its artists (0: none has it); bits: one more is",
        "twice as many equal tags; drift: 0 is as the year before, 1 nothing in common.",
    ]
    return "\n".join(lines)


def _short(words: str, most: int) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
