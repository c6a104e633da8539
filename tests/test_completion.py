"""The completion of plays: what is learned, from what, and what a run leaves."""

from __future__ import annotations

import json

import completed
import numpy as np
import pytest
from completed import keyed, parts_of, plays_of, rows_of, run, task_of

from sotw.errors import SotwError
from sotw.learning.encoding import logistic
from sotw.learning.evaluate import evaluate
from sotw.learning.protocol import Artifact, Part
from sotw.learning.score import linear_scores, scored
from sotw.learning.store import key_of
from sotw.predictors.completion import boosting, models
from sotw.predictors.completion.adapt import KNOTS, PACES, STEPS, adapt
from sotw.predictors.completion.models import DEFAULT as MODEL
from sotw.predictors.completion.models import LINEAR_DEFAULT
from sotw.predictors.completion.predictor import MART, PREDICTOR
from sotw.settings import Settings


def learn(name, con, train, validation, **options):
    """Fit a model by name."""
    return PREDICTOR.learners(task_of(con, **options))[name](train, validation)


def measured(con, rows, scorer, **options):
    """The metrics by name."""
    found = PREDICTOR.metrics(Part(rows), scored(rows, scorer, ()), task_of(con, **options))
    return {one.metric: one.values[0] for one in found}


@pytest.fixture(scope="module")
def trained():
    con = completed.load(completed.plays())
    yield con, run(con)
    con.close()


# --- what may be read ------------------------------------------------------------------------


def test_a_model_of_plays_to_come_reads_nothing_of_the_play_itself(trained):
    con, _ = trained
    pre, post = task_of(con), task_of(con, task="post_play")
    assert not [name for name in pre.features if name.startswith("post_")]
    assert not {*pre.features, *post.features} & {*models.KEYS, *models.TARGETS.values()}
    assert set(post.features) - set(pre.features) == {
        "post_ms_played",
        "post_reason_end",
        "post_session_position_plays",
        "post_start_hour",
        "post_start_weekday",
        "post_start_month",
    }


@pytest.mark.parametrize("name", [MODEL, *models.LINEAR, *models.BASELINES])
def test_how_a_play_ends_moves_no_score_of_it_or_before_it(name):
    frame = completed.plays(n=700, unknown=0.0)
    scores = []
    for is_changed in (False, True):
        con = completed.load(frame)
        train, validation, test = parts_of(con)
        learned = learn(name, con, train, validation)
        test = test.copy()
        if is_changed:
            later = test.index[50:]
            for target in models.TARGETS.values():
                test.loc[later, target] = 1 - test.loc[later, target]
            test.loc[later, "post_ms_played"] = 7.0
            test.loc[later, "post_reason_end"] = "logout"
            test.loc[later, "post_is_skipped"] = 1 - test.loc[later, "post_is_skipped"]
        scores.append(learned.final.score(test))
    assert np.array_equal(scores[0][:51], scores[1][:51])
    if name == MODEL:
        assert not np.array_equal(scores[0][51:], scores[1][51:])
    else:
        assert np.array_equal(scores[0], scores[1])


def test_the_end_of_a_play_gives_itself_away_after_it(trained):
    con, _ = trained
    train, validation, test = parts_of(con, task="post_play")
    learned = learn(LINEAR_DEFAULT, con, train, validation, task="post_play")
    assert measured(con, test, learned.final, task="post_play")["roc_auc"] > 0.99


# --- splits ----------------------------------------------------------------------------------


def test_plays_are_split_in_the_order_of_time_and_never_inside_a_session(trained):
    con, _ = trained
    rows = plays_of(con)
    parts = parts_of(con)
    first, second, third = map(len, parts)
    assert first + second + third == len(rows)
    assert 0.6 <= first / len(rows) < 0.63
    assert 0.8 <= (first + second) / len(rows) < 0.83
    sessions = [set(part["session_number"]) for part in parts]
    assert not sessions[0] & sessions[1]
    assert not sessions[1] & sessions[2]


