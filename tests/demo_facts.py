"""What a demo history looks like in numbers, counted from its files and not by the generator."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

# Public facts about the one real listener that the default demo imitates.
TARGETS: dict[str, float | list[int]] = {
    "plays": 160_830,
    "artists": 2_920,
    "titles": 25_420,
    "weeks": 296,
    "plays_per_track_week": 1.41,
    "track_weeks_per_week": 386,
    "plays_per_week": 543,
    "most_plays_of_artists": [5_444, 4_658, 4_408, 3_650, 2_326],
    "most_plays_of_tracks": [125, 117, 115, 112, 104],
    "most_plays_of_a_track_in_a_week": 34,
    "picks": 254,
    "weeks_without_pick_at_start": 41,
    "picks_first_heard_share": 0.369,
    "picks_plays_mean": 8.25,
    "picks_on_saturday_share": 0.957,
    "saturday_pick_minute_quartiles": [707, 793, 956],
}


def describe(directory: Path, *, listener: str | None = None) -> dict[str, Any]:
    """Count the facts of one listener in the files of ``write_demo``.

    Args:
        directory: What ``write_demo`` wrote.
        listener: Whose facts; default the first by name.

    Returns:
        The facts of ``TARGETS`` under the same names, some more about the picks and the Spotify
        history, and the name.
    """
    name, plays, picks = _read(directory, listener)
    plays["artist_key"] = _keys(plays["artist"])
    plays["track_key"] = plays["artist_key"] + "\n" + _keys(plays["track"])
    plays["week"] = plays["at"].dt.to_period("W-SAT").dt.end_time.dt.normalize()
    weekly = _weekly(plays)
    first = plays.groupby("track_key")["week"].min()
    weeks = len(pd.date_range(plays["week"].min(), plays["week"].max(), freq="7D"))
    facts: dict[str, Any] = {
        "listener": name,
        "plays": len(plays),
        "artists": int(plays["artist_key"].nunique()),
        "titles": int(_keys(plays["track"]).nunique()),
        "tracks": len(first),
        "weeks": weeks,
        "plays_per_track_week": round(len(plays) / len(weekly), 3),
        "track_weeks_per_week": round(len(weekly) / weeks, 1),
        "plays_per_week": round(len(plays) / weeks, 1),
        "most_plays_of_artists": plays["artist_key"].value_counts().head(5).tolist(),
        "most_plays_of_tracks": plays["track_key"].value_counts().head(5).tolist(),
        "most_plays_of_a_track_in_a_week": int(weekly["plays"].max()),
        "first_play": str(plays["at"].min()),
        "last_play": str(plays["at"].max()),
        "picks": len(picks),
    }
    facts |= _pick_facts(plays, picks, weekly, first) if len(picks) else {}
    own = directory / name  # several listeners have a folder each
    return facts | _spotify_facts(own if own.is_dir() else directory)


def _weekly(plays: pd.DataFrame) -> pd.DataFrame:
    is_fri_sat = plays["at"].dt.day_of_week.isin([4, 5])
    rows = plays.assign(fri_sat=is_fri_sat.astype(int), plays=1)
    return rows.groupby(["track_key", "week"])[["plays", "fri_sat"]].sum()


def _pick_facts(
    plays: pd.DataFrame, picks: pd.DataFrame, weekly: pd.DataFrame, first: pd.Series[Any]
) -> dict[str, Any]:
    picks = picks.assign(track_key=_keys(picks["artist_name"]) + "\n" + _keys(picks["track_name"]))
    day = picks["at"].dt.normalize()
    since_saturday = (day.dt.day_of_week + 2) % 7
    to_week = since_saturday.where(since_saturday <= 3, since_saturday - 7)
    picks["week"] = day - pd.to_timedelta(to_week, unit="D")
    heard = picks.merge(weekly.reset_index(), on=["track_key", "week"])
    minute = picks["at"].dt.hour * 60 + picks["at"].dt.minute
    quartiles = minute[day.dt.day_of_week == 5].quantile([0.25, 0.5, 0.75])
    return {
        "weeks_without_pick_at_start": int((picks["week"].min() - plays["week"].min()).days // 7),
        "picks_heard_in_their_week": len(heard),
        "picks_first_heard_share": round(
            float((heard["track_key"].map(first) == heard["week"]).mean()), 3
        ),
        "picks_plays_mean": round(float(heard["plays"].mean()), 2),
        "picks_plays_quartiles": heard["plays"].quantile([0.25, 0.5, 0.75]).tolist(),
        "picks_7_to_12_plays_share": round(float(heard["plays"].between(7, 12).mean()), 3),
        "picks_fri_sat_share_of_plays": round(
            float(heard["fri_sat"].sum() / heard["plays"].sum()), 3
        ),
        "fri_sat_share_of_plays": round(float(weekly["fri_sat"].sum() / weekly["plays"].sum()), 3),
        "picks_by_weekday": day.dt.day_name().value_counts().to_dict(),
        "picks_on_saturday_share": round(float((day.dt.day_of_week == 5).mean()), 3),
        "saturday_pick_minute_quartiles": quartiles.round().astype(int).tolist(),
    }


def _spotify_facts(folder: Path) -> dict[str, Any]:
    """Count plays, sessions (30 minutes of silence end one) and completion of a Spotify history."""
    files = sorted(folder.glob("Streaming_History_Audio_*.json"))
    records = [one for file in files for one in json.loads(file.read_bytes())]
    songs = pd.DataFrame([one for one in records if one["master_metadata_track_name"]])
    if songs.empty:
        return {}
    songs = songs.drop_duplicates().sort_values("ts", kind="stable")
    end = pd.to_datetime(songs["ts"], utc=True)
    start = end - pd.to_timedelta(songs["ms_played"], unit="ms")
    sizes = (start - end.shift() > pd.Timedelta(minutes=30)).cumsum().value_counts()
    completed = songs.loc[songs["reason_end"] != "unknown", "reason_end"] == "trackdone"
    tenth = max(1, len(completed) // 10)
    return {
        "spotify_plays": len(songs),
        "spotify_sessions": len(sizes),
        "spotify_plays_per_session": round(float(sizes.mean()), 1),
        "spotify_plays_per_session_median": float(sizes.median()),
        "spotify_completed_share": round(float(completed.mean()), 3),
        "spotify_completed_share_of_first_tenth": round(float(completed.head(tenth).mean()), 3),
        "spotify_completed_share_of_last_tenth": round(float(completed.tail(tenth).mean()), 3),
    }


def _keys(names: pd.Series[Any]) -> pd.Series[Any]:
    """Fold spellings together: NFKC, single blanks, casefold. Written apart from ``sotw.keys``."""
    key = {
        name: " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
        for name in names.unique()
    }
    return names.map(key)


def _read(directory: Path, listener: str | None) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Give the name, the plays (artist, track, at) without repeated rows, and the picks."""
    if (directory / "plays.parquet").exists():
        return _read_parquet(directory, listener)
    files = {path.stem.partition("-")[2]: path for path in directory.rglob("recenttracks-*.csv")}
    name = listener or min(files)
    plays = pd.read_csv(files[name], dtype=str, keep_default_na=False)
    plays = plays[plays["uts"] != ""].drop_duplicates()
    plays["at"] = pd.to_datetime(plays["uts"].astype("int64"), unit="s")
    picks = pd.read_csv(files[name].parent / "favourites.csv", keep_default_na=False)
    return name, plays, picks.assign(at=pd.to_datetime(picks["added_at_utc"]))


def _read_parquet(directory: Path, listener: str | None) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    named = pq.ParquetFile(directory / "plays.parquet")
    name = listener or str(next(named.iter_batches(1, columns=["listener"]))[0][0])
    wanted = [("listener", "=", name)]
    plays = pq.read_table(directory / "plays.parquet", filters=wanted).to_pandas()
    picks = pq.read_table(directory / "favourites.parquet", filters=wanted).to_pandas()
    return name, plays.assign(at=plays["played_at"]), picks.assign(at=picks["added_at_utc"])
