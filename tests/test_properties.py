"""What must hold for every history: order, repetition and other listeners do not matter."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import histories
import histories_known
import pytest

from sotw import warehouse
from sotw.pipeline.models import select
from sotw.settings import POLICIES, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

BUILT = ("core", "features", "marts")
# Tables of nobody's rows: one counts the records of all, one has the hour of its migrations.
OF_ALL = ("core.fct_artist_mbids", "raw.schema_version")


def contents(con: Connection, models: Sequence[Model]) -> dict[str, list[tuple[Any, ...]]]:
    """Every built table as sorted rows."""
    return {
        model.name: con.execute(f"from {model.name} order by all").fetchall()
        for model in models
        if model.schema in BUILT
    }


def own_contents(
    con: Connection, models: Sequence[Model], condition: str
) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of some listeners, of every built table that knows listeners."""
    return {
        model.name: con.execute(f"from {model.name} where {condition} order by all").fetchall()
        for model in models
        if model.schema in BUILT and "listener_id" in _columns(con, model)
    }


def _columns(con: Connection, model: Model) -> list[str]:
    return [row[0] for row in con.execute(f"describe {model.name}").fetchall()]


def changed(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def shuffled(history: histories.History, seed: int) -> histories.History:
    rng = random.Random(seed)
    raw = {table: rng.sample(rows, len(rows)) for table, rows in history.raw.items()}
    return replace(history, raw=raw)


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_the_order_of_raw_rows_changes_nothing(all_models, seed):
    history = histories.listening(seed)
    con = histories.built(history, all_models)
    other = histories.built(shuffled(history, seed), all_models)
    assert changed(contents(con, all_models), contents(other, all_models)) == []
    con.close()
    other.close()


def test_a_ranking_without_a_tiebreak_is_found_by_shuffling(all_models):
    models = select(all_models, ["weekly_charts"])
    (plays,) = (model for model in models if model.table == "fct_reported_plays")
    order = ",\n            ".join(f"stg_plays.{name}" for name in ("reported_at", "source"))
    order += ",\n            stg_plays.track_name_id,"
    assert order in plays.sql
    faulty = replace(plays, sql=plays.sql.replace(order, "stg_plays.source,"))
    planted = [faulty if model is plays else model for model in models]
    found = []
    for seed in (2, 3, 5):
        history = histories.listening(seed)
        con = histories.built(history, planted)
        other = histories.built(shuffled(history, seed), planted)
        found += changed(contents(con, planted), contents(other, planted))
    assert "core.fct_reported_plays" in found


def test_building_twice_is_building_once(all_models, empty_warehouse):
    history = histories.listening(4)
    con = empty_warehouse
    histories.load(con, history.raw)
    states = []
    for _ in range(2):
        histories.build_from_raw(con, all_models, settings=history.settings, as_of=history.as_of)
        states.append(contents(con, all_models))
    assert changed(*states) == []


def test_a_deleted_model_leaves_no_table(all_models, empty_warehouse):
    con = empty_warehouse
    kept = select(all_models, ["feat_momentum", "feat_history"])
    as_of = dt.datetime(2024, 1, 1)
    histories.build_from_raw(con, kept, settings=Settings(cutoff_policies=POLICIES), as_of=as_of)
    fewer = [model for model in kept if model.table != "feat_history"]
    histories.build_from_raw(con, fewer, settings=Settings(cutoff_policies=POLICIES), as_of=as_of)
    query = """
        select schema_name || '.' || table_name from duckdb_tables()
        union all
        select schema_name || '.' || view_name from duckdb_views() where not internal
    """
    there = {row[0] for row in con.execute(query).fetchall()}
    assert {name for name in there if name.split(".")[0] not in ("raw", "ml")} == {
        model.name for model in fewer
    }


def every_table(con: Connection) -> dict[str, Counter[tuple[Any, ...]]]:
    """The rows of every table and view of every schema, those of one listener where it has some.

    Of a table that knows no listeners, such as one of names, all of them.
    """
    query = """
        select table_schema || '.' || table_name, bool_or(column_name = 'listener_id')
        from information_schema.columns where table_catalog = current_database()
        group by all
    """
    return {
        name: Counter(
            con.execute(f"from {name} {'where listener_id = 1' if has_owner else ''}").fetchall()
        )
        for name, has_owner in con.execute(query).fetchall()
    }


@pytest.mark.parametrize("seed", [3, 4])
def test_another_listener_changes_nothing_of_mine(all_models, seed):
    history = histories.listening(seed, listeners=3)
    alone = {
        table: [row for row in rows if row.get("listener_id", 1) == 1]
        for table, rows in history.raw.items()
    }
    con = histories.built(history, all_models)
    mine = histories.built(replace(history, raw=alone), all_models)
    together, own = every_table(con), every_table(mine)
    assert own.keys() == together.keys()
    assert {model.name for model in all_models} <= own.keys()
    # What is of nobody may have more rows: the names that others heard.
    assert [name for name in own if own[name] - together[name] and name not in OF_ALL] == []
    owned = own_contents(con, all_models, "listener_id = 1")
    assert [name for name in owned if together[name] != own[name]] == []
    assert owned["marts.data_quality"]
    assert own_contents(con, all_models, "listener_id > 1")["features.feat_momentum"]


def test_as_of_an_instant_nothing_is_known_that_ends_after_it(all_models):
    history = histories.listening(3)
    running = next(
        play
        for play in history.raw["plays"][len(history.raw["plays"]) // 2 :]
        if (play.get("ms_played") or 0) > 60_000
    )
    instant = histories.started_at(running) + dt.timedelta(seconds=30)
    known = histories_known.truncated(history, instant, ())
    plays = [row for row in known.raw["plays"] if histories.is_over(row, instant)]
    less = {**known.raw, "plays": plays}
    con = histories.built(replace(history, as_of=instant), all_models)
    other = histories.built(replace(history, raw=less, as_of=instant), all_models)
    assert running in known.raw["plays"]
    assert con.execute("select count(*) from core.fct_outcomes").fetchone()[0]
    both = contents(con, all_models), contents(other, all_models)
    assert changed(*both) == []


@pytest.mark.parametrize("seed", [0, 5])
def test_shares_of_a_week_sum_to_one(all_models, seed):
    con = histories.built(histories.listening(seed), select(all_models, ["feat_week_share"]))
    by_week = "listener_id, week_ending, cutoff_policy"
    sums = warehouse.rows(
        con,
        "select sum(week_plays_share) as share, sum(week_plays_share * week_total_plays) as plays, "
        f"any_value(week_total_plays) as total from features.feat_week_share group by {by_week}",
    )
    assert sums
    for row in sums:
        assert row["share"] == pytest.approx(1, abs=1e-12)
        assert row["plays"] == pytest.approx(row["total"])


@pytest.mark.parametrize("seed", [0, 5])
def test_no_play_is_lost_or_doubled_between_raw_and_the_weeks(all_models, seed):
    history = histories.listening(seed)
    con = histories.built(history, select(all_models, ["fct_weekly_plays"]))
    key = ("listener_id", "source", "played_at", "track_name_id", "ordinal")
    query = "select listener_id, source, reported_at, track_name_id, ordinal "
    dropped = set(con.execute(query + "from core.fct_duplicate_plays").fetchall())
    seen = sum(
        histories.started_at(row) < history.as_of
        and histories.is_counted(row)
        and tuple(row[column] for column in key) not in dropped
        for row in history.raw["plays"]
    )
    for policy in ("calendar", "decision"):
        query = (
            "select sum(whole_week_plays), sum(plays) from core.fct_weekly_plays "
            "where cutoff_policy = ?"
        )
        whole, known = con.execute(query, [policy]).fetchone()
        assert whole == seen
        assert known == seen if policy == "calendar" else known < seen


def test_nothing_at_or_after_the_instant_of_the_build_is_seen(all_models):
    """Built as of an earlier instant, all of raw gives what raw had given then."""
    history = histories.listening(2)
    instant = history.as_of - dt.timedelta(days=80)
    early = replace(history, as_of=instant)
    then = histories_known.truncated(early, instant)
    con, less = histories.built(early, all_models), histories.built(then, all_models)
    assert changed(contents(con, all_models), contents(less, all_models)) == []
    assert contents(con, all_models)["features.feat_momentum"]