def test_rolling_blocks_cover_the_last_sixty_percent_once_after_all_they_learn_from(trained):
    con, _ = trained
    rows = plays_of(con)
    blocks = [
        (block.train.rows, block.validation.rows, block.test.rows)
        for block in PREDICTOR.blocks(rows, task_of(con), "rolling")
    ]
    numbers = np.concatenate([block["play_number"] for _, _, block in blocks])
    assert len(blocks) == 5
    assert numbers.tolist() == rows["play_number"].tolist()[-len(numbers) :]
    assert 0.57 < len(numbers) / len(rows) <= 0.6
    for train, validation, block in blocks:
        assert train["play_number"].max() < validation["play_number"].min()
        assert validation["play_number"].max() < block["play_number"].min()
        assert set(validation["session_number"]).isdisjoint(block["session_number"])


def test_plays_of_unknown_outcome_are_left_out_and_counted(trained):
    con, report = trained
    [(unknown,)] = con.execute(f"select count(*) from {MART} where is_completed is null").fetchall()
    [one] = report.trained
    assert unknown > 0
    assert (one.about["unknown_outcome"], sum(one.sizes)) == (unknown, 1500 - unknown)
    assert report.predictions == 1500 - unknown


def test_sessions_that_are_not_the_listeners_own_teach_nothing():
    con = completed.load(completed.plays(n=900, others=0.3))
    report = run(con, model=LINEAR_DEFAULT)
    query = f"select count(*) from {MART} where is_primary and is_completed is not null"
    [(own,)] = con.execute(query).fetchall()
    assert sum(report.trained[0].sizes) == own == report.predictions
    assert report.trained[0].about["not_primary"] > 100
    cohorts = {row["cohort"] for row in rows_of(con, "select distinct cohort from ml.metrics")}
    assert cohorts == {"primary"}


# --- the models ------------------------------------------------------------------------------


def test_boosting_finds_the_planted_rule_better_than_any_baseline(trained):
    con, report = trained
    query = "select model, value, n from ml.metrics where run_id = ? and split = 'test'"
    found = {
        row["model"]: row["value"]
        for row in rows_of(con, f"{query} and metric = 'log_loss'", [report.run_id])
    }
    assert set(found) == {MODEL, LINEAR_DEFAULT, *models.BASELINES}
    assert found[MODEL] < min(found[name] for name in models.BASELINES)


def test_a_score_follows_a_listener_whose_habits_change():
    frame = completed.plays(n=3000, seed=5, drift=0.0, unknown=0.0)
    con = completed.load(frame)
    rows = plays_of(con)
    random = np.random.default_rng(1)
    labels = random.random(len(rows)) < np.where(np.arange(len(rows)) < 1500, 0.8, 0.3)
    found, curve = adapt(np.zeros(len(rows)), labels, rows)
    assert logistic(found[500:1500]).mean() == pytest.approx(0.8, abs=0.05)
    assert logistic(found[2000:]).mean() == pytest.approx(0.3, abs=0.05)
    assert len(curve) == KNOTS


def test_offsets_are_the_steps_done_by_hand():
    rows = completed.plays(n=3, unknown=0.0).assign(
        reason_start=["a", "b", "a"], artist_id=[1, 1, 2], track_id=[1, 2, 3]
    )
    labels = np.array([True, True, False])
    found, _ = adapt(np.zeros(3), labels, rows)
    everything, start, artist, _ = (step.rate for step in STEPS)
    assert found[0] == 0.0
    # At .5 the first play was a surprise of .5; the curve's middle knot took .02 of it.
    second = 0.5 * (everything + artist)
    place = second / 6 * 8
    assert found[1] == pytest.approx(second + (1 - place) * 0.02 * 0.5)
    surprise = 1 - logistic(np.array([second]))[0]
    third = everything * (0.5 * STEPS[0].keep + surprise) + start * 0.5
    assert found[2] == pytest.approx(third, abs=0.02)


