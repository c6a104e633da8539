from __future__ import annotations

import datetime as dt
import hashlib

import choices
import numpy as np
import pandas as pd
import pytest
from scoring import CALENDAR, rows_of, run

from sotw.predictors.week_favorite import prior
from sotw.predictors.week_favorite.conditional_logit import fit
from sotw.predictors.week_favorite.models import FEATURES, choices_of
from sotw.predictors.week_favorite.predictor import PREDICTOR, labelled_choices


def of(listener_id, n=60):
    rows = choices.weeks(n=n, listener_id=listener_id)
    return choices_of(rows, rows["is_week_favorite"].to_numpy(bool))


def test_the_shipped_prior_names_only_features_of_the_model_and_its_sources():
    file = prior.shipped()
    for kind in ("pick", "proxy"):
        assert set(file[kind]["coefficients"]) <= set(FEATURES)
        assert file[kind]["source"]
        assert any(abs(value) > 0.1 for value in file[kind]["coefficients"].values())
    for log in file["logs"].values():
        assert len(log["marks"]) == len(set(log["marks"])) == 64
        assert set(log["others"]["coefficients"]) == set(FEATURES)


def test_few_weeks_of_others_are_no_population():
    found = prior.population(1, "pick", {1: of(1), 2: of(2, n=90)}, {})
    assert found.source.startswith("shipped: system A")
    assert found.coefficients == prior.shipped()["pick"]["coefficients"]


def test_others_are_pooled_without_the_listeners_own_weeks():
    pooled = {key: of(key) for key in (1, 2, 3)}
    found = prior.population(1, "pick", pooled, {})
    assert found.source == "2 other listeners, 120 weeks"
    start = prior.vector(prior.shipped()["pick"]["coefficients"])
    expected, _ = fit(pooled[2].together(pooled[3]), start, prior.POOLED_STRENGTH)
    assert list(found.coefficients.values()) == pytest.approx(expected.tolist())
    changed = prior.population(1, "pick", {**pooled, 1: of(1, n=20)}, {})
    assert changed == found


def test_a_log_that_the_shipped_prior_was_fitted_on_gets_what_the_others_say():
    file = prior.shipped()
    for name, log in file["logs"].items():
        own = prior.population(1, "proxy", {}, {1: name})
        assert own.coefficients == log["others"]["coefficients"] != file["proxy"]["coefficients"]
        assert own.temperature == tuple(log["others"]["temperature"])
        assert own.source.startswith(f"shipped: {len(file['logs']) - 1} published logs")
    name = next(iter(file["logs"]))
    other = prior.population(2, "proxy", {}, {1: name})
    assert other.coefficients == file["proxy"]["coefficients"]
    assert any(other.temperature)
    picks = prior.population(1, "pick", {}, {1: name})
    assert picks.coefficients == file["pick"]["coefficients"]
    assert picks.temperature == (0.0, 0.0)


def test_a_log_is_known_again_by_a_quarter_of_its_marks(monkeypatch):
    """However it was exported: a mark is made of a date and two names."""
    con = choices.load(choices.weeks(n=6))
    day = dt.datetime(2024, 1, 5, 9)
    for track in range(1, 16):
        for week in range(6):
            played = day + dt.timedelta(weeks=week, minutes=track)
            con.execute("insert into core.fct_plays values (1, ?, ?, true, null)", [played, track])
    [(listener_id, marks)] = prior.marks(con).items()
    assert listener_id == 1
    assert len(marks) == 64
    days = [f"{day + dt.timedelta(weeks=week):%Y-%m-%d}" for week in range(6)]
    plays = [f"{one}|artist {track}|song {track}" for one in days for track in range(1, 16)]
    every = {int(hashlib.md5(one.encode()).hexdigest()[:12], 16) for one in plays}
    assert marks == sorted(every)[:64]
    for known, found in ((16, {1: "a log"}), (15, {})):
        others = list(range(64 - known))
        file = {"logs": {"a log": {"marks": marks[:known] + others}}}
        monkeypatch.setattr(prior, "shipped", lambda file=file: file)
        assert prior.logs_of_shipped(con) == found


def test_a_task_carries_the_prior_of_its_own_kind_of_label():
    frame = pd.concat([choices.weeks(listener_id=one) for one in (1, 2, 3)], ignore_index=True)
    con = choices.load(frame)
    con.execute("delete from core.fct_week_labels where listener_id = 3 and label_kind = 'pick'")
    found = PREDICTOR.tasks(con, CALENDAR, None)
    assert [one.key["label_kind"] for one in found] == ["pick", "pick", "proxy"]
    assert [one.prior.source.split(":")[0] for one in found] == ["shipped"] * 3
    own = labelled_choices(con, 1, "calendar", "pick", list(found[0].weeks))
    assert len(own.starts) == 59


def test_a_population_is_what_the_default_is_drawn_towards(monkeypatch):
    frame = pd.concat([choices.weeks(listener_id=one) for one in (1, 2, 3)], ignore_index=True)
    con = choices.load(frame)
    report = run(con, settings=CALENDAR)
    assert {one.about["prior"] for one in report.trained} == {"2 other listeners, 118 weeks"}
    con.execute("update marts.training_week_favorite set week_plays = 1 where listener_id = 1")
    stored = rows_of(con, "select hyperparameters from ml.models where is_default")
    assert all("2 other listeners" in row["hyperparameters"] for row in stored)
    assert np.isfinite([row["coefficient"] for row in rows_of(con, "from ml.parameters")]).all()
