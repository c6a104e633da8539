from __future__ import annotations

import ast
from pathlib import Path

import choices
import numpy as np
import pandas as pd
import pytest
from scoring import features_of, learn
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score

from sotw.errors import SotwError
from sotw.learning import encoding
from sotw.learning.linear import Logistic, WeekLogistic
from sotw.learning.metrics import winner
from sotw.learning.protocol import Part
from sotw.predictors.week_favorite import baselines, models
from sotw.predictors.week_favorite.models import FEATURES, ConditionalLogit, SystemA

ALL_SCORERS = {
    "logistic_regression": lambda rows: fitted(rows).score(rows),
    "conditional_logit": lambda rows: ConditionalLogit().fit(rows, labels_of(rows)).score(rows),
    "logistic_regression_in_week": lambda rows: (
        WeekLogistic(FEATURES).fit(rows, labels_of(rows)).score(rows)
    ),
    "system_a_as_it_was": lambda rows: SystemA().fit(rows, labels_of(rows)).score(rows),
    **baselines.BASELINES,
}


def labels_of(rows):
    return rows["is_week_favorite"].to_numpy(bool)


def fitted(rows, c=1.0):
    return Logistic(features_of(rows), c).fit(rows, labels_of(rows))


def hit_at_1(rows, scores):
    weeks = rows[["listener_id", "week_ending"]].drop_duplicates()
    part = Part(rows.assign(is_label=labels_of(rows)), weeks)
    return (winner.label_ranks(part, scores) == 1).mean()


@pytest.mark.parametrize("name", ALL_SCORERS)
def test_a_score_is_finite_repeatable_and_one_a_row(name):
    rows = choices.weeks()
    scores = ALL_SCORERS[name](rows)
    assert scores.shape == (len(rows),)
    assert np.isfinite(scores).all()
    assert (scores == ALL_SCORERS[name](rows)).all()


def test_scores_follow_the_order_of_the_rows_and_need_no_label():
    rows = choices.weeks()
    model = fitted(rows)
    order = np.random.default_rng(0).permutation(len(rows))
    without = rows.drop(columns=["is_week_favorite", "is_proxy_favorite"])
    assert model.score(without.iloc[order]) == pytest.approx(model.score(rows)[order], abs=1e-12)
    assert model.score(rows.head(1)) == pytest.approx(model.score(rows)[:1], abs=1e-12)


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_a_baseline_follows_the_order_of_the_rows(name):
    rows = choices.weeks()
    order = np.random.default_rng(0).permutation(len(rows))
    baseline = baselines.BASELINES[name]
    assert (baseline(rows.iloc[order]) == baseline(rows)[order]).all()


@pytest.mark.parametrize("name", ALL_SCORERS)
def test_fit_score_and_explain_leave_their_input_as_it_was(name):
    rows = choices.weeks()
    before = rows.copy(deep=True)
    ALL_SCORERS[name](rows)
    fitted(rows).explain(rows, np.ones(len(rows), bool))
    pd.testing.assert_frame_equal(rows, before)


def test_rows_of_nothing_but_nulls_are_scored():
    rows = choices.weeks()
    model = fitted(rows)
    blank = rows.head(3).copy()
    features = features_of(rows)
    for feature in features:
        blank[feature] = pd.Series([None] * len(blank), index=blank.index, dtype=object)
    assert np.isfinite(model.score(blank)).all()
    for baseline in baselines.BASELINES.values():
        assert np.isfinite(baseline(blank)).all()


def test_infinity_counts_as_not_known():
    rows = choices.weeks()
    model = fitted(rows)
    null = rows.head(5).assign(popularity_index=np.nan)
    endless = rows.head(5).assign(popularity_index=np.inf)
    assert (model.score(endless) == model.score(null)).all()


@pytest.mark.parametrize("label", [True, False])
def test_labels_of_one_class_give_the_same_finite_score_to_all(label):
    rows = choices.weeks(n=10)
    model = Logistic(features_of(rows)).fit(rows, np.full(len(rows), label))
    scores = model.score(rows)
    assert model.has_converged
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) == 1
    assert (scores[0] > 0) == label


def test_a_score_before_fit_is_refused():
    with pytest.raises(NotFittedError):
        Logistic(()).score(choices.weeks(n=1))