def test_the_pace_is_the_one_that_the_validation_plays_like_best(trained):
    con, report = trained
    query = "select hyperparameters from ml.models where run_id = ? and model = ?"
    [(text,)] = con.execute(query, [report.run_id, MODEL]).fetchall()
    chosen = json.loads(text)
    losses = chosen["validation_log_loss"]
    assert len(losses) == len(PACES)
    assert losses[f"{chosen['pace']:g}"] == min(losses.values())
    rows = completed.plays(n=400, unknown=0.0)
    still, _ = adapt(np.zeros(400), np.ones(400, bool), rows, pace=0.0)
    moved, _ = adapt(np.zeros(400), np.ones(400, bool), rows, pace=1.0)
    assert 0 < still[-1] < moved[-1]


def test_a_stored_model_scores_as_the_one_that_was_trained(trained):
    con, report = trained
    [stored] = rows_of(con, "from ml.artifacts where run_id = ?", [report.run_id])
    query = "select hyperparameters from ml.models where run_id = ? and model = ?"
    [(chosen,)] = con.execute(query, [report.run_id, MODEL]).fetchall()
    json.loads(stored["content"])
    assert stored["format"] == "xgboost json"
    text = Artifact(stored["format"], stored["content"])
    model = boosting.stored_model(text, stored["sha256"], json.loads(chosen), "completed")
    score = model.score(plays_of(con))
    found = [row[-2:] for row in keyed(con, "score, probability")]
    assert np.array_equal(score, [one for one, _ in found])
    assert np.allclose(logistic(score), [one for _, one in found], atol=1e-15)


def test_a_stored_model_that_was_changed_is_refused(trained):
    con, report = trained
    [stored] = rows_of(con, "from ml.artifacts where run_id = ?", [report.run_id])
    text = Artifact(stored["format"], stored["content"] + " ")
    with pytest.raises(SotwError, match=r"ml\.artifacts: a stored model is not the text"):
        boosting.stored_model(text, stored["sha256"], {}, "completed")


def test_what_features_add_sums_to_the_score(trained):
    con, _ = trained
    rows = plays_of(con)
    learned = learn(MODEL, con, rows[:600], rows[600:800])
    later, chosen = rows[800:1000], np.arange(200) >= 150
    told = learned.final.explain(later, chosen)
    assert told.sum(axis=1).to_numpy() == pytest.approx(learned.final.score(later)[chosen])
    plain = learned.final.terms(later[chosen]).sum(axis=1).to_numpy()
    assert plain == pytest.approx(learned.final.raw(later[chosen]), abs=1e-4)
    assert {"reason_start", "prior_track_completion_rate", "(intercept)"} <= set(told.columns)


def test_the_latest_plays_are_explained_and_each_adds_up_to_its_score(trained):
    con, _ = trained
    query = "select reported_at, sum(contribution) as total from ml.contributions group by all"
    told = {row["reported_at"]: row["total"] for row in rows_of(con, query)}
    scores = {row[1]: row[-1] for row in keyed(con)}
    assert len(told) == 100
    assert min(told) == sorted(scores)[-100]
    for at, total in told.items():
        assert total == pytest.approx(scores[at])
    query = "select distinct level from ml.contributions where feature = 'reason_start'"
    assert {row["level"] for row in rows_of(con, query)} <= {"trackdone", "fwdbtn", "clickrow"}


def test_a_level_with_brackets_or_that_was_never_seen_can_be_scored():
    frame = completed.plays(n=600)
    frame["reason_start"] = frame["reason_start"].replace("clickrow", "click[<row>]=1")
    con = completed.load(frame)
    rows = plays_of(con)
    learned = learn(MODEL, con, rows[:400], rows[400:500])
    assert any("click" in name for name in learned.final.booster.feature_names)
    strange = rows[500:].assign(reason_start="new")
    assert np.isfinite(learned.final.score(strange)).all()


def test_equal_plays_give_equal_models_whatever_their_order():
    frame = completed.plays(n=600)
    found = []
    for one in (frame, frame.sample(frac=1, random_state=2)):
        con = completed.load(one)
        run(con)
        found.append((keyed(con), con.execute("select sha256 from ml.artifacts").fetchall()))
    assert found[0] == found[1]


