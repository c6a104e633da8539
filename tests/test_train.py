from __future__ import annotations

import dataclasses
import datetime as dt
import json
from types import SimpleNamespace

import choices
import pandas as pd
import pytest
from scoring import CALENDAR, KEY, NOW, one_of, rows_of, run

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.errors import SotwError
from sotw.learning.encoding import TEMPERATURE
from sotw.learning.score import linear_scores
from sotw.predictors.week_favorite import models as week_favorite
from sotw.predictors.week_favorite import ranking, wording
from sotw.predictors.week_favorite.answering import week_answer
from sotw.predictors.week_favorite.baselines import BASELINES
from sotw.predictors.week_favorite.predictor import MART, PREDICTOR, read_rows
from sotw.predictors.week_favorite.prior import shipped


def test_test_weeks_and_the_running_one_are_predicted_and_weeks_learned_from_are_not(trained):
    con, report = trained
    found = rows_of(con, "select distinct week_ending, split from ml.predictions order by 1")
    weeks = sorted(set(read_rows(con, 1, "calendar")["week_ending"].dt.date))
    assert report.trained[0].sizes == (35, 11, 13)
    assert [row["week_ending"] for row in found] == weeks[46:]
    assert [row["split"] for row in found] == ["test"] * 13 + ["new"]
    assert one_of(con, "select count(*) from ml.predictions where rank = 1") == 14


def test_rows_of_test_weeks_change_no_parameter():
    frame = choices.weeks()
    later = frame["week_ending"] >= sorted(frame["week_ending"].unique())[46]
    wild = frame.copy()
    wild.loc[later, "week_plays"] += 1000
    wild.loc[later, "popularity_index"] = 1.0
    wild.loc[later, "genre"] = "drone"
    query = "select * exclude (run_id) from ml.parameters order by all"
    found = []
    for one in (frame, wild):
        con = choices.load(one)
        run(con)
        found.append(con.execute(query).fetchall())
    assert found[0] == found[1]


def test_the_order_of_the_mart_changes_neither_model_nor_fingerprint():
    frame = choices.weeks()
    found = []
    for one in (frame, frame.sample(frac=1, random_state=3)):
        con = choices.load(one)
        run(con)
        digest = one_of(con, "select data_sha256 from ml.runs")
        found.append((digest, con.execute("from ml.parameters order by all").fetchall()))
    assert found[0] == found[1]
    con.execute(f"update {MART} set genre = 'soul' where track_id = 3 and genre = 'jazz'")
    run(con, now=NOW + dt.timedelta(hours=1))
    assert one_of(con, "select count(distinct data_sha256) from ml.runs") == 2


def test_a_run_stores_what_is_needed_to_repeat_it(trained):
    con, report = trained
    [found] = rows_of(con, "from ml.runs")
    assert found["run_id"] == report.run_id
    assert found["as_of"] == choices.AS_OF
    splits = json.loads(found["splits"])["listener 1, calendar"]
    assert splits["train"] == {"first": "2024-01-06", "last": "2024-08-31", "n": 35}
    assert splits["label_kind"] == "pick"
    assert {"python", "duckdb", "scikit-learn"} <= set(json.loads(found["versions"]))
    assert json.loads(found["settings"])["c_grid"] == [0.01, 0.1, 1.0, 10.0, 100.0]
    models = rows_of(con, "from ml.models order by is_default desc")
    assert [(one["model"], one["link"], one["is_default"]) for one in models] == [
        ("conditional_logit", "softmax", True),
        ("logistic_regression", "logit", False),
    ]
    for model in models:
        assert model["has_converged"]
        assert 0 < model["threshold"] < 1
    chosen = json.loads(models[0]["hyperparameters"])
    assert chosen["prior"]["source"].startswith("shipped: system A")
    assert chosen["validation_nll"][f"{chosen['strength']:g}"] == min(
        chosen["validation_nll"].values()
    )


