"""The rule by which invented listeners pick is the stated one, and can be read off the files."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from test_demo import picks_of, plays_of

from sotw.demo.choice import FEATURES, POPULATION, Choice, candidates, choice_of
from sotw.demo.world import Calendar
from sotw.demo.write import DemoFiles, write_demo

if TYPE_CHECKING:
    from pathlib import Path

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """Three listeners with one rule, so that there are picks enough to recover it."""
    rule = Choice(log_plays=3.0, log_fri_sat=1.2, first_heard=0.9, log_prev_4w=0.7, gap_days=-0.5)
    folder = tmp_path_factory.mktemp("several")
    return write_demo(folder, listeners=3, plays=90_000, choices=[rule] * 3)


def test_rules_differ_between_listeners_as_the_population_says() -> None:
    first = dataclasses.astuple(choice_of(7, 0))
    assert first == tuple(POPULATION[name][0] for name in FEATURES)
    drawn = np.array([dataclasses.astuple(choice_of(7, number)) for number in range(1, 2_000)])
    for column, name in zip(drawn.T, FEATURES, strict=True):
        mean, spread = POPULATION[name]
        assert column.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(column.size))
        assert column.std() == pytest.approx(spread, rel=0.1)


def test_the_features_of_a_candidate_know_the_four_weeks_before_and_nothing_after_the_pick() -> (
    None
):
    hour, week = 3_600, 7 * 24 * 3_600
    calendar = Calendar(weeks=7, origin=0, start=0, end=7 * week, label_week=6)
    friday, saturday = 6 * week + 5 * 24 * hour, 6 * week + 6 * 24 * hour
    heard = [
        (5, week),  # five weeks back: long past, yet not first heard
        (5, 2 * week),  # the first instant of the four weeks
        (5, 6 * week - 1),
        (5, 6 * week),  # a Sunday
        (5, friday - 1),
        (5, friday),
        (8, saturday + hour),
        (5, saturday + 12 * hour),  # the instant of the pick itself
        (9, saturday + 13 * hour),
    ]
    tracks, at = (np.array(column, dtype=np.int64) for column in zip(*heard, strict=True))
    cut = np.full(7, -1)
    cut[6] = saturday + 12 * hour
    track, in_week, values = candidates(calendar, tracks, at, cut)
    assert track.tolist() == [5, 8]
    assert in_week.tolist() == [6, 6]
    old, new = (dict(zip(FEATURES, row, strict=True)) for row in values.tolist())
    assert old == pytest.approx(
        {
            "log_plays": np.log(3),
            "log_fri_sat": np.log(2),
            "first_heard": 0,
            "log_prev_4w": np.log(3),
            "gap_days": 1.5,
        }
    )
    assert new == pytest.approx(
        {
            "log_plays": 0,
            "log_fri_sat": np.log(2),
            "first_heard": 1,
            "log_prev_4w": 0,
            "gap_days": 11 / 24,
        }
    )


ChoiceSets = list[tuple[np.ndarray, int]]


@pytest.fixture(scope="module")
def choice_sets(several: DemoFiles) -> list[ChoiceSets]:
    """For each listener and pick: the features of all candidates, the place of the one picked."""
    return [choice_sets_of(several.directory / who.name) for who in several.listeners]


def choice_sets_of(folder: Path) -> ChoiceSets:
    plays, picks = plays_of(folder), picks_of(folder)
    number = {track: place for place, track in enumerate(plays["track"].unique())}
    plays["number"] = plays["track"].map(number)
    first = plays.groupby("number")["week"].min().to_numpy()
    weeks = {
        week: (heard["number"].to_numpy(), heard["at"].to_numpy())
        for week, heard in plays.groupby("week")
    }
    nothing = (np.array([], dtype=int), None)
    sets, taken = [], set()
    for pick in picks.itertuples():
        cut = np.datetime64(min(pick.at, pick.week + pd.Timedelta(days=1)))
        track, at = weeks[pick.week]
        track, at = track[at < cut], at[at < cut]
        is_fri_sat = at >= np.datetime64(pick.week - pd.Timedelta(days=1))
        before = [pick.week - pd.Timedelta(weeks=back) for back in range(1, 5)]
        recent = np.concatenate([weeks.get(week, nothing)[0] for week in before])
        open_tracks = np.setdiff1d(track, list(taken))
        values = [
            [
                np.log((track == one).sum()),
                np.log1p(is_fri_sat[track == one].sum()),
                float(first[one] == pick.week),
                np.log1p((recent == one).sum()),
                (cut - at[track == one].max()) / DAY,
            ]
            for one in open_tracks
        ]
        chosen = number.get(pick.track)  # none for the renamed
        if chosen is not None:
            sets.append((np.array(values), int(np.searchsorted(open_tracks, chosen))))
            taken.add(chosen)
    return sets


def test_a_conditional_logit_on_the_files_recovers_the_choice_rule(
    several: DemoFiles, choice_sets: list[ChoiceSets]
) -> None:
    sets = [one for some in choice_sets for one in some]
    assert len(sets) == several.picks - several.renamed_picks

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros(beta.size)
        for values, place in sets:
            utility = values @ beta
            weight = np.exp(utility - utility.max())
            weight /= weight.sum()
            total -= np.log(weight[place])
            slope += weight @ values - values[place]
        return total, slope

    fit = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B")
    assert fit.success
    information = np.zeros((len(FEATURES), len(FEATURES)))
    for values, _ in sets:
        utility = values @ fit.x
        weight = np.exp(utility - utility.max())
        weight /= weight.sum()
        away = values - weight @ values
        information += (away * weight[:, None]).T @ away
    error = np.sqrt(np.diag(np.linalg.inv(information)))
    truth = np.array(dataclasses.astuple(several.listeners[0].choice))
    assert (np.sign(fit.x) == np.sign(truth)).all(), fit.x
    assert (np.abs(fit.x - truth) < 3.5 * error).all(), (fit.x, truth, error)
    # So small an error that a rule of half the strength would be told apart.
    assert error[0] < 0.25 * truth[0]


def test_the_true_rule_is_right_as_often_as_it_says(
    several: DemoFiles, choice_sets: list[ChoiceSets]
) -> None:
    truth = np.array(dataclasses.astuple(several.listeners[0].choice))
    for who, sets in zip(several.listeners, choice_sets, strict=True):
        hits = np.mean([int(np.argmax(values @ truth)) == place for values, place in sets])
        assert hits == pytest.approx(who.best_hit_at_1, abs=0.10)
