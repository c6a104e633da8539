"""Taste learned: nothing of the future is in a row, what is known is used, reasons are true."""

from __future__ import annotations

import datetime as dt

import histories
import histories_known
import numpy as np
import pytest
import taste_history

from sotw.learning.train import train
from sotw.pipeline.models import select
from sotw.pipeline.run import create
from sotw.predictors.registry import predictor
from sotw.predictors.taste import models as scorers
from sotw.warehouse import rows

WANTED = [
    "training_taste",
    "discoveries",
    "taste_profile",
    "taste_transitions",
    "taste_drift",
    "dim_weeks",
    "fct_week_labels",
]
NOW = dt.datetime(2024, 1, 10, 10)


@pytest.fixture(scope="module")
def taste_models(all_models):
    return select(all_models, WANTED)


@pytest.fixture(scope="module")
def trained(taste_models):
    """The history built and trained, and the marts that read what was learned made again."""
    con = histories.built(taste_history.history(), taste_models)
    con.execute("insert into ml.builds values ('b', ?, ?, 1, '', '{}')", [NOW, taste_history.AS_OF])
    report = train(con, predictor("taste"), taste_history.history().settings, now=NOW)
    for model in taste_models:
        if model.table in ("discoveries", "taste_profile"):
            create(con, model)
    yield con, report
    con.close()


