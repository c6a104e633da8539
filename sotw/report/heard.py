"""The listening report: what somebody heard, year by year, without any model."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.render import render
from sotw.report import page, plots
from sotw.report.parts import Part, Table, counted, missing, of, percent
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sotw.report.parts import Row
    from sotw.warehouse import Connection

NAME = "listening"
MARTS = ("marts.daily_plays", "marts.weekly_plays", "marts.monthly_plays", "marts.yearly_plays")
TOP = 15
BIGGEST_DAYS = 10
DROPPED_PLAYS = 30  # an artist with fewer was no favourite
_KINDS = {"artist": "artists", "album": "albums", "work": "songs"}


def write_listening(con: Connection, folder: Path, *, listener: str, form: str) -> Path:
    """Write the page.

    Args:
        con: May be read-only.
        folder: Where it goes; made if it is not there.
        listener: Whose.
        form: ``html`` or ``md``.

    Raises:
        SotwError: The listener is unknown, the marts are not built, or no play counts.
    """
    extras.require("plot", "the report")
    who = listener_id(con, listener)
    if lacking := [name for name in MARTS if not warehouse.is_built(con, name)]:
        raise SotwError(f"{lacking[0]} is not built. Run `sotw build`.")
    years = _rows(con, "listening_years", listener_id=who)
    if not years:
        raise SotwError(f"{listener}: no play counts. Import plays with `sotw ingest FILE`.")
    days = _rows(con, "listening_days", listener_id=who)
    parts = (
        ("years", "Year by year", (_years(years), _new_and_old(years), _firsts(con, who))),
        ("most", "Most heard", tuple(_most(con, who))),
        ("days", "Days and weeks", (_map(con, who), _biggest(days), _streaks(days))),
        ("seasons", "Comings and goings", (_summers(con, who), _dropped(con, who))),
    )
    [first] = _rows(con, "top_items", listener_id=who, kind="artist", year=None, most=1)
    document = page.Document(
        NAME,
        _title(years, first["item_name"], listener),
        _facts(years, days),
        parts,
        is_demo=warehouse.is_demo(con),
        accent=first["item_name"],
    )
    path = page.file_of(folder, NAME, form)
    page.write(document, path)
    return path


def _rows(con: Connection, name: str, **values: Any) -> list[Row]:  # noqa: ANN401
    return warehouse.rows(con, render(f"report/{name}.sql"), values)


def _title(years: Sequence[Row], artist: str, listener: str) -> str:
    """Whose years they were, and how many artists were met in them."""
    artists = sum(one["new_artists"] for one in years)
    span = counted(len(years), "year") if len(years) > 1 else f"The year {years[0]['year']}"
    others = f" and of {counted(artists - 1, 'other artist')}" if artists > 1 else ""
    return f"{span}{of(listener)}: the time of {artist}{others}."


def _facts(years: Sequence[Row], days: Sequence[Row]) -> dict[str, str]:
    plays = sum(one["plays"] for one in years)
    unknown = sum(one["unknown_length_plays"] for one in years)
    hours = sum(one["hours"] or 0 for one in years)
    time = (
        f"{hours:,} the length of every play is known"
        if unknown < plays
        else "not known of any play"
    )
    if 0 < unknown < plays:
        time = f"{hours:,} without {percent(unknown / plays)} of the plays, of unknown length"
    songs = sum(one["new_songs"] for one in years)
    longest = max(days, key=lambda one: (one["streak_days"], one["local_date"]))
    return {
        "plays": f"{plays:,} from {days[0]['local_date']} to {days[-1]['local_date']}",
        "hours": time,
        "songs": f"{songs:,} by {sum(one['new_artists'] for one in years):,} artists",
        "days with music": f"{len(days):,} and {longest['streak_days']:,} in a row from "
        f"{longest['streak_start_date']}",
    }


def _years(years: Sequence[Row]) -> Part:
    most = max(years, key=lambda one: one["plays"])
    rows = tuple(
        (
            str(one["year"]),
            f"{one['plays']:,}",
            "" if one["unknown_length_plays"] == one["plays"] else f"{one['hours']:,}",
            percent(one["unknown_length_plays"] / one["plays"]),
            f"{one['artists']:,}",
            f"{one['new_artists']:,}",
            f"{one['songs']:,}",
            f"{one['new_songs']:,}",
        )
        for one in years
    )
    columns = (
        "year",
        "plays",
        "hours",
        "of unknown length",
        "artists",
        "new",
        "songs",
        "new songs",
    )
    return Part(
        "years",
        "Plays, hours and discoveries",
        f"{most['year']} has most plays: {most['plays']:,}. In {counted(len(years), 'year')} "
        f"{sum(one['new_artists'] for one in years):,} artists were heard.",
        table=Table(columns, rows),
        is_full=True,
    )


def _new_and_old(years: Sequence[Row]) -> Part:
    rows = [
        {"name": str(one["year"]), "share": one["new_song_plays"] / one["plays"]} for one in years
    ]
    last = rows[-1]
    return Part(
        "new_and_old",
        "New and old",
        f"In {last['name']} {percent(last['share'])} of the plays were of songs first heard that "
        "year; a log cannot know what was heard before it began.",
        plot=plots.columns(rows, "share", "share of plays, songs first heard that year"),
    )


def _firsts(con: Connection, who: int) -> Part:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for one in _rows(con, "listening_tops", listener_id=who):
        found[one["year"]][one["item_kind"]] = f"{_song(one)} ({one['plays']:,})"
    rows = tuple(
        (str(year), *(own.get(kind, "") for kind in _KINDS)) for year, own in found.items()
    )
    year, *names = rows[-1]
    return Part(
        "firsts",
        "First of each year",
        f"In {year} the most played artist was {names[0]}.",
        table=Table(("year", *_KINDS), rows, texts=tuple(_KINDS)),
        is_full=True,
    )


def _song(one: Mapping[str, Any]) -> str:
    is_artist = one["artist_name"] == one["item_name"]
    return one["item_name"] if is_artist else f"{one['artist_name']} – {one['item_name']}"


def _most(con: Connection, who: int) -> Iterator[Part]:
    for kind, words in _KINDS.items():
        found = _rows(con, "top_items", listener_id=who, kind=kind, year=None, most=TOP)
        if not found:
            yield missing(
                f"most_{kind}",
                f"Most played {words}",
                f"No source names {words}.",
                "Import an export that does, with `sotw ingest FILE`.",
            )
            continue
        rows = [{"name": _song(one), "plays": one["plays"]} for one in found]
        yield Part(
            f"most_{kind}",
            f"Most played {words}",
            f"{rows[0]['name']}: {counted(rows[0]['plays'], 'play')} since "
            f"{found[0]['first_year']}.",
            plot=plots.bars(rows, "plays", "plays"),
        )


def _map(con: Connection, who: int) -> Part:
    query = "select week_ending, cast(sum(plays) as bigint) as plays from marts.weekly_plays"
    rest = "where listener_id = ? and item_kind = 'artist' group by week_ending order by 1"
    found = warehouse.rows(con, f"{query} {rest}", [who])
    rows = [
        {
            "year": one["week_ending"].isocalendar().year,
            "week": one["week_ending"].isocalendar().week,
            "ending": str(one["week_ending"]),
            "plays": one["plays"],
        }
        for one in found
    ]
    most = max(found, key=lambda one: one["plays"])
    return Part(
        "weeks",
        "Map of weeks",
        f"Plays in {counted(len(rows), 'week')}, most of them ({most['plays']:,}) in the week "
        f"ending {most['week_ending']}; a blank week has none.",
        plot=plots.weeks_map(rows, "plays"),
        is_full=True,
        is_wide=True,
    )


def _biggest(days: Sequence[Row]) -> Part:
    best = sorted(days, key=lambda one: (-one["plays"], one["local_date"]))[:BIGGEST_DAYS]
    rows = tuple((str(one["local_date"]), f"{one['plays']:,}", one["artist_name"]) for one in best)
    return Part(
        "biggest_days",
        "Biggest days",
        f"{best[0]['local_date']} has most plays: {best[0]['plays']:,}, most of them of "
        f"{best[0]['artist_name']}.",
        table=Table(("day", "plays", "most of"), rows, texts=("most of",)),
    )


def _streaks(days: Sequence[Row]) -> Part:
    streaks = {one["streak_start_date"]: one["streak_days"] for one in days}
    best = sorted(streaks.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    return Part(
        "streaks",
        "Days in a row",
        f"The longest streak began {best[0][0]} and lasted {counted(best[0][1], 'day')}.",
        table=Table(("from", "days"), tuple((str(day), f"{count:,}") for day, count in best)),
    )


def _summers(con: Connection, who: int) -> Part:
    found = _rows(con, "listening_summers", listener_id=who)
    title = "Songs of the summer"
    if not found:
        return missing("summers", title, "No song has three plays in a June to August.", "")
    rows = tuple((str(one["year"]), _song(one), f"{one['plays']:,}") for one in found)
    last = found[-1]
    return Part(
        "summers",
        title,
        f"June to August {last['year']}: {_song(last)}, {counted(last['plays'], 'play')}.",
        table=Table(("summer", "song", "plays"), rows, texts=("song",)),
    )


def _dropped(con: Connection, who: int) -> Part:
    values = {"listener_id": who, "least_plays": DROPPED_PLAYS, "most": TOP}
    found = _rows(con, "listening_dropped", **values)
    title = "Heard no more"
    if not found:
        what = f"Every artist with {DROPPED_PLAYS} plays was heard in the last year of the log."
        return Part("dropped", title, what)
    rows = tuple((one["artist_name"], f"{one['plays']:,}", str(one["last_date"])) for one in found)
    first = found[0]
    return Part(
        "dropped",
        title,
        f"{first['artist_name']} had {counted(first['plays'], 'play')}, the last on "
        f"{first['last_date']}.",
        table=Table(("artist", "plays", "last play"), rows),
    )
