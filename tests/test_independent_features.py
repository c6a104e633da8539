"""Every weekly feature equals a second calculation that shares no code with the first."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import histories
import independent
import independent_repeats
import pytest

from sotw import ingest, warehouse
from sotw.actions.prepare import write_settings
from sotw.pipeline.models import select
from sotw.settings import POLICIES, ListenerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

KEYS = ("listener_id", "week_ending", "cutoff_policy", "track_id")
SEEDS = range(8)
RAW = (
    "settings",
    "listeners",
    "listener_settings",
    "names",
    "plays",
    "picks",
    "track_stats",
    "artist_stats",
    "artist_profiles",
    "artist_tags",
    "live_shows",
    "playlist_items",
    "favorite_playlists",
)


def weekly_features(models: list[Model]) -> list[Model]:
    return [model for model in models if model.schema == "features" and model.grain == KEYS]


def read_world(con: Connection) -> independent.World:
    """Raw as it is, one record a play: tests/models/test_duplicates says which is dropped."""
    raw = {name: warehouse.rows(con, f"from raw.{name}") for name in RAW}
    keys = ("listener_id", "source", "track_name_id", "ordinal", "played_at")
    by_key = {tuple(row[key] for key in keys): row for row in raw["plays"]}
    names = ("listener_id", "source", "track_name_id", "ordinal", "reported_at")
    for row in warehouse.rows(con, "from core.fct_duplicate_plays"):
        dropped = by_key.pop(tuple(row[name] for name in names))
        kept_key = (row["listener_id"], *(row[f"kept_{name}"] for name in names[1:]))
        # A play begins with the first of its records.
        first = min(dropped, by_key[kept_key], key=histories.started_at)
        started = {"played_at": histories.started_at(first), "time_kind": "start"}
        by_key[kept_key] = by_key[kept_key] | started
    raw["plays"] = list(by_key.values())
    return independent.world(raw)


def differences(
    con: Connection, table: str, expected: dict[tuple[Any, ...], Mapping[str, Any]]
) -> list[str]:
    """What a table says otherwise than the independent calculation; unknown columns included."""
    rows = warehouse.rows(con, f"from {table}")
    got = {tuple(row[key] for key in KEYS): row for row in rows}
    found = [f"{table}: {len(rows)} rows for {len(got)} keys"] if len(rows) != len(got) else []
    found += [f"{table}: lacks {key}" for key in expected.keys() - got.keys()]
    found += [f"{table}: has {key}" for key in got.keys() - expected.keys()]
    for key in got.keys() & expected.keys():
        for column, value in got[key].items():
            if column in KEYS:
                continue
            if column == "candidate_id":
                expected[key] = {**expected[key], column: independent.candidate_id(key)}
            if column not in expected[key]:
                return [f"{table}: the independent calculation does not know {column}"]
            if not _is_equal(value, expected[key][column]):
                found.append(f"{table}: {key} {column} {value!r}, not {expected[key][column]!r}")
    return found


def _is_equal(got: object, expected: object) -> bool:
    if isinstance(got, float) and isinstance(expected, (int, float)):
        return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9)
    return type(got) is type(expected) and got == expected


def invented_picks(con: Connection) -> list[dict[str, Any]]:
    """Picks, some weeks late, for a log that has none: every other one of the same song."""
    query = "select played_at, track_name_id from raw.plays order by all"
    plays = con.execute(query).fetchall()
    favorite = Counter(track for _, track in plays).most_common(1)[0][0]
    return [
        {
            "listener_id": 1,
            "picked_at": played_at + dt.timedelta(days=index % 30),
            "track_name_id": track_name_id if index % 2 else favorite,
            "source": "favorites",
            "week_ending": played_at.date() if index % 3 else None,
        }
        for index, (played_at, track_name_id) in enumerate(plays[::3000])
    ]


def check_all(con: Connection, models: list[Model]) -> int:
    one = read_world(con)
    words = con.execute("select bucket, word from core.dim_genre_words").fetchall()
    weekly = independent.weekly_plays(one)
    found = differences(con, "core.fct_weekly_plays", weekly)
    assert not found, "\n".join(found[:20])
    expected = independent.features(one, weekly, words)
    for model in weekly_features(models):
        found = differences(con, model.name, expected)
        assert not found, f"{len(found)} differences:\n" + "\n".join(found[:20])
    return len(expected)


@pytest.fixture(scope="module", params=SEEDS)
def random_warehouse(request: pytest.FixtureRequest, all_models: list[Model]):
    con = histories.built(histories.listening(request.param), all_models)
    yield con
    con.close()


def test_every_weekly_feature_equals_the_independent_calculation(random_warehouse, all_models):
    assert check_all(random_warehouse, all_models) > 30


def test_picks_label_the_weeks_that_the_independent_calculation_finds(random_warehouse):
    expected = {
        (*week, "pick"): (track, picked_at)
        for week, (picked_at, track) in independent.picks(read_world(random_warehouse)).items()
    }
    query = "from core.fct_week_labels where label_kind = 'pick'"
    rows = warehouse.rows(random_warehouse, query)
    got = {
        (row["listener_id"], row["week_ending"], "pick"): (row["track_id"], row["labelled_at"])
        for row in rows
    }
    assert got == expected
    assert expected


def test_rows_told_twice_are_those_of_the_independent_calculation(random_warehouse):
    [as_of] = random_warehouse.execute("select as_of from raw.settings").fetchone()
    rows = warehouse.rows(random_warehouse, "from raw.plays")
    told = [row for row in rows if histories.started_at(row) < as_of]
    keys = ("listener_id", "source", "played_at", "track_name_id", "ordinal")
    expected = {tuple(row[key] for key in keys) for row in independent_repeats.again(told)}
    columns = "listener_id, source, reported_at, track_name_id, ordinal"
    query = f"select {columns} from core.fct_duplicate_plays where reason = 'same row'"
    assert set(random_warehouse.execute(query).fetchall()) == expected
    assert expected


def test_proxy_labels_are_those_of_the_independent_calculation(random_warehouse):
    starts = "select listener_id, labels_start_date from raw.listener_settings"
    labels_start = dict(random_warehouse.execute(starts).fetchall())
    got = {
        (row["listener_id"], row["week_ending"]): (
            row["track_id"],
            row["next_4w_plays"],
            row["tied_tracks_count"],
        )
        for row in warehouse.rows(random_warehouse, "from core.fct_proxy_labels")
        if row["week_ending"] >= labels_start[row["listener_id"]]
    }
    assert got == independent.proxies(read_world(random_warehouse))


def test_a_feature_that_the_independent_calculation_does_not_know_is_reported(
    random_warehouse, all_models
):
    con = random_warehouse
    con.execute(
        "create temp table planted as select *, 1 as loudness_rank from features.feat_genre"
    )
    one = read_world(con)
    expected = independent.features(one, independent.weekly_plays(one), [])
    found = differences(con, "temp.planted", expected)
    con.execute("drop table temp.planted")
    assert any("does not know loudness_rank" in line for line in found)


@pytest.mark.parametrize(
    ("written", "planted"),
    [
        ("range between 4 preceding and 1 preceding", "rows between 4 preceding and 1 preceding"),
        ("by listener_id, cutoff_policy, track_id", "by listener_id, cutoff_policy"),
        ("range between 4", "range between 3"),
    ],
)  # fmt: skip
def test_a_frame_over_rows_or_other_tracks_is_found(all_models, written, planted):
    con = histories.built(histories.listening(1), select(all_models, ["feat_momentum"]))
    (model,) = (model for model in all_models if model.name == "features.feat_momentum")
    assert written in model.sql
    con.execute(f"create temp table planted as {model.sql.replace(written, planted)}")
    one = read_world(con)
    expected = independent.features(one, independent.weekly_plays(one), [])
    assert differences(con, "temp.planted", expected)
    con.close()


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "Europe/Kyiv"])
def test_a_real_history_of_twelve_years_agrees_too(shared_data: Path, all_models, zone):
    con = histories.empty()
    con.execute("set threads = 2")
    folder = shared_data / "listening"
    files = [folder / "lastfm_export_12_years.csv", folder / "artist_genres.json"]
    report = ingest.ingest(con, files, "me", now=dt.datetime(2024, 3, 12, 12))
    assert not report.refused
    histories.load(con, {"picks": invented_picks(con)})
    settings = Settings(cutoff_policies=POLICIES, default=ListenerSettings(time_zone=zone))
    # Mid-week: the last week of the log is the running one.
    write_settings(con, settings, dt.datetime(2024, 3, 12, 8))
    histories.materialize(con, all_models)
    assert check_all(con, all_models) > 100_000
    repeated = "select max(prior_picks) from features.feat_past_picks"
    assert con.execute(repeated).fetchone()[0] > 10
    expected = independent.proxies(read_world(con))
    rows = warehouse.rows(con, "from core.fct_proxy_labels")
    got = {(row["listener_id"], row["week_ending"]): row["track_id"] for row in rows}
    assert got == {week: track for week, (track, _, _) in expected.items()}
    con.close()