def test_no_rows_are_refused_with_advice():
    rows = choices.weeks(n=1).head(0)
    with pytest.raises(SotwError, match="no training row"):
        Logistic(features_of(rows)).fit(rows, labels_of(rows))


def test_a_column_that_is_neither_number_nor_text_is_named():
    rows = choices.weeks(n=6)
    rows["released_on"] = rows["week_ending"]
    with pytest.raises(SotwError, match=r"'released_on'.*datetime64"):
        fitted(rows)


def test_an_explanation_adds_up_to_the_score_with_one_column_a_feature():
    rows = choices.weeks()
    model = fitted(rows)
    explained = model.explain(rows, np.ones(len(rows), bool))
    assert explained.sum(axis=1).to_numpy() == pytest.approx(model.score(rows), abs=1e-10)
    assert sorted(explained.columns) == sorted([encoding.INTERCEPT, *features_of(rows)])


def test_the_parameters_alone_give_the_score():
    """The table is the model: what SQL reads of it is all there is."""
    rows = choices.weeks()
    model = fitted(rows)
    total = np.zeros(len(rows))
    known = {one.level for one in model.stored() if one.feature == "genre"}
    level = rows["genre"].astype(object).where(rows["genre"].notna(), "(missing)")
    level = level.where(level.isin(known), "(other)")
    for one in model.stored():
        if one.feature == encoding.INTERCEPT:
            x = np.ones(len(rows))
        elif one.level is not None:
            x = (level == one.level).to_numpy(float)
        else:
            x = rows[one.feature].astype("Float64").fillna(one.impute).to_numpy(float)
        total += one.coefficient * (x - one.center) / one.scale
    assert total == pytest.approx(model.score(rows), abs=1e-9)


def test_medians_means_and_scales_are_those_of_the_training_rows():
    rows = choices.weeks()
    found = {one.feature: one for one in fitted(rows).stored() if one.level is None}
    popularity = rows["popularity_index"]
    filled = popularity.fillna(popularity.median())
    assert found["popularity_index"].impute == pytest.approx(popularity.median())
    assert found["popularity_index"].center == pytest.approx(filled.mean())
    assert found["popularity_index"].scale == pytest.approx(filled.std(ddof=0))
    assert found["always_one"].scale == 1
    assert found["nothing_known"].impute == 0
    assert found["nothing_known"].coefficient == pytest.approx(0, abs=1e-12)


def test_rare_levels_and_unseen_ones_are_other():
    rows = choices.weeks(n=60)
    rare = (rows["genre"] == "polka").sum()
    assert 0 < rare < encoding.MIN_LEVEL_ROWS
    model = fitted(rows)
    levels = {one.level for one in model.stored() if one.feature == "genre"}
    assert levels == {"pop", "rock", "jazz", "(missing)", "(other)"}
    polka, unseen = rows.head(4).assign(genre="polka"), rows.head(4).assign(genre="drone")
    assert (model.score(polka) == model.score(unseen)).all()


def test_without_a_rare_level_an_unseen_one_adds_what_no_level_adds():
    rows = choices.weeks()
    rows["genre"] = rows["genre"].where(rows["genre"] != "polka", "pop")
    model = fitted(rows)
    other = [one for one in model.stored() if one.level == "(other)"]
    assert [(one.coefficient, one.center, one.scale) for one in other] == [(0, 0, 1)]
    assert np.isfinite(model.score(rows.assign(genre="drone"))).all()


def with_labels(rows, labels=None):
    return rows.assign(is_label=labels_of(rows) if labels is None else labels)


def test_validation_rows_move_no_parameter_of_the_model_that_is_tuned_on_them():
    rows = choices.weeks()
    train, validation = rows.iloc[:600], rows.iloc[600:]
    wild = validation.assign(week_plays=10_000, popularity_index=-7.0, genre="drone")
    tuned, other = (
        learn("logistic_regression", with_labels(train), with_labels(one))
        for one in (validation, wild)
    )
    # The choice of C may differ; what each C learned may not.
    again = Logistic(features_of(train), other.hyperparameters["c"]).fit(train, labels_of(train))
    assert other.first.score(rows) == pytest.approx(again.score(rows), abs=1e-5)
    assert tuned.first.stored()[1].center == other.first.stored()[1].center


