from __future__ import annotations

import choices
import numpy as np
import pandas as pd
import pytest
from scoring import KEY, features_of, one_of, rows_of, run, score_all, store_parameters

from sotw.learning.encoding import WEEK, Groups, Parameter, softmax
from sotw.learning.linear import Logistic
from sotw.learning.metrics.ranking import ranks
from sotw.learning.metrics.winner import TIES
from sotw.learning.score import store_predictions
from sotw.predictors.week_favorite.models import FEATURES, ConditionalLogit
from sotw.predictors.week_favorite.predictor import CUTOFFS, ENTITY, MART, PREDICTOR, read_rows


def test_scores_in_sql_equal_scikit_learn_with_nulls_unseen_levels_and_booleans():
    frame = choices.weeks(n=80)
    frame["is_loud"] = pd.Series([True, None, False, True] * 300, dtype=object)
    frame["mood"] = pd.Series([None, "calm"] * 600, dtype="str")
    frame["whole_number"] = np.arange(len(frame))
    con = choices.load(frame)
    rows = read_rows(con, 1, "calendar")
    learn = rows["week_ending"] < rows["week_ending"].quantile(0.5)
    assert {"polka"} == set(rows["genre"].dropna()) - {"pop", "rock", "jazz"}
    model = Logistic(features_of(rows), 1.0).fit(
        rows[learn], rows["is_week_favorite"][learn].to_numpy(bool)
    )
    store_parameters(con, model.stored())
    con.execute(f"update {MART} set genre = 'never heard of' where track_id = 3")
    rows = read_rows(con, 1, "calendar")
    scores, probabilities = score_all(con)
    expected = model.score(rows)
    assert np.abs(scores - expected).max() < 1e-9
    assert np.abs(probabilities - 1 / (1 + np.exp(-expected))).max() < 1e-9
    assert np.ptp(expected) > 1


def test_extreme_scores_give_probabilities_of_0_and_1():
    con = choices.load(choices.weeks(n=6))
    for intercept, expected in ((-5000.0, 0.0), (5000.0, 1.0)):
        con.execute("delete from ml.parameters")
        zero = Parameter("week_plays", None, 0.0, 0.0, 1.0, 0.0)
        store_parameters(con, [Parameter("(intercept)", None, intercept, 0.0, 1.0, None), zero])
        assert set(score_all(con)[1]) == {expected}


@pytest.mark.parametrize("temperature", [(0.0, 0.0), (0.3, 0.2)])
def test_the_default_scores_in_sql_equal_python_with_nulls_equal_and_lone_candidates(temperature):
    frame = choices.weeks(n=40)
    first, second = sorted(frame["week_ending"].unique())[:2]
    frame.loc[frame["week_ending"] == first, "prior_plays"] = 3
    frame["last_play_gap_days"] = frame["last_play_gap_days"].where(frame.index % 7 > 0)
    frame = frame[(frame["week_ending"] != second) | frame["is_week_favorite"]]
    con = choices.load(frame)
    rows = read_rows(con, 1, "calendar")
    labels = rows["is_week_favorite"].to_numpy(bool)
    model = ConditionalLogit(1.0, temperature=temperature).fit(rows, labels)
    store_parameters(con, model.stored(), model="conditional_logit")
    scores, probabilities = score_all(con, model="conditional_logit", link="softmax")
    expected = model.score(rows)
    assert np.abs(scores - expected).max() < 1e-9
    assert np.abs(probabilities - softmax(expected, Groups.of(rows))).max() < 1e-9
    assert np.ptp(expected) > 1
    assert expected[rows["week_ending"] == second] == [0.0]


def test_a_first_song_far_above_the_others_is_said_with_less_certainty_the_order_stays():
    rows = choices.weeks(n=40)
    labels = rows["is_week_favorite"].to_numpy(bool)
    weeks = Groups.of(rows)
    as_it_is = softmax(ConditionalLogit(1.0).fit(rows, labels).score(rows), weeks)
    milder = ConditionalLogit(1.0, temperature=(0.0, 0.5)).fit(rows, labels)
    share = softmax(milder.score(rows), weeks)
    assert (np.argsort(share) == np.argsort(as_it_is)).mean() < 1  # across weeks it moves
    for week in range(40):
        own = weeks.of_row == week
        assert (np.argsort(share[own]) == np.argsort(as_it_is[own])).all()
        # exp(0.5 ln p) is what the scores are divided by: below 1 for every share p but 1.
        first = as_it_is[own].max()
        expected = as_it_is[own] ** (1 / np.sqrt(first))
        assert share[own] == pytest.approx(expected / expected.sum(), rel=1e-9)
    told = milder.explain(rows, labels).sum(axis=1)
    assert told.to_numpy() == pytest.approx(milder.score(rows)[labels])


