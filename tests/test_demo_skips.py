"""The demo's Spotify history: its planted skips can be read off its files, and it imports."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import histories
import numpy as np
import pandas as pd
import pytest
from demo_facts import describe

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.demo import spotify as demo_spotify
from sotw.demo.choice import choice_of
from sotw.demo.listener import History, live
from sotw.demo.skips import EFFECTS, REASONS
from sotw.demo.spotify_files import write_spotify
from sotw.demo.world import DAY, Calendar, World
from sotw.demo.write import DemoFiles, write_demo
from sotw.errors import SettingsError
from sotw.ingest import ingest
from sotw.settings import AttributionSettings, ListenerSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.demo.spotify import Spotify

SMALL = {"plays": 9_000, "years": 1.5}
PLAYS = 40_000


@dataclass(frozen=True, slots=True)
class Account:
    """As generated, and as written."""

    world: World
    calendar: Calendar
    folder: Path
    history: History
    spotify: Spotify
    records: pd.DataFrame


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """A quarter of the default listener's history once more, on Spotify."""
    end = 20_772 * DAY  # 14 November 2026
    calendar = Calendar(296, end - 296 * 7 * DAY, end - 296 * 7 * DAY + 2 * DAY, end, 41)
    world = World(7, calendar.origin // DAY, calendar.end // DAY)
    choice = choice_of(7, 0)
    history = live(world, calendar, number=0, plays=160_830, world_artists=2_920, choice=choice)
    spotify = demo_spotify.hear(world, calendar, history, number=0, plays=PLAYS)
    folder = tmp_path_factory.mktemp("account")
    write_spotify(folder, world, spotify)
    return Account(world, calendar, folder, history, spotify, records_of(folder))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("small"), with_spotify=True, **SMALL)


def records_of(folder: Path) -> pd.DataFrame:
    """All records, in the order of the files."""
    files = sorted(folder.rglob("Streaming_History_Audio_*.json"), key=lambda f: f.stem[-1])
    return pd.DataFrame([one for file in files for one in json.loads(file.read_bytes())])


def songs_of(records: pd.DataFrame) -> pd.DataFrame:
    """What has a song's name, once each; ``end`` and ``start`` in seconds."""
    songs = records[records["master_metadata_track_name"].notna()].drop_duplicates()
    end = pd.to_datetime(songs["ts"]).astype("int64") // 10 ** (9 if _is_nano(songs) else 6)
    return songs.assign(end=end, start=end - songs["ms_played"] / 1_000).reset_index(drop=True)


def _is_nano(songs: pd.DataFrame) -> bool:
    return "ns" in str(pd.to_datetime(songs["ts"]).dtype)


