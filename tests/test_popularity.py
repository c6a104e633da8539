"""The popularity of a catalogue's tracks: its contract, system E's figures, and the honest ones."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import popular
import pytest

from sotw import warehouse
from sotw.learning.evaluate import evaluate
from sotw.learning.metrics.numbers import measure_numbers
from sotw.learning.train import train
from sotw.predictors.popularity import boosting, learners, predictor, system_e
from sotw.predictors.popularity.predictor import MART, PREDICTOR, Options
from sotw.settings import Settings


def rows_of(con, query, *values):
    return warehouse.rows(con, query, list(values))


# --- the contract ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Twelve tracks, of which some break the contract, each in its own way."""
    rows = popular.tracks(12)
    rows[1] |= {"track_popularity": 150}
    rows[2] |= {"tempo": "fast"}
    rows[3] |= {"danceability": 1.5, "energy": -0.1}
    rows[4] |= {"valence": ""}
    rows[5] |= {"track_name": "song  0", "artist_name": "ARTIST 0"}
    for place, row in enumerate(rows):
        row["loudness"] = 60 + place
    path = popular.write(tmp_path_factory.mktemp("odd") / "odd.csv", rows)
    con = popular.built(path)
    yield con
    con.close()


def test_what_breaks_the_contract_is_named_with_what_was_stated(odd):
    query = "select line, field, fault_type, coalesce(stated_text, stated_value::text) as stated"
    tables = "from core.fct_catalogue_faults inner join core.fct_catalogue_rows"
    found = rows_of(
        odd, f"{query} {tables} using (catalogue_row_id) where field != 'loudness' order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        (3, "popularity", "out of range", "150"),
        (4, "tempo", "not of its type", "fast"),
        (5, "danceability", "out of range", "1.5"),
        (5, "energy", "out of range", "-0.1"),
        (7, "(song)", "song again", None),
    ]


def test_rows_that_break_it_are_not_learned_from_and_corrupt_loudness_is_set_aside(odd):
    found = rows_of(odd, f"from {MART} order by line")
    assert [row["line"] for row in found] == [2, 6, 8, 9, 10, 11, 12, 13]
    assert {row["loudness_db"] for row in found} == {None}
    [gone] = [row for row in found if row["line"] == 6]
    assert gone["valence_index"] is None
    [column] = rows_of(odd, "from core.fct_catalogue_columns where is_set_aside_column")
    assert (column["field"], column["out_of_range_rows_count"]) == ("loudness", 12)


def test_oddities_of_a_catalogue_are_said_to_everybody(odd):
    odd.execute("insert into core.dim_listeners by name select 7 as listener_id, 'x' as listener")
    try:
        from sotw.pipeline.models import load_models

        models = {model.name: model for model in load_models()}
        found = odd.execute(models["core.fct_catalogue_findings"].sql).fetchall()
    finally:
        odd.execute("delete from core.dim_listeners where listener_id = 7")
    said = {(row[1], row[2]): row[3] for row in found if row[0] == 7}
    assert said == {
        ("catalogue: column set aside", "odd: loudness"): 12,
        ("catalogue: out of range", "odd: popularity"): 1,
        ("catalogue: out of range", "odd: danceability"): 1,
        ("catalogue: out of range", "odd: energy"): 1,
        ("catalogue: not of its type", "odd: tempo"): 1,
        ("catalogue: not stated", "odd: valence"): 1,
        ("catalogue: song again", "odd"): 1,
    }


def test_a_genre_is_a_whole_word(odd):
    said = "select has_genre_rock, has_genre_indie, has_genre_pop, count(*) as n"
    found = rows_of(odd, f"{said} from {MART} group by all order by all")
    assert all(row["has_genre_rock"] == row["has_genre_indie"] for row in found)
    assert not any(row["has_genre_pop"] for row in found)


# --- system E --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_e(shared_data):
    """System E's own 2,300 rows."""
    con = popular.built(shared_data / "songs" / "Songs_2025.csv")
    yield con
    con.close()


@pytest.fixture(scope="module")
def run_of_e(of_e):
    train(of_e, PREDICTOR, Settings(), Options(task="system_e"), now=warehouse.utc_now())
    return of_e


def prepared_of(con):
    [task] = PREDICTOR.tasks(con, Settings(), Options(task="system_e"))
    return task, PREDICTOR.rows(con, task)