def test_a_row_is_the_same_without_the_future(taste_models):
    """Cut off at an instant of the grid, all rows up to it are as they were but for the labels."""
    history = taste_history.history()
    full = histories.built(history, taste_models)
    instants = full.execute(
        "select cutoff_at from core.dim_taste_cutoffs where known_days > 100 order by 1"
    ).fetchall()
    instant = instants[len(instants) * 2 // 3][0]
    less = histories.built(histories_known.truncated(history, instant), taste_models)
    features = "* exclude (is_latest, is_known, next_91d_plays, next_56d_plays, is_liked, is_found)"
    query = f"select {features} from marts.training_taste where cutoff_at <= ? "
    query += "order by cutoff_at, artist_id"
    before = rows(full, query, [instant])
    assert len(before) > 100
    for row, known in zip(before, rows(less, query, [instant]), strict=True):
        # Sums in another order differ in their last bit.
        assert _alike(row, known)
    later = rows(full, query, [history.as_of])
    assert len(later) > len(before)
    full.close()
    less.close()


def test_the_label_is_what_came_after_and_only_where_it_is_known(trained):
    con, _ = trained
    query = """
        select
            count(*) filter (is_liked) as liked,
            count(*) filter (is_found and is_heard) as impossible,
            count(*) filter (is_liked and not is_heard) as unheard,
            count(*) filter (is_found) as found,
            count(*) filter (is_latest and is_liked is not null) as early,
        from marts.training_taste
    """
    [counts] = rows(con, query)
    assert counts["liked"] > 20
    assert counts["found"] > 3
    assert (counts["impossible"], counts["unheard"], counts["early"]) == (0, 0, 0)


def test_both_tasks_are_trained_measured_and_foretell_the_latest_instant(trained):
    con, report = trained
    assert {one.key["task"] for one in report.trained} == {"liked", "found"}
    said = rows(con, "select distinct task, cutoff_at, split from ml.predictions")
    assert {row["task"] for row in said} == {"liked", "found"}
    assert {(row["cutoff_at"], row["split"]) for row in said} == {(taste_history.AS_OF, "new")}
    query = "from ml.metrics where split = 'test' and metric = 'roc_auc' and task = 'liked'"
    auc = {row["model"]: row["value"] for row in rows(con, query)}
    assert auc["logistic_regression"] > auc["random"]
    assert auc["logistic_regression"] > 0.7


def test_the_half_life_that_foresees_best_is_that_of_the_profile(trained):
    con, _ = trained
    query = "from ml.parameters where model = 'decay' and feature <> '(intercept)'"
    [fitted] = rows(con, query)
    [shown] = rows(con, "select distinct half_life_days from marts.taste_profile")
    assert fitted["feature"] == f"decayed_{shown['half_life_days']}d_plays"
    assert fitted["transform"] == "log1p"


def test_scores_in_sql_are_those_of_the_model(trained):
    con, _ = trained
    taste = predictor("taste")
    [task, *_] = taste.tasks(con, None, taste.traits.options(task="liked"))
    data = taste.rows(con, task)
    [block] = taste.blocks(data, task, "test")
    learned = taste.learners(task)["logistic_regression"](block.train.rows, block.validation.rows)
    latest = taste.to_predict(data, task, block).set_index("artist_id")
    expected = dict(zip(latest.index, learned.final.score(latest.reset_index()), strict=True))
    for row in rows(con, "from ml.predictions where task = 'liked'"):
        assert row["score"] == pytest.approx(expected[row["artist_id"]], abs=1e-9)


def test_a_named_tag_taken_away_costs_at_least_what_was_claimed(trained, taste_models):
    """The tag is removed from the artist in raw and everything built again."""
    con, _ = trained
    query = "from marts.discoveries where first_tag_share is not null order by discovery_rank"
    claims = [row for row in rows(con, query) if row["second_tag"] is not None]
    assert claims
    claim = claims[0]
    history = taste_history.history()
    [numbered] = [
        row
        for row in history.raw["source_artists"]
        if row["artist_name_id"]
        == next(
            name["name_id"]
            for name in history.raw["names"]
            if name["kind"] == "artist" and name["artist_name"] == claim["artist_name"]
        )
    ]
    [tag] = [one for one in history.raw["source_tags"] if one["tag_key"] == claim["first_tag"]]
    history.raw["user_artist_tags"] = [
        row
        for row in history.raw["user_artist_tags"]
        if (row["source_artist_id"], row["source_tag_id"])
        != (numbered["source_artist_id"], tag["source_tag_id"])
    ]
    less = histories.built(history, taste_models)
    where = "where is_latest and artist_id = ?"
    query = f"select tag_similarity_ratio as said from marts.training_taste {where}"
    [before], [after] = (rows(one, query, [claim["artist_id"]]) for one in (con, less))
    fall = 1 - after["said"] / before["said"]
    # The rarity of the tag among artists changes by one artist.
    assert fall == pytest.approx(claim["first_tag_share"], abs=0.02)
    assert fall > 0
    less.close()


def test_leaky_rows_are_balanced_and_split_by_chance(trained):
    con, _ = trained
    taste = predictor("taste")
    leaky = [one for one in taste.tasks(con, None, taste.traits.options()) if not one.is_served]
    [task] = leaky
    data = taste.rows(con, task)
    [block] = taste.blocks(data, task, "test")
    liked = [part.rows["is_liked"].mean() for part in (block.train, block.test)]
    assert liked[0] == pytest.approx(0.5, abs=0.1)
    assert len(block.test.rows) < len(block.train.rows)
    assert taste.blocks(data, task, "rolling") == []
    assert not set(block.train.rows["artist_id"]) & set(block.test.rows["artist_id"])


def test_platt_puts_log_odds_right():
    random = np.random.default_rng(1)
    truth_odds = random.normal(size=20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-truth_odds))
    slope, start = scorers.platt(3 * truth_odds + 1, truth)
    assert slope == pytest.approx(1 / 3, abs=0.02)
    assert start == pytest.approx(-1 / 3, abs=0.05)
    assert scorers.platt(truth_odds, np.ones(20_000, bool)) == (1.0, 0.0)


def _alike(row, known):
    numbers = {name for name, value in row.items() if isinstance(value, float)}
    return all(
        row[name] == pytest.approx(known[name], rel=1e-12, abs=1e-12)
        if name in numbers
        else row[name] == known[name]
        for name in row
    )


def test_tags_and_their_shares_are_known_of_every_artist_that_has_tags(trained):
    """Also of one that only other people's plays name: else it would seem to match nothing."""
    con, _ = trained
    query = "from marts.training_taste where tags_count > 0 and tag_similarity_ratio = 0"
    bare = "and exists (from core.fct_taste_tags join core.fct_artist_tag_weights using (tag)"
    join = "where fct_artist_tag_weights.artist_id = training_taste.artist_id"
    same = "and fct_taste_tags.cutoff_at = training_taste.cutoff_at)"
    assert rows(con, f"{query} {bare} {join} {same}") == []
    shares = rows(con, "from marts.discoveries where first_tag_share is not null")
    assert shares
    assert all(row["tag_similarity_ratio"] > 0 for row in shares)