def test_metrics_are_there_for_the_model_and_all_baselines_on_the_same_weeks(trained):
    con, _ = trained
    found = [SimpleNamespace(**row) for row in rows_of(con, "from ml.metrics where split = 'test'")]
    models = {"conditional_logit", "logistic_regression", *BASELINES}
    assert {row.model for row in found} == models
    assert {row.model for row in found if row.is_default} == {"conditional_logit"}
    hits = [row for row in found if row.metric == "hit_at_1"]
    assert {row.n for row in hits} == {13}
    for row in hits:
        assert row.low <= row.value <= row.high
    names = {row.metric for row in found if row.is_default}
    assert {"hit_at_1", "hit_at_3", "mrr", "roc_auc", "pr_auc", "coverage", "f1"} <= names
    assert {"hit_at_5", "nll", "winner_share", "mrr_over_most_plays"} <= names
    right = one_of(
        con,
        "select count(*) from ml.predictions join core.fct_week_labels using "
        "(listener_id, week_ending, track_id, label_kind) where rank = 1 and split = 'test'",
    )
    own = next(row for row in hits if row.is_default)
    assert own.value == pytest.approx(right / 13)
    assert own.value > 0.3


def test_a_pick_that_was_not_played_before_the_cut_off_is_a_miss_and_lowers_coverage():
    frame = choices.weeks()
    last_test_week = sorted(frame["week_ending"].unique())[-2]
    gone = (frame["week_ending"] == last_test_week) & frame["is_week_favorite"]
    con = choices.load(frame)
    con.execute(f"delete from {MART} where week_ending = ? and is_week_favorite", [last_test_week])
    assert gone.sum() == 1
    run(con)
    found = {
        row["metric"]: SimpleNamespace(**row)
        for row in rows_of(con, "from ml.metrics where split = 'test' and is_default")
    }
    assert (found["coverage"].value, found["coverage"].n) == (pytest.approx(12 / 13), 13)


def test_without_enough_picks_the_proxy_is_used_and_named_everywhere():
    con = choices.load(choices.weeks(), picks=False)
    report = run(con)
    assert report.trained[0].key["label_kind"] == "proxy"
    for table in ("metrics", "models", "predictions"):
        kinds = rows_of(con, f"select distinct label_kind from ml.{table}")
        assert kinds == [{"label_kind": "proxy"}], table
    assert ranking.ranking(con, "listener 1").label_kind == "proxy"


def test_nine_picked_weeks_are_too_few_to_learn_from_and_ten_are_enough():
    for picked, kind in ((9, "proxy"), (10, "pick")):
        con = choices.load(choices.weeks())
        query = "delete from core.fct_week_labels where label_kind = 'pick' and week_ending not in"
        con.execute(f"{query} (select distinct week_ending from {MART} order by 1 limit {picked})")
        assert run(con).trained[0].key["label_kind"] == kind


def test_a_pick_in_an_incomplete_week_is_not_learned_from():
    con = choices.load(choices.weeks())
    con.execute(
        "update core.dim_weeks set is_complete = false where week_ending < date '2024-02-01'"
    )
    assert run(con).trained[0].sizes == (33, 11, 11)


def test_a_listener_with_few_labelled_weeks_is_predicted_for_and_not_measured():
    con = choices.load(
        pd.concat([choices.weeks(), choices.weeks(n=4, listener_id=2)], ignore_index=True)
    )
    report = run(con)
    assert [one.sizes for one in report.trained] == [(35, 11, 13), (3, 0, 0)]
    assert one_of(con, "select count(*) from ml.metrics where listener_id = 2") == 0
    assert len(ranking.ranking(con, "listener 2").candidates) == 15


def test_a_listener_without_a_label_is_predicted_for_by_the_prior_alone():
    con = choices.load(choices.weeks(n=6), picks=False)
    con.execute("delete from core.fct_week_labels")
    report = run(con)
    assert [(one.sizes, one.key["label_kind"]) for one in report.trained] == [((0, 0, 0), "proxy")]
    prior = shipped()["proxy"]
    found = rows_of(con, "select feature, coefficient from ml.parameters")
    assert {one["feature"]: one["coefficient"] for one in found} == {
        **{name: prior["coefficients"].get(name, 0.0) for name in week_favorite.FEATURES},
        **dict(zip(TEMPERATURE, prior["temperature"], strict=True)),
    }
    assert one_of(con, "select count(distinct week_ending) from ml.predictions") == 6