def test_system_e_holds_out_the_same_230_rows_in_the_same_order(of_e, shared_data):
    _, rows = prepared_of(of_e)
    assert rows[system_e.PART].value_counts().to_dict() == {
        "train": 1564, "test": 391, "holdout": 230,
    }  # fmt: skip
    held = rows.loc[rows[system_e.PART] == "holdout", "catalogue_row_id"]
    stated = of_e.sql("from core.fct_catalogue_rows").df().set_index("catalogue_row_id")
    own = stated.loc[held, ["track_name", "artist_name", "popularity", "loudness"]]
    wanted = pd.read_csv(shared_data / "songs" / "inference_holdout_data.csv")
    names = ["track_name", "artist_name", "track_popularity", "loudness"]
    assert own["track_name"].tolist() == wanted["track_name"].str.strip().tolist()
    assert own["artist_name"].tolist() == wanted["artist_name"].str.strip().tolist()
    for one, other in zip(own.columns[2:], names[2:], strict=True):
        np.testing.assert_array_equal(own[one].to_numpy(float), wanted[other].to_numpy(float))


def test_system_e_reads_the_same_54_products_and_counts_its_genres(of_e, shared_data):
    _, rows = prepared_of(of_e)
    rows = rows[rows[system_e.PART] != "holdout"]
    published = pd.read_csv(shared_data / "songs" / "features.csv").iloc[:, :54]
    published.columns = [name.removeprefix("audio_poly__") for name in published]
    own = rows[[*published.columns]]
    # Ours are in the order of its shuffle.
    both = (frame.sort_values([*published.columns]).to_numpy() for frame in (own, published))
    np.testing.assert_allclose(*both, rtol=0, atol=1e-12)
    counts = [int(rows[name].sum()) for name in system_e.GENRES]
    assert counts == [1453, 273, 185, 56, 688, 87, 6, 270, 119, 0, 30]


# SYSTEMS E.2: R², RMSE, MAE, MSE, MAPE and adjusted R² as published, and with genres that work.
PUBLISHED = {
    "r_squared": 0.2922180872393473,
    "rmse": 7.163742379185977,
    "mae": 5.68316672179777,
    "mape": 8.262385247517702,
}


def test_system_e_publishes_what_its_way_gives(run_of_e):
    query = "from ml.metrics where model = ? and split = 'test' and task = 'system_e'"
    found = {row["metric"]: row["value"] for row in rows_of(run_of_e, query, learners.NO_GENRES)}
    for name, value in PUBLISHED.items():
        assert found[name] == pytest.approx(value, abs=1e-9), name
    assert found["rmse"] ** 2 == pytest.approx(51.3192048753, abs=1e-9)
    adjusted = system_e.adjusted(found["r_squared"], 391, 4)
    assert adjusted == pytest.approx(0.2848835596, abs=1e-9)
    [model] = rows_of(run_of_e, "from ml.models where model = ?", learners.NO_GENRES)
    assert json.loads(model["hyperparameters"])["selected"] == [
        "artist_popularity", "energy duration_ms", "speechiness valence", "artist_popularity^2",
    ]  # fmt: skip
    parameters = rows_of(run_of_e, "from ml.parameters where model = ?", learners.NO_GENRES)
    assert [row["coefficient"] for row in parameters] == pytest.approx(
        [38.38402, 0.6876020, -9.6969668, -6.3031803, -0.00225813], abs=1e-5
    )


