"""No feature row depends on anything at or after its cut-off: built on less, it is the same."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import histories
import histories_known
import pytest

from sotw.paths import sql_root
from sotw.pipeline.models import Model, load_models, select
from sotw.settings import POLICIES, Settings
from sotw.warehouse import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

SEEDS = (0, 1, 3, 7)
# Those of a play, of which each is its own cut-off: tests/test_pre_play.py.
FEATURES = sorted(
    model.table
    for model in load_models()
    if model.schema == "features" and "week_ending" in model.grain
)
Table = dict[tuple[Any, ...], dict[str, Any]]


def instants(con: Connection) -> list[dt.datetime]:
    """Cut-offs early, in the middle and late, of both policies."""
    found = [
        row[0]
        for row in con.execute(
            "select distinct cutoff_at from core.fct_weekly_plays where plays > 0 order by 1"
        ).fetchall()
    ]
    return [found[len(found) * part // 10] for part in (3, 6, 9)]


def rows_until(con: Connection, model: Model, instant: dt.datetime) -> Table:
    """Rows whose cut-off is not after an instant."""
    key = "listener_id, week_ending, cutoff_policy"
    known = "from core.dim_cutoffs where cutoff_at <= ?"
    found = rows(con, f"from {model.name} semi join ({known}) using ({key})", [instant])
    return {tuple(row[column] for column in model.grain): row for row in found}


def peeking(history: histories.History, models: Sequence[Model], features: set[str]) -> list[str]:
    """Rows that differ between all of raw and what was known at some cut-off; none, we hope.

    Raises:
        AssertionError: There was nothing to compare.
    """
    found = []
    con = histories.built(history, models)
    query = "select listener_id, week_ending, cutoff_at from core.dim_cutoffs"
    condition = "where cutoff_policy = 'decision' and cutoff_at < ?"
    cutoffs = con.execute(f"{query} {condition}", [history.as_of]).fetchall()
    for instant in instants(con):
        less = histories.built(histories_known.truncated(history, instant, cutoffs), models)
        for model in models:
            if model.table in features:
                full, known = rows_until(con, model, instant), rows_until(less, model, instant)
                assert full, f"{model.name}: no row up to {instant}, so nothing is proved"
                found += [
                    f"{model.name} {key}: {full.get(key)} with the future, {known.get(key)} without"
                    for key in full.keys() | known.keys()
                    if full.get(key) != known.get(key)
                ]
        less.close()
    con.close()
    return found


@cache
def peeking_of_seed(seed: int) -> list[str]:
    models = select(load_models(), FEATURES)
    return peeking(histories.listening(seed), models, set(FEATURES))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_row_is_the_same_without_the_future(feature, seed):
    found = [line for line in peeking_of_seed(seed) if line.startswith(f"features.{feature} ")]
    assert not found, f"{len(found)} rows:\n" + "\n".join(found[:3])


def test_random_histories_have_what_could_be_peeked_at(all_models):
    """Plays and figures of the running week after its cut-off, lists, and both policies."""
    after = figures = bursts = late = 0
    for seed in SEEDS:
        history = histories.listening(seed)
        con = histories.built(history, select(all_models, ["fct_weekly_plays"]))
        after += len(rows(con, "from core.fct_weekly_plays where plays < whole_week_plays"))
        policies = rows(con, "select distinct cutoff_policy from core.fct_weekly_plays")
        assert len(policies) == 2
        latest = max(instants(con))
        figures += sum(row["fetched_at"] >= latest for row in history.raw["track_stats"])
        burst = rows(con, "from core.dim_playlists where known_at is not null and not is_favorites")
        bursts += len(burst)
        late += len(rows(con, "from core.fct_playlist_picks where known_at > picked_at"))
        con.close()
    assert after > 50
    assert figures
    assert bursts
    assert late


def test_picks_only_place_the_decision_cutoff_and_count_in_later_weeks(all_models):
    models = select(all_models, FEATURES)
    history = histories.listening(3)
    assert history.raw["picks"]
    unpicked = replace(history, raw=history.raw | {"picks": [], "playlist_items": []})
    con, less = histories.built(history, models), histories.built(unpicked, models)
    for model in models:
        if model.schema == "features":
            query = f"from {model.name} where cutoff_policy = ? order by all"
            is_same = rows(con, query, ["calendar"]) == rows(less, query, ["calendar"])
            assert is_same == (model.table != "feat_past_picks"), model.name
            assert rows(con, query, ["calendar"])
    query = "from features.feat_intensity where cutoff_policy = 'decision' order by all"
    assert rows(con, query) != rows(less, query), "the picks of this history move no cut-off"
    con.close()
    less.close()


def test_a_pick_is_not_matched_by_plays_still_to_come(all_models):
    """Neither version was heard in the pick's week, and the one it names only after a later row."""
    names = histories.Names()
    song, live = names.track("Orsa", "Lys"), names.track("Orsa", "Lys (Live)")
    weeks = {song: (6, 20), live: (27,)}
    plays = [
        row
        for track, days in weeks.items()
        for row in histories.plays(1, [dt.datetime(2024, 1, day, 9) for day in days], track)
    ]
    pick = {"listener_id": 1, "picked_at": dt.datetime(2024, 1, 13, 9), "track_name_id": live}
    listener = {"listener_id": 1, "listener": "me", "created_at": dt.datetime(2024, 1, 1)}
    raw: histories.Raw = {
        "listeners": [listener | {"is_demo": False}],
        "names": names.rows,
        "plays": plays,
        "picks": [pick | {"source": "favorites"}],
    }
    history = histories.History(raw, Settings(cutoff_policies=POLICIES), dt.datetime(2024, 3, 1))
    models = select(all_models, ["feat_past_picks"])
    assert peeking(history, models, {"feat_past_picks"}) == []
    match = "coalesce(fct_weekly_plays.track_id, fct_pick_matches.named_track_id)"
    assert match in models[-1].sql
    models[-1] = replace(models[-1], sql=models[-1].sql.replace(match, "fct_pick_matches.track_id"))
    assert peeking(history, models, {"feat_past_picks"})