def test_a_listener_without_a_candidate_gets_a_line_and_when_nobody_has_one_it_is_an_error():
    con = choices.load(
        pd.concat([choices.weeks(), choices.weeks(n=6, listener_id=2)], ignore_index=True)
    )
    con.execute(f"delete from {MART} where listener_id = 2")
    [line] = run(con).skipped
    assert line.startswith("listener 2, calendar: no play before a cut-off")
    con.execute(f"delete from {MART}")
    with pytest.raises(SotwError, match=r"nothing can be trained(.|\n)*no play before"):
        run(con)


def test_training_before_a_build_says_so():
    con = choices.load(choices.weeks(n=6))
    con.execute(f"drop table {MART}")
    with pytest.raises(SotwError, match=r"not built yet.*sotw build"):
        run(con)


def test_several_listeners_are_also_pooled_and_each_has_a_model_of_their_own():
    frame = pd.concat([choices.weeks(listener_id=one) for one in (1, 2)], ignore_index=True)
    con = choices.load(frame)
    run(con)
    query = "where metric = 'hit_at_1' and split = 'test' and is_default order by listener_id"
    found = rows_of(con, f"select listener_id, value, n from ml.metrics {query}")
    assert [row["listener_id"] for row in found] == [1, 2, None]
    first, second, pooled = found
    assert pooled["n"] == first["n"] + second["n"]
    assert pooled["value"] == pytest.approx((first["value"] + second["value"]) / 2)
    query = "where feature = 'week_plays' and model = 'conditional_logit'"
    assert one_of(con, f"select count(distinct coefficient) from ml.parameters {query}") == 2


def test_another_listener_changes_neither_model_nor_prediction_of_mine_but_for_the_prior():
    """With too few weeks of others to be a population, nothing of mine changes at all."""
    frame = choices.weeks()
    found = []
    for one in (frame, pd.concat([frame, choices.weeks(n=40, listener_id=2)], ignore_index=True)):
        con = choices.load(one)
        run(con)
        query = "from ml.{} where listener_id = 1 order by all"
        found.append(
            [con.execute(query.format(t)).fetchall() for t in ("parameters", "predictions")]
        )
    assert found[0] == found[1]


def test_a_second_run_keeps_runs_metrics_and_parameters_and_replaces_predictions(trained):
    con, first = trained
    kept = {t: one_of(con, f"select count(*) from ml.{t}") for t in ("metrics", "parameters")}
    second = run(con, now=NOW + dt.timedelta(hours=1))
    assert one_of(con, "select count(*) from ml.runs") == 2
    for table, count in kept.items():
        assert one_of(con, f"select count(*) from ml.{table}") == 2 * count
    for table in ("predictions", "contributions"):
        runs = rows_of(con, f"select distinct run_id from ml.{table}")
        assert runs == [{"run_id": second.run_id}], table
    assert first.run_id < second.run_id


def test_the_ledger_only_grows_and_weeks_that_are_over_enter_it_once_marked_as_back_fill(trained):
    con, report = trained
    before = con.execute("from ml.ledger order by all").fetchall()
    assert report.ledger == len(before) == 140
    counts = "select is_backfill, count(distinct week_ending) as weeks from ml.ledger "
    counts += "group by is_backfill order by is_backfill"
    assert rows_of(con, counts) == [
        {"is_backfill": False, "weeks": 1},
        {"is_backfill": True, "weeks": 13},
    ]
    again = run(con, now=NOW + dt.timedelta(hours=1))
    after = con.execute("from ml.ledger order by all").fetchall()
    assert again.ledger == 10
    assert set(before) < set(after)
    assert rows_of(con, counts)[1]["weeks"] == 13