def test_the_fit_has_reached_the_optimum():
    rows = choices.weeks()
    c = 100.0
    model = fitted(rows, c)
    assert model.has_converged
    parameters = model.stored()[1:]
    design = np.column_stack(
        [
            (rows["genre"].fillna("(missing)").replace("polka", "(other)") == one.level)
            if one.level
            else rows[one.feature].astype("Float64").fillna(one.impute).to_numpy(float)
            for one in parameters
        ]
    ).astype(float)
    center, scale, coefficient = (
        np.array([getattr(one, name) for one in parameters])
        for name in ("center", "scale", "coefficient")
    )
    design = (design - center) / scale
    wrong = encoding.logistic(model.score(rows)) - labels_of(rows)
    gradient = design.T @ wrong + coefficient / c
    assert np.abs(gradient).max() < 1e-4
    assert abs(wrong.sum()) < 1e-4


def test_c_is_the_first_with_the_best_pr_auc_and_the_threshold_the_first_with_the_best_f1():
    rows = choices.weeks()
    train, validation = rows.iloc[:600], rows.iloc[600:]
    tuned = learn("logistic_regression", with_labels(train), with_labels(validation))
    grid = {float(c): value for c, value in tuned.hyperparameters["validation_pr_auc"].items()}
    assert set(grid) == set(models.C_GRID)
    assert grid[tuned.hyperparameters["c"]] == max(grid.values())
    p = encoding.logistic(tuned.first.score(validation))
    labels = labels_of(validation)
    f1 = {value: f1_score(labels, p >= value) for value in np.unique(p)}
    assert tuned.threshold == min(value for value in f1 if f1[value] == max(f1.values()))


def test_validation_without_a_favourite_takes_the_strongest_shrinkage_and_no_threshold():
    rows = choices.weeks()
    none = np.zeros(300, dtype=bool)
    train, validation = with_labels(rows.iloc[:600]), with_labels(rows.iloc[600:], none)
    tuned = learn("logistic_regression", train, validation)
    assert (tuned.hyperparameters["c"], tuned.threshold) == (0.01, None)
    assert tuned.hyperparameters["validation_pr_auc"] == {}
    tuned = learn("conditional_logit", train, validation)
    assert (tuned.hyperparameters["strength"], tuned.threshold) == (10.0, None)


def test_a_planted_rule_is_recovered_and_shuffled_labels_are_not():
    rows, later = choices.weeks(n=150), choices.weeks(n=150, seed=2)
    assert hit_at_1(later, fitted(rows, 0.1).score(later)) > 0.5
    blind = choices.weeks(n=150, is_shuffled=True)
    blind_later = choices.weeks(n=150, seed=2, is_shuffled=True)
    chance = 1 / 15
    found = hit_at_1(blind_later, fitted(blind, 0.1).score(blind_later))
    assert found < chance + 4 * np.sqrt(chance * (1 - chance) / 150)


def test_each_baseline_ranks_by_its_name_and_breaks_ties_by_plays_last_days_and_recency():
    rows = pd.DataFrame(
        {
            "week_plays": [5, 9, 5, 5, 2],
            "last_2_days_plays": [1, 0, 1, 3, 2],
            "is_first_week": [True, False, False, False, True],
            "prev_4w_plays": [0, 1, 9, 2, 0],
            "last_play_gap_days": [2.0, 6.0, 1.0, 3.0, 0.5],
        }
    )

    def order(name):
        return np.argsort(-baselines.BASELINES[name](rows)).tolist()

    assert order("most_plays") == [1, 3, 2, 0, 4]
    assert order("most_fri_sat_plays") == [3, 4, 2, 0, 1]
    assert order("most_plays_first_heard") == [0, 4, 1, 3, 2]
    assert order("plays_prev_4w") == [2, 1, 3, 0, 4]


def test_rows_equal_in_everything_have_equal_baseline_scores():
    rows = pd.concat([choices.weeks(n=1)] * 2)
    for baseline in baselines.BASELINES.values():
        scores = baseline(rows)
        assert (scores[:15] == scores[15:]).all()


def test_what_is_fitted_knows_no_warehouse():
    folder = Path(models.__file__).parent
    for name in ("models", "conditional_logit", "baselines", "boosting"):
        file = folder / f"{name}.py"
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None), *(one.name for one in node.names)]
        }
        assert not imported & {"duckdb", "warehouse", "sotw.warehouse"}, file
