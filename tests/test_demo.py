"""The demo: its files and its calibration. ``test_demo_choice`` tests how listeners pick."""

from __future__ import annotations

import csv
import datetime as dt
import json
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from demo_facts import TARGETS, describe

from sotw.demo import words
from sotw.demo.write import DemoFiles, write_demo
from sotw.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {"plays": 9_000, "years": 1.5}


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("default"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def plays_of(folder: Path) -> pd.DataFrame:
    (path,) = folder.glob("recenttracks-*.csv")
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows[rows["uts"] != ""].drop_duplicates()
    track = rows["artist"].map(key) + " / " + rows["track"].map(key)
    at = pd.to_datetime(rows["uts"].astype("int64"), unit="s")
    return pd.DataFrame({"track": track, "at": at, "week": saturday_on_or_after(at)})


def picks_of(folder: Path) -> pd.DataFrame:
    rows = pd.read_csv(folder / "favourites.csv", keep_default_na=False)
    at = pd.to_datetime(rows["added_at_utc"])
    track = rows["artist_name"].map(key) + " / " + rows["track_name"].map(key)
    nearest = (at + pd.Timedelta(days=3)).dt.to_period("W-FRI").dt.start_time.dt.normalize()
    return pd.DataFrame({"track": track, "at": at, "week": nearest})


def saturday_on_or_after(at: pd.Series) -> pd.Series:
    return at.dt.normalize() + pd.to_timedelta((5 - at.dt.day_of_week) % 7, unit="D")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in {"a": 7, "b": 7, "c": 8}.items():
        write_demo(tmp_path / name, seed=seed, listeners=2, **SMALL)
    a, b, c = (bytes_of(tmp_path / name) for name in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert [name for name in a if a[name] == c[name]] == [".sotw-demo"]


def test_the_default_history_has_the_figures_it_is_calibrated_to(default: DemoFiles) -> None:
    facts = describe(default.directory)
    tolerance = {"most_plays_of_artists": 0.15, "most_plays_of_tracks": 0.15}
    tolerance["most_plays_of_a_track_in_a_week"] = 0.30
    for name, target in TARGETS.items():
        assert facts[name] == pytest.approx(target, rel=tolerance.get(name, 0.10)), name
    assert facts["plays"] == 160_830
    assert facts["weeks"] == 296
    low, _, high = facts["picks_plays_quartiles"]
    assert 6 <= low < high <= 12
    assert facts["picks_fri_sat_share_of_plays"] > facts["fri_sat_share_of_plays"] + 0.1
    assert set(facts["picks_by_weekday"]) <= {"Friday", "Saturday", "Sunday", "Monday"}


def test_the_counts_returned_are_the_counts_in_the_files(default: DemoFiles) -> None:
    rows = rows_of(default.directory / "recenttracks-demo.csv")
    timed = [row for row in rows if row["uts"]]
    assert len(rows) - len(timed) == default.now_playing_rows == 3
    distinct = {(row["uts"], row["artist"], row["track"], row["album"]) for row in timed}
    assert len(timed) - len(distinct) == default.duplicate_rows == 2
    assert len(distinct) == default.plays == sum(one.plays for one in default.listeners)
    assert len({key(row["artist"]) for row in timed}) == default.artists
    pairs = {(key(row["artist"]), key(row["track"])) for row in timed}
    assert len(pairs) == default.tracks
    assert len({title for _, title in pairs}) == default.titles
    assert len(rows_of(default.directory / "favourites.csv")) == default.picks


def test_a_play_file_has_the_usual_columns_and_is_newest_first(default: DemoFiles) -> None:
    path = default.directory / "recenttracks-demo.csv"
    head = path.read_text(encoding="utf-8").splitlines()[:2]
    assert head[0] == (
        '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid","sotw_demo"'
    )
    assert head[1].startswith('"","","')
    timed = [row for row in rows_of(path) if row["uts"]]
    seconds = [int(row["uts"]) for row in timed]
    assert seconds == sorted(seconds, reverse=True)
    for row in timed[:: len(timed) // 50]:
        moment = dt.datetime.fromtimestamp(int(row["uts"]), dt.UTC)
        assert row["utc_time"] == moment.strftime("%d %b %Y, %H:%M")
    assert dt.datetime.fromtimestamp(seconds[0], dt.UTC).date() == dt.date(2026, 11, 14)


def test_the_dirt_of_real_exports_is_there(default: DemoFiles) -> None:
    rows = [row for row in rows_of(default.directory / "recenttracks-demo.csv") if row["uts"]]
    names = pd.Series([row["artist"] for row in rows]).drop_duplicates()
    assert names.size > names.map(key).nunique()
    titles = pd.Series([row["track"] for row in rows]).drop_duplicates()
    for mark in (" & ", "(feat. ", " - Remastered 2011", " - Live"):
        assert titles.str.contains(mark, regex=False).any() or mark in "".join(names), mark
    assert not names.map(str.isascii).all()
    albums = {(row["artist"], row["track"], row["album"]) for row in rows}
    assert len(albums) > len({(artist, track) for artist, track, _ in albums})
    empty = {name: np.mean([row[name] == "" for row in rows]) for name in rows[0]}
    assert empty["artist"] == empty["track"] == 0
    assert all(0.1 < empty[name] < 0.4 for name in ("artist_mbid", "album_mbid", "track_mbid"))


def test_the_catalogue_has_the_layouts_and_the_gaps_of_system_a(default: DemoFiles) -> None:
    tracks = rows_of(default.directory / "lastfm_tracks.csv")
    unknown = [row for row in tracks if row["track_duration"] == "0"]
    assert len(unknown) / len(tracks) == pytest.approx(0.137, abs=0.01)
    spotify = rows_of(default.directory / "spotify_tracks.csv")
    assert len(spotify) / len(tracks) == pytest.approx(0.95, abs=0.01)
    lengths = pd.Series([len(row["spotify_release_date"]) for row in spotify]).value_counts()
    assert set(lengths.index) == {4, 7, 10}
    assert lengths[10] > 20 * lengths[4] > 20 * lengths[7]
    artists = rows_of(default.directory / "lastfm_artists.csv")
    assert len(artists) == default.artists
    known = [row["artist_mbid"] for row in artists if row["artist_mbid"]]
    musicbrainz = rows_of(default.directory / "musicbrainz_artists.csv")
    assert [row["artist_mbid"] for row in musicbrainz] == known
    assert len(set(known)) == len(known)
    genres = json.loads((default.directory / "artist_genres.json").read_text(encoding="utf-8"))
    assert set(genres) <= set(words.GENRES)
    assert {name for some in genres.values() for name in some} < {
        row["artist_name"] for row in artists
    }


def test_every_play_lies_inside_the_history_and_after_the_release(default: DemoFiles) -> None:
    plays = plays_of(default.directory)
    assert plays["at"].min() >= pd.Timestamp("2021-03-16")
    assert plays["at"].max() < pd.Timestamp("2026-11-15")
    rows = rows_of(default.directory / "spotify_tracks.csv")
    release = {
        f"{key(row['artist_name'])} / {key(row['track_name'])}": row["spotify_release_date"]
        for row in rows
    }
    first = plays.groupby("track")["at"].min()
    out = pd.to_datetime(first.index.to_series().map(release).dropna(), format="ISO8601")
    early = first[out.index].dt.normalize() < out
    assert early.mean() < 0.01  # the wrong matches, which the real catalogue has too
    in_history = out > pd.Timestamp("2021-03-20")
    waited = (first[out.index] - out)[in_history & ~early]
    assert (waited < pd.Timedelta(days=28)).mean() > 0.2


def test_every_pick_but_the_renamed_was_heard_in_its_week_before_the_pick(
    default: DemoFiles,
) -> None:
    plays, picks = plays_of(default.directory), picks_of(default.directory)
    assert picks["week"].is_unique
    assert picks["track"].is_unique
    assert picks["week"].max() == plays["week"].max() - pd.Timedelta(days=7)
    both = picks.merge(plays, on=["track", "week"], suffixes=("_pick", "_play"))
    before = both[both["at_play"] < both["at_pick"]]
    unheard = picks[~picks["week"].isin(before["week"])]
    assert len(unheard) == default.renamed_picks == 2
    assert unheard["track"].str.endswith(" - remastered 2019").all()


def test_after_a_pick_the_song_is_heard_again(default: DemoFiles) -> None:
    both = picks_of(default.directory).merge(plays_of(default.directory), on="track")
    after = both[both["at_y"].between(both["at_x"], both["at_x"] + pd.Timedelta(hours=7))]
    assert 0.8 < len(after) / default.picks < 2.0


def test_listeners_get_a_folder_each_and_differ(tmp_path: Path) -> None:
    files = write_demo(tmp_path, listeners=3, plays=20_000, years=1.5)
    assert sum(one.plays for one in files.listeners) == files.plays == 20_000
    assert len({one.choice for one in files.listeners}) == 3
    heard = []
    for one in files.listeners:
        plays = plays_of(tmp_path / one.name)
        assert len(plays) == one.plays
        assert len(picks_of(tmp_path / one.name)) == one.picks
        heard.append(set(plays["track"]))
    assert len(set.union(*heard)) == files.tracks
    assert heard[0] & heard[1]
    assert max(len(a & b) / len(a | b) for a in heard for b in heard if a is not b) < 0.5
    assert describe(tmp_path, listener="bruno")["listener"] == "bruno"


def test_parquet_holds_the_same_listeners_as_csv(tmp_path: Path) -> None:
    as_csv = write_demo(tmp_path / "csv", listeners=2, file_format="csv", **SMALL)
    files = write_demo(tmp_path / "parquet", listeners=2, file_format="parquet", **SMALL)
    assert [path.name for path in files.files] == ["plays.parquet", "favourites.parquet"]
    plays = pq.read_table(files.files[0])
    assert plays.schema.equals(
        pa.schema(
            [(name, pa.string()) for name in ("listener", "artist", "track", "album")]
            + [("played_at", pa.timestamp("us")), ("sotw_demo", pa.string())]
        )
    )
    assert plays.num_rows == files.plays
    assert pq.read_metadata(files.files[1]).num_rows == files.picks
    assert (files.listeners, files.tracks) == (as_csv.listeners, as_csv.tracks)
    for one in files.listeners:
        assert describe(tmp_path / "csv", listener=one.name) == describe(
            tmp_path / "parquet", listener=one.name
        )


def test_long_parquet_files_are_written_in_row_groups_of_whole_listeners(tmp_path: Path) -> None:
    write_demo(tmp_path, listeners=5, plays=600_000, file_format="parquet")
    file = pq.ParquetFile(tmp_path / "plays.parquet")
    assert file.num_row_groups > 1
    groups = [
        set(file.read_row_group(number, ["listener"])["listener"].unique().to_pylist())
        for number in range(file.num_row_groups)
    ]
    assert sum(len(names) for names in groups) == 5
    assert len(set.union(*groups)) == 5


def test_more_plays_than_csv_is_meant_for_become_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sotw.demo.write.CSV_MAX_PLAYS", SMALL["plays"] - 1)
    assert write_demo(tmp_path, **SMALL).files[0].name == "plays.parquet"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"years": 0.1}, "at least 8 weeks"),
        ({"listeners": 0}, "at least 1 listener"),
        ({"plays": 900, "listeners": 2}, "600 plays for each"),
        ({"plays": 2_000_000}, "Nobody hears more than"),
        ({"choices": []}, "one for each listener"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(
    tmp_path: Path, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        write_demo(tmp_path / "new", **asked)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(SettingsError, match="is not empty"):
        write_demo(tmp_path, **SMALL)
    assert bytes_of(tmp_path) == {"mine.csv": b"mine"}


def test_a_second_demo_replaces_the_first_but_no_file_that_is_not_of_a_demo(
    tmp_path: Path,
) -> None:
    write_demo(tmp_path, listeners=3, **SMALL)
    write_demo(tmp_path, seed=8, **SMALL)
    assert [path.name for path in tmp_path.rglob("recenttracks-*")] == ["recenttracks-demo.csv"]
    before = bytes_of(tmp_path)
    (tmp_path / "alba" / "favourites.csv").write_text("mine")
    with pytest.raises(SettingsError, match=r"is not empty: favourites\.csv"):
        write_demo(tmp_path, **SMALL)
    assert bytes_of(tmp_path) == before | {"alba/favourites.csv": b"mine"}


@pytest.mark.parametrize("ends_on", [dt.date(2026, 11, 11), dt.date(2024, 3, 1)])
def test_a_history_may_end_on_any_day(tmp_path: Path, ends_on: dt.date) -> None:
    files = write_demo(tmp_path, plays=1_000, years=0.5, ends_on=ends_on)
    plays = plays_of(tmp_path)
    assert len(plays) == files.plays == 1_000
    assert plays["at"].max() < pd.Timestamp(ends_on) + pd.Timedelta(days=1)
    assert picks_of(tmp_path)["week"].max() < plays["week"].max()