def test_once_the_listener_has_picked_a_prediction_of_the_running_week_is_a_back_fill(trained):
    con, _ = trained
    week = one_of(con, "select week_ending from core.dim_weeks where is_current")
    con.execute("insert into core.fct_week_labels values (1, ?, 'pick', 1, ?)", [week, NOW])
    before = one_of(con, "select count(*) from ml.ledger")
    run(con, now=NOW + dt.timedelta(hours=1))
    query = "select distinct predicted_at, is_backfill from ml.ledger where week_ending = ?"
    assert rows_of(con, query, [week]) == [{"predicted_at": NOW, "is_backfill": False}]
    # One test week more has come, and was known: nothing new.
    assert one_of(con, "select count(*) from ml.ledger") == before


def test_a_log_that_ended_gives_only_back_fills():
    con = choices.load(choices.weeks(), running=False)
    late = dt.datetime(2026, 1, 1)
    assert run(con, now=late).ledger > 0
    assert one_of(con, "select count(*) from ml.ledger where not is_backfill") == 0
    assert run(con, now=late + dt.timedelta(days=1)).ledger == 0


def test_the_ranking_of_this_week_says_which_week_it_is_and_why(trained):
    con, report = trained
    found = ranking.ranking(con, "listener 1")
    assert (found.is_current, found.is_running) == (True, True)
    assert found.week_ending == choices.FIRST_WEEK + dt.timedelta(7 * 59)
    assert found.run_id == report.run_id
    assert [one.rank for one in found.candidates] == list(range(1, 16))
    assert sum(one.share for one in found.candidates) == pytest.approx(1)
    assert "of them Fri\u2013Sat" in found.candidates[0].because[0]
    assert not found.candidates[12].reasons
    assert found.confidence is None
    con.execute(
        "insert into marts.prediction_confidence values "
        "(1, 'week_favorite', 'conditional_logit', 'calendar', 'pick', 0, 1, 20, 9)"
    )
    again = ranking.ranking(con, "listener 1")
    assert again.confidence == ranking.Confidence(0.0, 1.0, 20, 9)
    said = " ".join(week_answer(again).text().split())
    assert "so far right in 9 of 20 weeks when this sure (0% to 100%)" in said
    assert f"so far right in {found.record.right} of the last 13 weeks" in " ".join(
        week_answer(found).text().split()
    )


def test_where_no_song_stands_out_the_album_that_was_heard_is_told(trained):
    con, _ = trained
    found = ranking.ranking(con, "listener 1")
    equal = [dataclasses.replace(one, share=1 / 15) for one in found.candidates]
    album = ranking.MostPlayed("album", "Band", "Record", 20, 10, 40)
    artist = ranking.MostPlayed("artist", "Duo", "Duo", 9, None, 40)
    flat = dataclasses.replace(found, candidates=tuple(equal), most_played=(album, artist))
    said = week_answer(flat)
    assert said.expects.startswith("No song stands out in the week ending 2025-02-22, so far: ")
    assert said.expects.endswith("and 14 more have about as much.")
    assert said.notes[:2] == (
        "You heard the album Record by Band: 10 songs, twice each, 20 of the week's 40 plays.",
        "Most was of one artist: Duo, 9 of the week's 40 plays.",
    )
    assert said.speaks_for == said.speaks_against == ()
    assert {row["#"] for row in said.entries} == {"1="}
    sure = [dataclasses.replace(one, share=0.3 if one.rank == 1 else 0.05) for one in equal]
    clear = week_answer(dataclasses.replace(flat, candidates=tuple(sure)))
    assert "a chance of 30 %; the next song has 5 %." in clear.expects
    assert not any("album" in note for note in clear.notes)


def test_any_date_of_a_week_finds_it_and_a_week_that_was_learned_from_is_refused(trained):
    con, _ = trained
    saturday = choices.FIRST_WEEK + dt.timedelta(7 * 50)
    for day in (saturday, saturday - dt.timedelta(6)):
        assert ranking.ranking(con, "listener 1", day).week_ending == saturday
    found = ranking.ranking(con, "listener 1", saturday)
    assert sum(one.is_label for one in found.candidates) == 1
    with pytest.raises(SotwError, match=r"2024-02-03 is not predicted.*learned from"):
        ranking.ranking(con, "listener 1", dt.date(2024, 2, 1))
    with pytest.raises(SotwError, match="no week with 2030-01-01"):
        ranking.ranking(con, "listener 1", dt.date(2030, 1, 1))
    with pytest.raises(SotwError, match="no listener is called 'nobody'; there is listener 1"):
        ranking.ranking(con, "nobody")