def test_a_career_that_ends_after_the_pick_of_its_week_is_not_over_yet(all_models):
    """In each of ten weeks another artist ends on the Saturday, a day after the pick."""
    names = histories.Names()
    raw: histories.Raw = {"plays": [], "picks": [], "artist_profiles": []}
    for number in range(10):
        track = names.track(f"Artist {number}", "Song")
        ending = dt.datetime(2024, 1, 6) + dt.timedelta(days=7 * number)
        mbid = {"artist_mbid": f"mbid-{number}"}
        monday, friday = ending - dt.timedelta(days=5), ending - dt.timedelta(hours=9)
        raw["plays"] += histories.plays(1, [monday], track, **mbid)
        pick = {"listener_id": 1, "picked_at": friday, "track_name_id": track}
        raw["picks"].append(pick | {"source": "favorites"})
        profile = {"fetched_at": dt.datetime(2024, 6, 1), "source": "web", "import_id": 1}
        raw["artist_profiles"].append(
            profile | mbid | {"line": number, "career_end_date": ending.date()}
        )
    listener = {"listener_id": 1, "listener": "me", "created_at": dt.datetime(2024, 1, 1)}
    raw |= {"listeners": [listener | {"is_demo": False}], "names": names.rows}
    history = histories.History(raw, Settings(cutoff_policies=POLICIES), dt.datetime(2024, 3, 20))
    models = select(all_models, ["feat_artist_background"])
    assert peeking(history, models, {"feat_artist_background"}) == []
    comparison = "dim_artists.career_end_date < dim_cutoffs.cutoff_date"
    assert comparison in models[-1].sql
    late = "dim_artists.career_end_date <= fct_weekly_plays.week_ending"
    models[-1] = replace(models[-1], sql=models[-1].sql.replace(comparison, late))
    assert peeking(history, models, {"feat_artist_background"})


PLANTED = {
    "a frame that reaches a week ahead": (
        "features/feat_momentum.sql",
        "range between 4 preceding and 1 preceding",
        "range between 4 preceding and 1 following",
    ),
    "plays of the same week after the decision": (
        "features/feat_intensity.sql",
        "plays as week_plays,",
        "whole_week_plays as week_plays,",
    ),
    "a popularity stated later": (
        "features/feat_track_metadata.sql",
        "fct_track_popularity.fetched_at < fct_weekly_plays.cutoff_at",
        "fct_track_popularity.fetched_at < fct_weekly_plays.cutoff_at + interval '90 days'",
    ),
    "an audience whenever it was stated": (
        "features/feat_artist_background.sql",
        "where fct_artist_audiences.fetched_at < fct_weekly_plays.cutoff_at",
        "where true",
    ),
    "a first play in any week": (
        "features/feat_history.sql",
        "range between unbounded preceding and 1 preceding",
        "range between unbounded preceding and unbounded following",
    ),
    "a pick whenever it was made": (
        "features/feat_past_picks.sql",
        "and fct_weekly_plays.cutoff_at > picked_weeks.first_known_at",
        "",
    ),
    "a song of a list before that looked like favourites": (
        "features/feat_past_picks.sql",
        "min(fct_pick_matches.known_at)",
        "min(fct_pick_matches.picked_at)",
    ),
    "a list judged by how it grew afterwards": (
        "core/picks/fct_playlist_growth.sql",
        "range between unbounded preceding and current row",
        "range between unbounded preceding and unbounded following",
    ),
    "a list that a later burst makes another": (
        "core/picks/fct_playlist_picks.sql",
        "where fct_playlist_growth.known_at is not null",
        "where dim_playlists.is_favorites",
    ),
    "an end of a career said later": (
        "features/feat_artist_background.sql",
        "dim_artists.career_end_said_at < dim_cutoffs.cutoff_at",
        "dim_artists.career_end_said_at is not null",
    ),
    "the pick of the week itself": (
        "features/feat_past_picks.sql",
        """and fct_weekly_plays.week_ending > picked_weeks.week_ending
            and fct_weekly_plays.cutoff_at > picked_weeks.first_known_at""",
        "and fct_weekly_plays.week_ending >= picked_weeks.week_ending",
    ),
    "a show still to come": (
        "features/feat_live_shows.sql",
        "and dim_cutoffs.cutoff_date > fct_live_shows.show_date",
        "",
    ),
    "plays counted to the end of the week": (
        "core/weeks/fct_weekly_plays.sql",
        "count(*) filter (where fct_plays.played_at < dim_cutoffs.cutoff_at) as plays",
        "count(*) as plays",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(fault, tmp_path: Path):
    file, written, planted = PLANTED[fault]
    root = tmp_path / "sql"
    shutil.copytree(sql_root(), root)
    text = (root / file).read_text(encoding="utf-8")
    assert written in text, f"{file} no longer says '{written}': plant the fault anew"
    (root / file).write_text(text.replace(written, planted), encoding="utf-8")
    feature = Path(file).stem
    if feature not in FEATURES:
        feature = "feat_past_picks" if "playlist" in feature else "feat_intensity"
    features = {feature}
    models = [replace(model, audits=()) for model in select(load_models(root), features)]
    assert any(peeking(histories.listening(seed), models, features) for seed in SEEDS)