def test_system_bs_heuristic_is_its_formula_on_earlier_plays():
    rows = completed.plays(n=3).assign(
        prior_track_completion_rate=[0.2, 1.0, np.nan],
        prior_artist_completion_rate=[0.4, 1.0, np.nan],
        prior_completion_rate=0.7,
    )
    found = models.heuristic(rows)
    assert found == pytest.approx([1 - 0.65 * 0.8 - 0.35 * 0.6, 1.0, 0.7])


def test_rates_of_the_whole_window_know_the_outcome_they_predict(trained):
    con, _ = trained
    rows = plays_of(con)
    gaps = {}
    for name in ("logistic_regression_window_priors", LINEAR_DEFAULT):
        learned = learn(name, con, rows[:900], rows[900:900])
        losses = [
            measured(con, part, learned.first)["log_loss"] for part in (rows[:900], rows[900:])
        ]
        gaps[name] = losses[1] - losses[0]
    assert gaps["logistic_regression_window_priors"] > gaps[LINEAR_DEFAULT]


def test_plays_of_one_endless_session_are_learned_from_but_measured_on_nothing():
    con = completed.load(completed.plays(n=300).assign(session_number=1))
    report = run(con)
    [one] = report.trained
    assert one.sizes[1:] == (0, 0)
    assert report.predictions == one.sizes[0]
    assert con.execute("select count(*) from ml.metrics").fetchall() == [(0,)]
    with pytest.raises(SotwError, match="listener 1: all plays are of one session"):
        evaluate(con, PREDICTOR, Settings(), now=completed.NOW)


def test_a_listener_who_never_skipped_at_first_can_be_trained():
    frame = completed.plays(n=400, unknown=0.0)
    frame.loc[frame.index[:330], "is_completed"] = True
    con = completed.load(frame)
    run(con)
    query = "select value from ml.metrics where metric = 'roc_auc' and split = 'validation'"
    assert {row[0] for row in con.execute(query).fetchall()} == {None}
    query = "select value from ml.metrics where metric = 'base_rate' and split = 'test'"
    assert 0 < con.execute(query).fetchall()[0][0] < 1
    query = "select count(*) from ml.predictions where isfinite(score) and probability < 1"
    assert con.execute(query).fetchall() == [(400,)]


# --- scoring in SQL --------------------------------------------------------------------------


def test_a_logistic_regression_scored_in_sql_is_the_one_of_python():
    frame = completed.plays(n=800)
    frame.loc[frame.index[-20:], "reason_start"] = "never seen"
    con = completed.load(frame)
    report = run(con, model=LINEAR_DEFAULT)
    rows = plays_of(con)
    parts = parts_of(con)
    learned = learn(LINEAR_DEFAULT, con, *parts[:2])
    assert learned.final.has_converged
    found = keyed(con, "score, probability, split")
    score = learned.final.score(rows)
    assert np.abs(score - [row[-3] for row in found]).max() < 1e-9
    assert np.abs(logistic(score) - [row[-2] for row in found]).max() < 1e-9
    names = ("train", "validation", "test")
    expected = [name for name, part in zip(names, parts, strict=True) for _ in part.index]
    assert [row[-1] for row in found] == expected
    assert report.trained[0].model == LINEAR_DEFAULT


def test_a_stored_model_that_reads_a_lost_column_says_which():
    con = completed.load(completed.plays(n=400))
    report = run(con, model=LINEAR_DEFAULT)
    key = key_of(report.run_id, PREDICTOR.traits, task_of(con)) | {"model": LINEAR_DEFAULT}
    con.execute(f"alter table {MART} drop column prior_track_plays")
    with pytest.raises(
        SotwError, match=r"its model reads prior_track_plays, which marts\.training"
    ):
        linear_scores(con, PREDICTOR.traits, key, plays_of(con), ())