def fitted(features: np.ndarray, completed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and standard errors of a logistic regression, by Newton's method."""
    beta = np.zeros(features.shape[1])
    for _ in range(8):
        mean = 1 / (1 + np.exp(-features @ beta))
        information = (features * (mean * (1 - mean))[:, None]).T @ features
        beta += np.linalg.solve(information, features.T @ (completed - mean))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def test_a_logistic_regression_recovers_every_planted_effect(account: Account) -> None:
    told = account.spotify.outcomes
    features, completed = told.features[told.is_known], told.is_completed[told.is_known]
    beta, error = fitted(features, completed)
    truth = np.array(list(EFFECTS.values()))
    table = [f"{n}: {b:.3f} ± {e:.3f}, planted {t}"
             for n, b, e, t in zip(EFFECTS, beta, error, truth, strict=True)]  # fmt: skip
    assert (np.abs(beta - truth) < 3 * error).all(), table
    assert (np.sign(beta) == np.sign(truth))[1:].all(), table
    # So small are the errors that an effect left out would be missed; the intercept is no effect.
    assert (np.abs(truth) > 3 * error)[1:].all(), table


def test_a_coefficient_that_was_not_planted_is_not_recovered(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EFFECTS, "last_10_rate", 1.0)
    told = demo_spotify.hear(
        account.world, account.calendar, account.history, number=0, plays=PLAYS
    ).outcomes
    beta, error = fitted(told.features[told.is_known], told.is_completed[told.is_known])
    at = list(EFFECTS).index("last_10_rate")
    assert abs(beta[at] - 1.0) < 3 * error[at]
    assert abs(beta[at] - 2.0) > 3 * error[at]


def test_the_moving_features_are_those_that_a_reader_of_the_files_counts(account: Account) -> None:
    songs = songs_of(account.records)
    told = account.spotify.outcomes
    assert len(songs) == told.started.size
    recent: deque[float | None] = deque(maxlen=10)
    heard: dict[str, int] = {}
    before, rows = 0, []
    for row in songs.itertuples():
        known = [one for one in recent if one is not None]
        last = heard.get(row.spotify_track_uri)
        hour = int(round(row.start) // 3_600 % 24)
        rows.append({
            "previous_completed": recent[-1] if recent and recent[-1] is not None else 0.5,
            "last_10_rate": np.mean(known) if known else 0.5,
            "by_forward": row.reason_start == "fwdbtn",
            "by_back": row.reason_start == "backbtn",
            "by_click": row.reason_start == "clickrow",
            "by_other_start": row.reason_start in ("playbtn", "appload", "remote"),
            "at_night": hour >= 22 or hour < 6,
            "in_the_morning": 6 <= hour < 10,
            "is_first_play": last is None,
            "log_days_since": 0.0 if last is None else math.log1p((before - last) / DAY),
            "is_shuffled": row.shuffle,
        })  # fmt: skip
        is_known = row.reason_end != "unknown"
        recent.append(float(row.reason_end == "trackdone") if is_known else None)
        heard[row.spotify_track_uri] = before = row.end
    counted = pd.DataFrame(rows).astype(float)
    planted = pd.DataFrame(told.features, columns=list(EFFECTS))[counted.columns]
    # A start is told to half a second: an hour may tip over.
    differs = ~np.isclose(counted, planted)
    assert pd.Series(differs.mean(axis=0), counted.columns).max() < 0.001
    assert not differs[:, [0, 1, 2, 3, 4, 5, 8, 9, 10]].any()


def test_a_play_that_ends_by_itself_is_as_long_as_its_song_and_no_other_is(
    account: Account,
) -> None:
    told, plan = account.spotify.outcomes, account.spotify.plan
    is_whole = told.ms_played == plan.duration_ms
    assert (is_whole == told.is_completed).all()
    assert (told.is_completed | (told.reason_end != REASONS.index("trackdone"))).all()
    early = (told.ms_played < 30_000) & ~told.is_completed
    assert 0.1 < early.mean() < 0.25
    assert not early[plan.is_seen].any()


def test_sessions_and_completion_are_like_those_of_system_b(account: Account) -> None:
    songs = songs_of(account.records)
    pause = songs["start"] - songs["end"].shift(fill_value=0)
    assert pause.min() > -2
    session = (pause > 1_800).cumsum()
    sizes = session.value_counts()
    assert 18 < sizes.mean() < 26
    assert 7 <= sizes.median() <= 11
    assert sizes.max() <= 262
    assert abs(len(sizes) - np.unique(account.spotify.plan.session).size) <= 2
    completed = songs.loc[songs["reason_end"] != "unknown", "reason_end"] == "trackdone"
    first, *_, last = np.array_split(completed.to_numpy(), 10)
    assert 0.55 < completed.mean() < 0.70
    assert first.mean() > 0.65
    assert last.mean() < 0.45
    hours = songs.loc[pause > 1_800, "start"].to_numpy() // 3_600 % 24
    by_hour = np.bincount(hours.astype(int), minlength=24)
    # The evening is the larger hump.
    assert by_hour[17:].sum() > 1.5 * by_hour[8:15].sum()


def test_what_both_services_report_starts_within_seconds_on_both(account: Account) -> None:
    plan, told = account.spotify.plan, account.spotify.outcomes
    both = pd.DataFrame({"track": plan.tracks, "start": told.started})[plan.is_seen]
    scrobbled = pd.DataFrame({"track": account.history.tracks, "at": account.history.played_at})
    near = pd.merge_asof(
        both.sort_values("start"), scrobbled.sort_values("at"),
        left_on="start", right_on="at", by="track", tolerance=3,
    )  # fmt: skip
    assert len(near) > 0.2 * plan.tracks.size
    assert near["at"].notna().all()
    assert not account.spotify.is_private[plan.session][plan.is_seen].any()


def test_the_sessions_of_another_person_stand_out_by_system_bs_rule(account: Account) -> None:
    spotify = account.spotify
    songs = songs_of(account.records).assign(session=spotify.plan.session)
    assert 0.08 < spotify.is_other.mean() < 0.12
    families = {text: family for family, *texts in demo_spotify.PLATFORMS for text in texts}
    songs["family"] = songs["platform"].map(families)
    home, primary = songs["conn_country"] == demo_spotify.HOME, songs["family"].isin(["ios", "osx"])
    artists = songs.loc[home & primary, "master_metadata_album_artist_name"].value_counts()
    is_liked = songs["master_metadata_album_artist_name"].isin(artists.index[:60])
    songs["liked"] = is_liked.astype(float)
    found = songs.groupby("session").agg(
        country=("conn_country", "first"), family=("family", "first"), liked=("liked", "mean")
    )
    score = 1.2 * (found["country"] == demo_spotify.HOME) + 1.2 * found["family"].isin(
        ["ios", "osx"]
    )
    score += 0.7 + 1.1 * (found["liked"] >= 0.2) + 0.6 * (found["family"].isin(["not_applicable"]))
    keep = (score >= 2.6) & (found["country"] == demo_spotify.HOME)
    is_other = spotify.is_other[found.index]
    assert not keep[is_other].any()
    assert keep[~is_other].mean() > 0.9


def test_the_dirt_of_real_exports_is_there(account: Account) -> None:
    records = account.records
    # The fields of the real export, and the mark of a demo.
    assert len(records.columns) == 24
    assert records.duplicated().sum() == 50 * (len(records) // 15_000)
    old = records["ts"] < "2021-12-01"
    assert records.loc[old & records["reason_end"].eq("fwdbtn"), "skipped"].isna().all()
    skipped = records.loc[~old & records["ts"].ge("2023-01-01"), ["skipped", "reason_end"]]
    assert (skipped["skipped"] == skipped["reason_end"].isin(["fwdbtn", "backbtn"])).all()
    is_song = records["master_metadata_track_name"].notna()
    assert (records["episode_name"].notna() & ~is_song).sum() == 40
    removed = ~is_song & records["episode_name"].isna()
    assert removed.sum() == 40
    assert (
        records.loc[removed, "spotify_track_uri"].str.match("spotify:track:[0-9A-Za-z]{22}").all()
    )
    offline = records.loc[records["offline"], "offline_timestamp"]
    assert len(offline) > 100
    assert set(offline.astype("int64").astype(str).str.len()) == {10, 13}
    assert records.loc[~records["offline"], "offline_timestamp"].isna().all()
    assert 0 < records["incognito_mode"].mean() < 0.05
    assert records["reason_end"].eq("unknown").mean() == pytest.approx(0.01, abs=0.003)
    assert {"iOS 14.6 (iPhone0,0)", "ios"} < set(records["platform"])


def test_what_is_personal_is_plainly_invented(account: Account) -> None:
    assert account.records["ip_addr"].str.match(r"(192\.0\.2|198\.51\.100)\.\d{1,3}$").all()
    assert not {"username", "user_agent_decrypted"} & set(account.records.columns)


def test_the_other_files_are_the_same_with_and_without_spotify(
    small: DemoFiles, tmp_path: Path
) -> None:
    alone = write_demo(tmp_path, **SMALL)
    assert alone.spotify_plays == 0
    assert {file.name for file in small.files} - {file.name for file in alone.files} == {
        "Streaming_History_Audio_2025-2026_0.json"
    }
    for file in alone.files:
        assert file.read_bytes() == (small.directory / file.name).read_bytes(), file.name


def test_the_facts_of_a_demo_tell_of_its_spotify_history_where_there_is_one(
    small: DemoFiles, tmp_path: Path
) -> None:
    facts = describe(small.directory)
    assert facts["spotify_plays"] == small.spotify_plays
    songs = songs_of(records_of(small.directory))
    known = songs["reason_end"] != "unknown"
    share = (songs.loc[known, "reason_end"] == "trackdone").mean()
    assert facts["spotify_completed_share"] == pytest.approx(share, abs=0.0006)
    two = write_demo(tmp_path, listeners=2, with_spotify=True, **SMALL)
    of_both = [describe(tmp_path, listener=one.name)["spotify_plays"] for one in two.listeners]
    assert sum(of_both) == two.spotify_plays


def test_the_same_seed_writes_the_same_accounts_and_each_listener_another(tmp_path: Path) -> None:
    for name, seed in {"a": 7, "b": 7, "c": 8}.items():
        write_demo(tmp_path / name, seed=seed, listeners=2, with_spotify=True, **SMALL)
    texts = {
        name: [file.read_bytes() for file in sorted((tmp_path / name).rglob("Streaming*.json"))]
        for name in "abc"
    }
    assert len(texts["a"]) == 2
    assert texts["a"] == texts["b"]
    assert len({*texts["a"], *texts["c"]}) == 4


def test_the_files_import_as_the_invented_listeners_and_again_keep_nothing(
    small: DemoFiles,
) -> None:
    con = histories.empty()
    now = dt.datetime(2026, 11, 21)
    files = [file for file in small.files if file.name.startswith("Streaming")]
    for is_again in (False, True):
        report = ingest(con, files, "me", now=now)
        assert not report.refused
        told = [one for one in report.receipts if one.format == "spotify extended"]
        read = sum(one.rows_read for one in told)
        kept = sum(one.rows_kept for one in told)
        known = sum(one.rows_known for one in told)
        rejected = sum(one.rows_rejected for one in told)
        assert read == kept + known + rejected
        plays = small.spotify_plays + small.spotify_podcasts
        assert rejected == small.spotify_removed_rows > 0
        assert (kept, known) == ((0, plays) if is_again else (plays, 0))
        assert {one.listener for one in told} == {"demo"}
    found = con.execute("select listener, is_demo from raw.listeners").fetchall()
    assert found == [("demo", True)]
    con.close()


@pytest.fixture(scope="module")
def mart(account: Account, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What the completion model reads of the account, in the order of the plays."""
    path = tmp_path_factory.mktemp("warehouse") / "sotw.duckdb"
    whose = AttributionSettings(home_country=demo_spotify.HOME)
    settings = Settings(default=ListenerSettings(attribution=whose))
    load_and_build.run_ingest(path, [account.folder], "demo", settings)
    load_and_build.run_build(path, settings, only=["marts.training_completion"])
    with warehouse.reading(path) as con:
        return con.sql("from marts.training_completion order by play_number").df()


@pytest.mark.slow
def test_the_features_of_the_mart_are_the_planted_ones(
    account: Account, mart: pd.DataFrame
) -> None:
    told = account.spotify.outcomes
    planted = pd.DataFrame(told.features, columns=list(EFFECTS))
    assert len(mart) == len(planted)
    known = mart["is_completed"].notna().to_numpy()
    assert (known == told.is_known).all()
    assert (mart.loc[known, "is_completed"].astype(bool) == told.is_completed[known]).all()
    pairs = {
        "previous_completed": mart["prev_1_completion_rate"].fillna(0.5),
        "last_10_rate": mart["prev_10_completion_rate"].fillna(0.5),
        "by_forward": mart["reason_start"].eq("fwdbtn"),
        "by_click": mart["reason_start"].eq("clickrow"),
        "is_shuffled": mart["is_shuffle"],
        "on_speaker": mart["platform_family"].isin(["cast", "not_applicable"]),
        "on_computer": mart["platform_family"].isin(["osx", "web"]),
        "is_first_play": mart["is_first_track_play"],
        "log_days_since": np.log1p(mart["track_gap_days"].fillna(0.0)),
    }
    for name, values in pairs.items():
        is_near = np.isclose(values.astype(float), planted[name], atol=0.01)
        # Two spellings of a song are two tracks to the demo.
        assert is_near.mean() > 0.98, name


@pytest.mark.slow
def test_the_planted_effects_show_in_the_mart(mart: pd.DataFrame) -> None:
    mart = mart[mart["is_completed"].notna()]
    told = pd.DataFrame(
        {
            "intercept": 1.0,
            "previous_completed": mart["prev_1_completion_rate"].fillna(0.5),
            "last_10_rate": mart["prev_10_completion_rate"].fillna(0.5),
            "artist_liking": mart["prior_artist_completion_rate"].fillna(0.5),
            "track_appeal": mart["prior_track_completion_rate"].fillna(0.5),
            "by_forward": mart["reason_start"].eq("fwdbtn"),
            "by_back": mart["reason_start"].eq("backbtn"),
            "by_click": mart["reason_start"].eq("clickrow"),
            "on_speaker": mart["platform_family"].isin(["cast", "not_applicable"]),
            "is_shuffled": mart["is_shuffle"],
            "is_first_play": mart["is_first_track_play"],
            "by_other_person": mart["country"].eq(demo_spotify.OTHER_HOME),
        }
    ).astype(float)
    beta, error = fitted(told.to_numpy(), mart["is_completed"].to_numpy(float))
    truth = np.array([EFFECTS[name] for name in told])
    assert (beta * np.sign(truth) > 2 * error)[1:].all(), dict(
        zip(told, zip(beta, error, strict=True), strict=True)
    )


@pytest.mark.slow
def test_attribution_keeps_the_listeners_sessions_and_no_other(
    account: Account, mart: pd.DataFrame
) -> None:
    is_other = account.spotify.is_other[account.spotify.plan.session]
    assert not mart.loc[is_other, "is_primary"].any()
    assert mart.loc[~is_other, "is_primary"].mean() > 0.9


def test_more_plays_than_csv_is_meant_for_get_no_spotify_history(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="beside CSV files only"):
        write_demo(tmp_path / "new", file_format="parquet", with_spotify=True, **SMALL)
    assert not (tmp_path / "new").exists()