def test_a_model_that_needs_a_column_the_mart_lost_is_refused(trained):
    con, report = trained
    con.execute(f"alter table {MART} drop column prior_plays")
    key = KEY | {"run_id": report.run_id, "model": "conditional_logit"}
    with pytest.raises(SotwError, match=r"prior_plays.*does not have"):
        linear_scores(con, PREDICTOR.traits, key, pd.DataFrame(), ())


def said(values, week_ends_on=6, **contributions):
    found = [
        wording.Contribution(name, None, value, contributions.get(name, 0.5))
        for name, value in values.items()
    ]
    return [one.text for one in wording.reasons(found, week_ends_on, {"bpm": "beats a minute; x"})]


def test_reasons_are_worded_for_a_person_and_name_the_listeners_own_last_days():
    values = {"week_plays": 8.0, "last_2_days_plays": 4.0, "is_first_week": 1.0}
    assert said(values) == ["8 plays, 4 of them Fri\u2013Sat", "first heard this week"]
    assert said(values, week_ends_on=0)[0] == "8 plays, 4 of them Sat\u2013Sun"
    assert said({"week_plays": 1.0, "last_2_days_plays": 0.0}) == ["1 play"]
    assert said({"week_plays": 3.0, "last_2_days_plays": 3.0}) == [
        "3 plays, all of them Fri\u2013Sat"
    ]


def test_what_speaks_against_a_song_stands_apart_whatever_it_is(trained):
    con, _ = trained
    first = ranking.ranking(con, "listener 1").candidates[0]
    facts = (("week_plays", 1.0, -0.4), ("prior_plays", 30.0, 0.4), ("prev_4w_plays", 12.0, -0.7))
    found = [wording.Contribution(name, None, *numbers) for name, *numbers in facts]
    one = dataclasses.replace(first, reasons=wording.reasons(found, 6, {}))
    assert one.because == ("30 plays in earlier weeks",)
    assert one.despite == ("12 plays in the 4 weeks before", "1 play")


def test_a_feature_without_a_theme_speaks_by_its_comment_or_its_name():
    assert said({"bpm": 121.5}) == ["beats a minute: 121.5"]
    assert said({"is_hip_hop_rap": 1.0}) == ["hip hop rap"]
    assert said({"is_pop": 0.0}, is_pop=-0.3) == ["not pop"]
    level = wording.Contribution("genre", "(other)", None, 0.3)
    assert wording.reasons([level], 6, {})[0].text == "genre (other)"


def test_prediction_as_of_a_time_publishes_nothing(tmp_path, trained, monkeypatch):
    """The build is replaced by one that cuts the mart, so that this tests the copying only."""
    con, report = trained
    path = tmp_path / "sotw.duckdb"
    target = warehouse.connect(path)
    target.close()
    con.execute(f"attach '{path}' as target")
    con.execute("copy from database sotw to target")
    con.execute("detach target")
    before = path.read_bytes()
    monday = dt.datetime(2025, 2, 17, 9)

    def build_of(copy, models, *, settings, only, progress):
        [(as_of,)] = copy.execute("select as_of from raw.settings").fetchall()
        assert as_of == monday
        assert [one.name for one in only][-1] == MART
        assert settings is CALENDAR
        copy.execute(f"delete from {MART} where week_ending > ?", [as_of + dt.timedelta(6)])
        copy.execute("update core.dim_weeks set is_current = week_ending = date '2025-02-22'")

    monkeypatch.setattr(load_and_build, "build", build_of)
    with load_and_build.built_as_of(path, CALENDAR, monday, [MART]) as con:
        found = ranking.rank_with_latest(con, "listener 1")
    assert found.week_ending == dt.date(2025, 2, 22)
    assert found.run_id == report.run_id
    assert found.model_as_of == choices.AS_OF
    assert len(found.candidates) == 15
    assert found.candidates[0].reasons
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["sotw.duckdb"]
