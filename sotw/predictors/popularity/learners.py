"""The learners of popularity by name, which share what they fit on one block.

Each is fitted on the training rows, and again with the validation rows. Its interval is made from
rows that it was not fitted on: of every third of the artists what a model of the others says.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw import extras
from sotw.learning.encoding import numbers
from sotw.learning.protocol import Formula, Learned
from sotw.predictors.popularity import boosting, intervals, models

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sotw.learning.encoding import FloatArray, IntArray
    from sotw.learning.protocol import Learner, Task

    Fit = Callable[[pd.DataFrame, FloatArray], Any]

BEST, CQR, MONDRIAN = "best_on_validation", "quantile_boosting", "best_mondrian"
STEPWISE, NO_GENRES, RIDGE = "stepwise_ols", "stepwise_ols_no_genres", "ridge"
FOREST, BOOSTING = "random_forest", "boosting"
MEAN, ARTIST = "mean", "artist_popularity_alone"
BASELINES = (MEAN, ARTIST)
TREES = (FOREST, BOOSTING, CQR)
NAMES = (BEST, STEPWISE, NO_GENRES, RIDGE, FOREST, BOOSTING, MONDRIAN, CQR, *BASELINES)
FOLDS = 3
ARTIST_COLUMNS = ("artist_popularity_index", "artist_popularity")


def fold_of(artists: pd.Series, folds: int, purpose: str) -> IntArray:
    """The fold of each row by its artist; folds of one purpose say nothing of those of another."""
    every = {one: zlib.crc32(f"{purpose} {one}".encode()) % folds for one in artists.unique()}
    return artists.map(every).to_numpy(np.int64)


class Fits:
    """What is fitted on one block, each model once, however many learners ask for it."""

    def __init__(self, task: Task, train: pd.DataFrame, validation: pd.DataFrame) -> None:
        self.task = task
        self.train, self.validation = train, validation
        self.both = pd.concat([train, validation])
        self._choices: dict[str, models.Choice] = {}
        self._finals: dict[str, Any] = {}
        self._outside: dict[str, FloatArray] = {}

    def truth(self, rows: pd.DataFrame) -> FloatArray:
        """The popularity of rows."""
        return rows[self.task.label].to_numpy(np.float64)

    def candidates(self) -> tuple[str, ...]:
        """Those of which the best is taken."""
        trees = (FOREST, BOOSTING) if extras.is_installed("boost") else ()
        return (STEPWISE, RIDGE, *trees)

    def choice(self, name: str) -> models.Choice:
        """A model fitted on the training rows, with what the validation rows decided of it."""
        if name not in self._choices:
            self._choices[name] = self._choose(name)
        return self._choices[name]

    def _choose(self, name: str) -> models.Choice:
        truth, wanted = self.truth(self.train), self.truth(self.validation)
        if name == RIDGE:
            return self._choose_ridge(truth, wanted)
        settings: dict[str, Any] = {}
        if name == BOOSTING and len(wanted):
            watched = (self.validation, wanted)
            scorer = boosting.boosted(self.train, truth, self.task.features, None, watched)
            settings = {"rounds": scorer.rounds}
        else:
            scorer = self.maker(name, {})(self.train, truth)
        tried = {}
        if len(wanted) and name != CQR:
            tried = {name: models.rmse(scorer.score(self.validation), wanted)}
        return models.Choice(scorer, settings, tried)

    def _choose_ridge(self, truth: FloatArray, wanted: FloatArray) -> models.Choice:
        """Every scaling with every strength; without validation rows the first and a middle one."""
        if not len(wanted):
            settings = {"how": models.SCALINGS[0], "alpha": models.ALPHAS[1]}
            return models.Choice(self.maker(RIDGE, settings)(self.train, truth), settings)
        found, tried = {}, {}
        for how in models.SCALINGS:
            for alpha in models.ALPHAS:
                settings = {"how": how, "alpha": alpha}
                scorer = self.maker(RIDGE, settings)(self.train, truth)
                key = f"{how}, {alpha:g}"
                found[key] = (scorer, settings)
                tried[key] = models.rmse(scorer.score(self.validation), wanted)
        best = min(tried, key=lambda key: (tried[key], key))
        return models.Choice(*found[best], tried)

    def maker(self, name: str, settings: Mapping[str, Any]) -> Fit:
        """How a model is fitted."""
        features = self.task.features
        makers: dict[str, Fit] = {
            STEPWISE: lambda rows, truth: models.least_squares(rows, truth, features),
            NO_GENRES: lambda rows, truth: models.least_squares(
                rows, truth, features, models.GENRES
            ),
            RIDGE: lambda rows, truth: models.ridge(rows, truth, features, **settings),
            FOREST: lambda rows, truth: boosting.forest(rows, truth, features),
            BOOSTING: lambda rows, truth: boosting.boosted(rows, truth, features, **settings),
            CQR: lambda rows, truth: boosting.quantiles(rows, truth, features),
        }
        return makers[name]

    def final(self, name: str) -> Any:  # noqa: ANN401 - a scorer
        """The model as chosen, fitted on training and validation rows."""
        if name not in self._finals:
            choice = self.choice(name)
            self._finals[name] = (
                self.maker(name, choice.settings)(self.both, self.truth(self.both))
                if len(self.validation)
                else choice.scorer
            )
        return self._finals[name]

    def outside(self, name: str) -> FloatArray:
        """What the model says of all its rows where it was not fitted on their artists."""
        if name not in self._outside:
            fold = fold_of(self.both["artist"], FOLDS, "interval")
            found = np.empty(len(self.both))
            fit, truth = self.maker(name, self.choice(name).settings), self.truth(self.both)
            for one in range(FOLDS):
                is_out = fold == one
                if is_out.any():
                    found[is_out] = fit(self.both[~is_out], truth[~is_out]).score(self.both[is_out])
            self._outside[name] = found
        return self._outside[name]

    def best(self) -> tuple[str, dict[str, float]]:
        """The candidate with the least RMSE on validation rows; without any, outside its folds."""
        truth = self.truth(self.both)
        errors = {
            name: min(self.choice(name).tried.values())
            if len(self.validation)
            else models.rmse(self.outside(name), truth)
            for name in self.candidates()
        }
        return min(errors, key=lambda name: (errors[name], name)), errors

    def learned(self, name: str) -> Learned:
        """What a learner of a name gives."""
        if name in (BEST, MONDRIAN):
            return self._learned_best(name)
        choice, final = self.choice(name), self.final(name)
        about: dict[str, Any] = {**choice.settings, "validation_rmse": dict(choice.tried)}
        if name == CQR:
            fold = fold_of(self.both["artist"], FOLDS, "interval")
            fit, truth = self.maker(name, {}), self.truth(self.both)
            trees = fit(self.both[fold > 0], truth[fold > 0])
            rest = fold == 0
            bounded = intervals.Quantiles(trees, self.both[rest], truth[rest])
            return Learned(bounded, bounded, None, about)
        if name in (STEPWISE, NO_GENRES):
            return Learned(choice.scorer, final, None, {**about, "selected": list(final.features)})
        widths = intervals.split(self.outside(name), self.truth(self.both))
        about["interval"] = widths.as_dict()
        return Learned(choice.scorer, intervals.Banded(final, widths), None, about)

    def _learned_best(self, name: str) -> Learned:
        best, errors = self.best()
        final, first = self.final(best), self.choice(best).scorer
        said, truth = self.outside(best), self.truth(self.both)
        costs: dict[str, float] = {}
        if name == MONDRIAN:
            widths = intervals.mondrian(said, truth)
        else:
            halves = fold_of(self.both["artist"], 2, "method") == 0
            widths, costs = intervals.cheapest(said, truth, halves)
        about = {
            "chosen": best,
            **self.choice(best).settings,
            "validation_rmse": errors,
            "scalings_validation_rmse": dict(self.choice(RIDGE).tried),
            "selected": list(final.features),
            "interval": widths.as_dict(),
            "interval_costs": costs,
        }
        if name == BEST and len(self.validation) and self.task.is_served:
            wanted = self.truth(self.validation)
            about["permutation_importance"] = models.importance(first, self.validation, wanted)
        return Learned(first, intervals.Banded(final, widths), None, about)


def by_name(task: Task) -> dict[str, Learner]:
    """By name; those of one block fit no model twice."""
    fits: list[Fits] = []

    def learner(name: str) -> Learner:
        def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
            is_known = fits and fits[0].train is train and fits[0].validation is validation
            if not is_known:
                fits[:] = [Fits(task, train, validation)]
            return fits[0].learned(name)

        return learn

    def mean(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        value = float(pd.concat([train, validation])[task.label].mean())
        one = Formula(lambda rows: np.full(len(rows), value))
        return Learned(one, one)

    def by_artist(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        """A line through the popularity of the artist; where no row states it, the mean."""
        both = pd.concat([train, validation])
        column = next((one for one in ARTIST_COLUMNS if one in both), None)
        if column is None or not models.known(both, [column]):
            return mean(train, validation)
        truth = both[task.label].to_numpy(np.float64)
        middle = float(np.nanmedian(numbers(both[column])))

        def values(rows: pd.DataFrame) -> FloatArray:
            found = numbers(rows[column])
            return np.where(np.isnan(found), middle, found)

        slope, start = np.polyfit(values(both), truth, 1)
        one = Formula(lambda rows: start + slope * values(rows))
        return Learned(one, one)

    made = {name: learner(name) for name in NAMES if name not in BASELINES}
    return made | {MEAN: mean, ARTIST: by_artist}
