"""What is known before a play tells nothing of how it goes: proved by changing how it goes.

Every listener of a history is changed from another play on, so that one build tries every place:
outcomes of that play and all later ones, then all later plays, then all later errors.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import histories
import histories_outcomes
import independent_outcomes
import pytest
from sqlglot import exp, parse_one

from sotw import ingest, warehouse
from sotw.actions.prepare import write_settings
from sotw.paths import sql_root
from sotw.pipeline.models import Model, load_models, select
from sotw.settings import AttributionSettings, ListenerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sotw.warehouse import Connection

GRAIN = ("listener_id", "play_number")
MART = "marts.training_completion"
# The mart's columns that are no feature: keys, filters, targets. What begins with post_ is none.
OTHERS = {
    *GRAIN, "play_id", "source", "reported_at", "track_name_id", "ordinal", "track_id", "artist_id",
    "album_id", "ended_at", "session_number", "is_primary", "is_completed", "is_completed_loose",
    "is_skipped_early",
}  # fmt: skip
# What a play's own row may not bring into a feature.
OUTCOMES = {
    "ms_played", "reason_end", "is_skipped", "is_outcome_known", "is_completed",
    "is_completed_loose", "is_skipped_early", "played_at", "reported_at", "local_at", "ended_at",
    "ended_local_at",
}  # fmt: skip
SEEDS = (0, 1)
PLAYS = 40
KINDS = ("outcomes", "plays", "errors")
Rows = dict[tuple[int, int], dict[str, Any]]


def history(seed: int) -> histories.History:
    """As many listeners as plays of each: listener n is the one who is changed from play n on."""
    rng = random.Random(seed)
    names = histories.Names()
    tracks = [names.track(f"Artist {n // 3}", f"Song {n}") for n in range(12)]
    albums = [names.album(f"Artist {n}", f"Album {n}") for n in range(4)]
    raw: histories.Raw = {"names": names.rows, "plays": [], "listeners": []}
    for number in range(1, PLAYS + 1):
        raw["listeners"].append(
            {"listener_id": number, "listener": f"listener {number}", "is_demo": False,
             "created_at": dt.datetime(2020, 1, 1)}
        )  # fmt: skip
        raw["plays"] += histories_outcomes.played(
            rng, tracks, albums, listener_id=number, count=PLAYS
        )
    for row in raw["plays"]:
        # Each is of a player of its own: else its length would say whether it is a play by itself.
        row["platform"] = f"{row.get('platform') or 'player'} {row['line']}"
    raw["plays"].sort(key=_place)
    raw |= histories_outcomes.errors(rng, PLAYS, dt.date(2020, 3, 1), 3)
    here = ListenerSettings(
        "America/New_York", attribution=AttributionSettings("PT", min_kept_plays=1)
    )
    return histories.History(raw, Settings(default=here), dt.datetime(2022, 1, 1))


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["listener_id"], row["played_at"], row["track_name_id"], row["ordinal"])


def changed(given: histories.History, kind: str, seed: int) -> histories.History:
    """The history with what comes after play n of listener n otherwise, or gone."""
    rng = random.Random(seed)
    raw = dict(given.raw)
    kept: list[dict[str, Any]] = []
    ends: dict[int, dt.datetime] = {}
    numbers: dict[int, int] = {}
    for row in raw["plays"]:
        listener = row["listener_id"]
        number = numbers[listener] = numbers.get(listener, 0) + 1
        if number == listener - 1:
            ends[listener] = row["played_at"]
        if kind == "outcomes" and number >= listener:
            other = rng.choice([0, 1_000, 29_999, 31_000, 90_000, 3_600_000])
            end = rng.choice(["trackdone", "fwdbtn", "unknown", None, "logout"])
            row = row | {
                "ms_played": other, "reason_end": end, "skipped": rng.choice([True, False, None])
            }  # fmt: skip
        if kind != "plays" or number <= listener:
            kept.append(row)
    raw["plays"] = kept
    if kind == "errors":
        raw["technical_events"] = [
            row
            for row in raw["technical_events"]
            if row["occurred_at"] <= ends.get(row["listener_id"], dt.datetime(1970, 1, 1))
        ]
    return histories.History(raw, given.settings, given.as_of)


@cache
def upstream(seed: int, kind: str) -> Connection:
    """A warehouse with a history as it is ('') or changed, built up to the plays."""
    given = history(seed)
    given = changed(given, kind, seed) if kind else given
    models = select(load_models(), [MART])
    return histories.built(given, models[: [one.name for one in models].index("core.fct_outcomes")])


def features_of(con: Connection, models: Sequence[Model]) -> Rows:
    """The features of each play, by models that are not kept."""
    con.execute("begin")
    made = {
        row[0]
        for row in con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() union all "
            "select schema_name || '.' || view_name from duckdb_views()"
        ).fetchall()
    }
    try:
        missing = [model for model in models if model.name not in made]
        histories.materialize(con, missing, is_audited=False)
        return {
            (row["listener_id"], row["play_number"]): {
                name: value
                for name, value in row.items()
                if name not in OTHERS and not name.startswith("post_")
            }
            for row in warehouse.rows(con, f"from {MART}")
        }
    finally:
        con.execute("rollback")


def telling(models: Sequence[Model], seed: int) -> list[str]:
    """Rows up to play n of listener n that differ after a change from there on; none, we hope."""
    models = select(list(models), [MART])
    base = features_of(upstream(seed, ""), models)
    assert len(base) == PLAYS * PLAYS
    found = []
    for kind in KINDS:
        other = features_of(upstream(seed, kind), models)
        for (listener, number), row in base.items():
            # Errors may come between the plays; all later ones are gone from play n on.
            if number <= listener and other.get((listener, number)) != row:
                columns = [
                    name for name in row if other.get((listener, number), {}).get(name) != row[name]
                ]
                found.append(f"{kind}: play {number} of {listener}: {columns}")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_of_a_play_or_of_what_follows_reaches_its_features(all_models, seed):
    assert telling(all_models, seed)[:5] == []


def test_the_changes_change_what_they_are_meant_to(all_models):
    models = select(all_models, [MART])
    base = features_of(upstream(0, ""), models)
    for kind in KINDS:
        other = features_of(upstream(0, kind), models)
        later = [key for key in base if key[1] > key[0] and base[key] != other.get(key)]
        assert len(later) > 20, kind
    counts = [row["prev_24h_connection_error_count"] for row in base.values()]
    assert None in counts
    assert {0, 1} <= set(counts)


FRAME = "rows between unbounded preceding and 1 preceding"
PLANTED = {
    "the own outcome in the last plays": (
        "features/feat_previous_outcomes.sql",
        "rows between {{ plays }} preceding and 1 preceding",
        "rows between {{ plays }} preceding and current row",
    ),
    "the own reason": (
        "features/feat_previous_outcomes.sql",
        "lag(reason_end) over by_play",
        "reason_end",
    ),
    "a prior with the own row": (
        "features/feat_completion_priors.sql",
        FRAME,
        "rows between unbounded preceding and current row",
    ),
    "a prior of all of history": (
        "features/feat_completion_priors.sql",
        FRAME,
        "rows between unbounded preceding and unbounded following",
    ),
    "the play after": (
        "features/feat_previous_outcomes.sql",
        "lag(track_id) over by_play as previous_track_id",
        "lead(track_id) over by_play as previous_track_id",
    ),
    "the longest play with the own one": (
        "features/feat_play_recency.sql",
        FRAME,
        "rows between unbounded preceding and current row",
    ),
    "the gap to the own start": (
        "features/feat_play_clock.sql",
        "lag(ended_at, 2) over by_play as one_before_ended_at",
        "played_at as one_before_ended_at",
    ),
    "the own hour": (
        "features/feat_play_clock.sql",
        "lag(ended_local_at) over by_play as previous_ended_local_at",
        "local_at as previous_ended_local_at",
    ),
    "the position in the session": (
        "features/feat_play_context.sql",
        "from core.fct_outcomes",
        "    session_position_plays,\n"
        "from core.fct_outcomes\n"
        "inner join core.fct_session_plays using (listener_id, play_number, play_id)",
    ),
    "errors of later hours": (
        "features/feat_player_errors.sql",
        "range between interval '24 hours' preceding and current row",
        "range between interval '24 hours' preceding and interval '24 hours' following",
    ),
    "an order by the own start": (
        "core/sessions/fct_outcomes.sql",
        "                fct_plays.reported_at,\n",
        "                fct_plays.played_at,\n",
    ),
}


def planted(fault: str, folder: Path) -> list[Model]:
    file, written, told = PLANTED[fault]
    root = folder / "sql"
    shutil.copytree(sql_root(), root)
    text = (root / file).read_text(encoding="utf-8")
    assert written in text, f"{file} no longer says '{written}': plant the fault anew"
    (root / file).write_text(text.replace(written, told), encoding="utf-8")
    return load_models(root)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_leak_is_caught(fault, tmp_path):
    assert telling(planted(fault, tmp_path), 0)


# --- the fast lint: what a feature may name at all -------------------------------------------


def bare_outcomes(model: Model) -> list[str]:
    """Columns of a play's own outcome or time that a feature takes but from earlier plays.

    From earlier plays is what stands in a ``lag`` or in a window that ends before the row.
    """
    tree = parse_one(model.sql, dialect="duckdb")
    found = [
        f"reads {parent}"
        for parent in model.parents
        if parent.startswith("core.fct_session") or parent == "core.fct_plays"
    ]
    found += [
        f"takes {column.name} of the play itself"
        for column in tree.find_all(exp.Column)
        if column.name in OUTCOMES and not _is_of_earlier_plays(column)
    ]
    return found


def _is_of_earlier_plays(column: exp.Column) -> bool:
    window = column.find_ancestor(exp.Window)
    holder = column.find_ancestor(exp.Select)
    if window is None or holder is None:
        return False
    if window.find(exp.Lag):
        return True
    named = {one.name: one for one in holder.args.get("windows") or []}
    spec = named.get(window.alias, window).args.get("spec")
    return bool(spec and str(spec.args.get("end_side")).lower() == "preceding")


def completion_features(models: Sequence[Model]) -> list[Model]:
    return [one for one in models if one.schema == "features" and one.grain == GRAIN]


def test_no_feature_names_an_outcome_but_of_earlier_plays(all_models):
    features = completion_features(all_models)
    assert len(features) == 6
    assert [(one.name, bare_outcomes(one)) for one in features if bare_outcomes(one)] == []


# The others are no columns: a later play's track, an order, errors.
SEEN_BY_LINT = [
    fault
    for fault in PLANTED
    if fault not in ("the play after", "an order by the own start", "errors of later hours")
]


@pytest.mark.parametrize("fault", SEEN_BY_LINT)
def test_the_lint_names_a_planted_leak(fault, tmp_path):
    assert [one for one in completion_features(planted(fault, tmp_path)) if bare_outcomes(one)]


# --- and a second calculation ----------------------------------------------------------------


def differences(con: Connection, per_listener: int | None = None) -> list[str]:
    """What the mart says otherwise than the independent calculation; unknown columns included."""
    plays = warehouse.rows(
        con,
        # A text's family is dim_platforms' own matter.
        "select fct_plays.*, coalesce(platform_family, 'unknown') as platform_family "
        "from core.fct_plays left join core.dim_platforms using (platform)",
    )
    zones = dict(con.execute("select listener_id, time_zone from core.dim_listeners").fetchall())
    errors: dict[int, Any] = {one: {"events": {}, "ranges": {}} for one in zones}
    for listener, event, at in con.execute(
        "select listener_id, event_type, occurred_at from raw.technical_events"
    ).fetchall():
        errors[listener]["events"].setdefault(event, []).append(at)
    for listener, event, first, last in con.execute(
        "select listener_id, event_type, first_at, last_at from raw.technical_log_ranges"
    ).fetchall():
        errors[listener]["ranges"].setdefault(event, []).append((first, last))
    mart = warehouse.rows(con, f"from {MART}")
    rows = {(one["listener_id"], one["play_number"]): one for one in mart}
    found = []
    compared = 0
    for listener, own in independent_outcomes.ordered(plays).items():
        step = max(1, len(own) // per_listener) if per_listener else 1
        for place in range(0, len(own), step):
            expected = independent_outcomes.features(own, place, zones[listener], errors[listener])
            got = rows[listener, place + 1]
            names = {name for name in got if name not in OTHERS and not name.startswith("post_")}
            assert names == set(expected), names ^ set(expected)
            assert got["is_completed"] == own[place]["completed"]
            found += [
                f"play {place + 1} of {listener}: {name} {got[name]!r}, not {expected[name]!r}"
                for name in names
                if not _is_equal(got[name], expected[name])
            ]
            compared += 1
    assert per_listener or compared == len(rows)
    return found


def _is_equal(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12, abs=1e-12)
    return one == other


@pytest.mark.parametrize("seed", [0, 3])
def test_every_feature_is_as_a_loop_over_the_plays_finds_it(all_models, seed):
    con = histories.built(history(seed), select(all_models, [MART]))
    assert differences(con)[:5] == []
    con.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_every_feature_is_so_among_plays_of_other_services_too(all_models, seed):
    con = histories.built(histories.listening(seed), select(all_models, [MART]))
    assert differences(con)[:5] == []
    assert con.execute(f"select count(*) from {MART}").fetchone()[0] > 20
    con.close()


@pytest.mark.slow
def test_every_feature_is_so_on_a_real_history(all_models, shared_data):
    con = histories.empty()
    con.execute("set threads = 2")
    folder = shared_data / "listening" / "spotify_extended"
    ingest.ingest(con, [folder], "me", now=dt.datetime(2026, 1, 1))
    settings = Settings(default=ListenerSettings("America/Sao_Paulo"))
    write_settings(con, settings, dt.datetime(2026, 1, 1))
    histories.materialize(con, select(all_models, [MART]))
    assert differences(con, per_listener=100)[:5] == []
    con.close()