def test_with_genres_that_work_it_reaches_more_and_on_untrimmed_rows_a_third(run_of_e):
    query = "from ml.metrics where model = ? and split = 'test' and task = 'system_e'"
    found = {row["metric"]: row["value"] for row in rows_of(run_of_e, query, learners.STEPWISE)}
    assert found["r_squared"] == pytest.approx(0.3013, abs=5e-5)
    assert found["rmse"] == pytest.approx(7.1178, abs=5e-5)
    [model] = rows_of(run_of_e, "from ml.models where model = ?", learners.STEPWISE)
    assert len(json.loads(model["hyperparameters"])["selected"]) == 8
    task, rows = prepared_of(run_of_e)
    [block] = PREDICTOR.blocks(rows, task, "holdout")
    learned = PREDICTOR.learners(task)
    held = {}
    for name in (learners.NO_GENRES, learners.STEPWISE):
        said = learned[name](block.train.rows, block.validation.rows).final.score(block.test.rows)
        truth = block.test.rows["popularity"].to_numpy()
        error = truth - said
        held[name] = 1 - (error**2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert held == pytest.approx({learners.NO_GENRES: 0.096, learners.STEPWISE: 0.097}, abs=5e-4)


# --- the default -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A catalogue with a known rule, learned from."""
    rows = popular.tracks()
    rows[7] |= {"track_popularity": ""}
    con = popular.built(popular.write(tmp_path_factory.mktemp("rule") / "rule.csv", rows))
    report = train(con, PREDICTOR, Settings(), now=warehouse.utc_now())
    yield con, report
    con.close()


def test_no_artist_is_on_both_sides_and_no_row_is_left_out_for_its_target(learned):
    con, report = learned
    [task] = PREDICTOR.tasks(con, Settings(), Options())
    rows = PREDICTOR.rows(con, task)
    blocks = PREDICTOR.blocks(rows, task, "grouped")
    assert len(blocks) == 5
    for block in blocks:
        sides = [set(part.rows["artist"]) for part in (block.train, block.validation, block.test)]
        assert len(set.union(*sides)) == sum(map(len, sides))
        assert all(sides)
    tested = pd.concat([block.test.rows for block in blocks])
    assert sorted(tested["track_id"]) == sorted(rows.loc[rows["popularity"].notna(), "track_id"])
    assert sum(report.trained[0].sizes) == 499


def test_the_rule_of_a_catalogue_is_found_and_its_intervals_hold(learned):
    con, report = learned
    query = "from ml.metrics where split = 'test' and model = ?"
    found = {row["metric"]: row["value"] for row in rows_of(con, query, learners.BEST)}
    # Noise of 4 is what no model can know.
    assert found["r_squared"] > 0.85
    assert 3.5 < found["rmse"] < 5.5
    assert 0.88 <= found["coverage_95"] <= 1
    assert found["width_95"] < 25
    deciles = [found[f"coverage_95_d{one}"] for one in range(1, 11)]
    assert np.mean(deciles) == pytest.approx(found["coverage_95"], abs=0.02)
    chosen = report.trained[0].hyperparameters
    assert {"stepwise_ols", "ridge", "random_forest", "boosting"} == set(chosen["validation_rmse"])
    assert chosen["chosen"] == min(chosen["validation_rmse"], key=chosen["validation_rmse"].get)
    assert len(chosen["scalings_validation_rmse"]) == 12
    most = list(chosen["permutation_importance"])[:3]
    assert "artist_popularity_index" in most


def test_each_track_is_predicted_with_its_interval_and_one_without_popularity_is_new(learned):
    con, _ = learned
    found = rows_of(con, "from ml.predictions where predictor = 'popularity'")
    assert len(found) == 500
    assert {row["catalogue"] for row in found} == {"rule"}
    assert sum(row["split"] == "new" for row in found) == 1
    assert all(0 <= row["low"] <= row["high"] <= 100 for row in found)
    added = rows_of(
        con, "select track_id, sum(contribution) as said from ml.contributions group by all"
    )
    by_track = {row["track_id"]: row["value"] for row in found}
    assert len(added) == 100
    for row in added:
        assert row["said"] == pytest.approx(by_track[row["track_id"]], abs=1e-4)


def test_every_model_is_measured_in_both_protocols_by_one_command(learned, monkeypatch):
    con, _ = learned
    for name in ("ROUNDS", "DEFAULT_ROUNDS"):
        monkeypatch.setattr(boosting, name, 30)
    monkeypatch.setitem(boosting.FOREST, "num_parallel_tree", 5)
    monkeypatch.setattr(predictor, "FOLDS", 3)
    found = evaluate(
        con,
        PREDICTOR,
        Settings(),
        Options(task="both"),
        now=warehouse.utc_now(),
        models=("ridge", "quantile_boosting", "best_mondrian"),
    )
    assert found.skipped == ()
    measured = {(row["task"], row["split"]) for row in found.metrics}
    assert measured == {
        ("untrimmed_grouped", "test"), ("untrimmed_grouped", "grouped"),
        ("system_e", "test"), ("system_e", "holdout"),
    }  # fmt: skip
    covered = {
        row["model"]: row["value"]
        for row in found.metrics
        if (row["metric"], row["split"]) == ("coverage_95", "grouped")
    }
    assert set(covered) == {
        learners.BEST, learners.RIDGE, learners.CQR, learners.MONDRIAN,
    }  # fmt: skip
    assert all(0.8 <= value <= 1 for value in covered.values()), covered


def test_figures_of_numbers_are_those_of_the_definitions():
    truth, said = np.array([0.0, 10.0, 20.0, 30.0]), np.array([5.0, 10.0, 10.0, 33.0])
    low, high = said - 5, said + 5
    found = measure_numbers(truth, said, np.arange(4), low=low, high=high, number=20)
    values = {one.metric: one.result().value for one in found}
    assert values["r_squared"] == pytest.approx(1 - 134 / 500)
    assert values["rmse"] == pytest.approx(np.sqrt(134 / 4))
    assert values["mae"] == pytest.approx(18 / 4)
    assert values["mape"] == pytest.approx(100 * (0 + 0.5 + 0.1) / 3)
    assert values["coverage_95"] == 0.75
    assert values["width_95"] == 10
    assert (values["coverage_95_d1"], values["coverage_95_d6"]) == (1, 0)