def test_contributions_in_sql_add_up_to_the_score_and_equal_those_of_python(trained):
    con, _ = trained
    frame = pd.DataFrame(rows_of(con, "from ml.contributions"))
    key = ["week_ending", "track_id"]
    sums = frame.groupby(key)["contribution"].sum()
    best = pd.DataFrame(rows_of(con, "from ml.predictions where rank <= 10"))
    best = best.set_index(key)["score"]
    assert len(sums) == len(best) > 100
    assert (sums - best).abs().max() < 1e-9
    assert set(frame["feature"]) == set(FEATURES)
    stored = rows_of(con, "from ml.parameters where model = 'conditional_logit'")
    model = ConditionalLogit()
    model._coefficients = np.array(
        [one["coefficient"] for name in FEATURES for one in stored if one["feature"] == name]
    )
    rows = read_rows(con, 1, "calendar")
    explained = model.explain(rows, np.ones(len(rows), bool)).assign(
        week_ending=rows["week_ending"].dt.date, track_id=rows["track_id"]
    )
    expected = explained.melt(key, var_name="feature").set_index([*key, "feature"])["value"]
    own = frame.set_index([*key, "feature"])["contribution"]
    assert (own - expected.loc[own.index]).abs().max() < 1e-9


def test_a_rare_level_is_explained_as_other():
    con = choices.load(choices.weeks())
    run(con)
    con.execute(f"update {MART} set genre = 'drone'; delete from ml.contributions")
    run_id = one_of(con, "select max(run_id) from ml.runs")
    key = KEY | {"run_id": run_id, "model": "logistic_regression"}
    rows = read_rows(con, 1, "calendar").assign(split="new")
    store_predictions(con, PREDICTOR.traits, key, rows, group=WEEK, label_kind="pick", link="logit")
    levels = rows_of(con, "select distinct level from ml.contributions where feature = 'genre'")
    assert levels == [{"level": "(other)"}]


def test_ranks_break_ties_by_plays_and_then_by_track():
    rows = choices.weeks(n=6).reset_index(drop=True)
    place = ranks(rows, np.zeros(len(rows)), WEEK, TIES)
    found = rows.assign(rank=place).sort_values(["week_ending", "rank"])
    keys = list(zip(found["week_ending"], -found["week_plays"], found["track_id"], strict=True))
    assert keys == sorted(keys)


def test_system_a_s_shipped_coefficients_give_its_readme_sample(seed_model):
    """SYSTEMS H4: .442897, and .820198 with the rank taken as 0 (A-B29)."""
    assert seed_model(week_plays_rank=2.0) == pytest.approx(0.442897, abs=1e-4)
    assert seed_model(week_plays_rank=0.0) == pytest.approx(0.820198, abs=1e-4)


@pytest.fixture
def seed_model():
    """The probability of A's README sample in SQL; features by sotw's names, A's order."""
    # Coefficient (SYSTEMS A.9) and the value in the sample of A's README, section 8.1.
    table = {
        "popularity_index": (-0.012404, 45),
        "duration_seconds": (0.000198, 210),
        "week_plays": (0.212351, 12),
        "week_active_days": (0.017389, 3),
        "last_2_days_plays": (0.082565, 5),
        "last_day_plays": (0.123589, 3),
        "last_play_gap_days": (-0.354155, 0.5),
        "week_plays_rank": (-0.873552, 2),
        "prev_1w_plays": (0.172510, 8),
        "prev_4w_plays": (-0.053755, 20),
        "change_1w_plays": (0.039841, 4),
        "momentum_4w_ratio": (-0.036379, 1.2),
        "prior_plays": (0.019543, 30),
        "is_first_week": (0.163354, 0),
        "release_age_days": (0.000011, 10),
        "is_released_within_28d": (0.027349, 1),
    }
    genres = {
        "classical_art": 0.012373,
        "electronic_dance": -0.036317,
        "experimental_avant": 0.020877,
        "folk_country_americana": -0.074064,
        "hip_hop_rap": -0.259562,
        "jazz": 0.016787,
        "latin": 0.051872,
        "metal_hard": -0.018658,
        "other": -0.056788,
        "pop": -0.101469,
        "rnb_soul": 0.089421,
        "rock": 0.035019,
        "unknown": 0.069368,
        "world_regional": -0.008256,
    }
    parameters = [Parameter("(intercept)", None, -1.9474, 0.0, 1.0, None)]
    parameters += [Parameter(name, None, c, 0.0, 1.0, 0.0) for name, (c, _) in table.items()]
    parameters += [Parameter("genre_bucket", one, c, 0.0, 1.0, None) for one, c in genres.items()]

    def probability(**changes):
        sample = {name: value for name, (_, value) in table.items()} | changes
        frame = choices.weeks(n=1, candidates=1)[[*ENTITY, *CUTOFFS]]
        frame = frame.assign(**sample, genre_bucket="hip_hop_rap")
        frame = frame.assign(is_week_favorite=False, is_proxy_favorite=False)
        con = choices.load(frame)
        store_parameters(con, parameters)
        [found] = score_all(con)[1]
        con.close()
        return found

    return probability
