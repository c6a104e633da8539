"""The popularity of a catalogue's tracks as learning takes it: whose rows, how they are parted.

Two tasks. ``untrimmed_grouped``, the default: no row is left out for its target, every song once,
no artist on both sides. ``system_e`` does as system E did (system_e.py), to be compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.metrics.numbers import DRAWS, measure_numbers
from sotw.learning.protocol import Block, Part, Predictor, Task, Traits, option
from sotw.predictors.popularity import boosting, contract, learners, of_file, system_e
from sotw.predictors.popularity.models import SYSTEM_E, UNTRIMMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learner, Scored
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MART = "marts.training_popularity"
LABEL = "popularity"
KEYS = ("catalogue", "track_id", "artist_id", "catalogue_row_id", "line", "is_song_again", LABEL)
FOLDS = 5
MIN_TRACKS, MIN_ARTISTS = 100, 20
EXPLAINED = 100


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked of the popularity of tracks."""

    task: Literal["untrimmed_grouped", "system_e", "both"] = option(
        UNTRIMMED,
        "How rows are parted: honestly, as system E did, or side by side.",
        "train",
        "evaluate",
    )
    catalogue: str | None = option(None, "Whose model; needed where several are trained.", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueTask(Task):
    """The tracks of a catalogue, parted in one way.

    Attributes:
        refusal: Why nothing is learned from it, where the settings are strict; else empty.
    """

    refusal: str = ""


class TrackPopularity:
    """How popular a track of a catalogue is, 0 to 100, with a 95 % interval."""

    traits = Traits(
        name="popularity",
        mart=MART,
        entity=("catalogue", "track_id"),
        keys=("track_id", "artist_id"),
        models=learners.NAMES,
        options=Options,
        explained=EXPLAINED,
        splits=("test", "grouped", "holdout"),
        baselines=learners.BASELINES,
        compared=("r_squared", "rmse", "mae"),
        is_personal=False,
        extras={
            **{name: "stats" for name in learners.NAMES if name not in learners.BASELINES},
            **dict.fromkeys(learners.TREES, "boost"),
        },
        of_file=of_file.SCORING,
        documents=contract.documents,
        constants={
            "min_tracks": MIN_TRACKS,
            "folds": FOLDS,
            "boosting": boosting.BOOSTING,
            "forest": boosting.FOREST,
            "bootstrap_draws": DRAWS,
        },
        libraries=("statsmodels", "mapie", "crepes", "xgboost-cpu", "xgboost"),
    )

    def tasks(self, con: Connection, settings: Settings, options: Options) -> list[CatalogueTask]:
        """One for each catalogue whose tracks have a popularity."""
        wanted = (UNTRIMMED, SYSTEM_E) if options.task == "both" else (options.task,)
        features = tuple(one for one in mart_rows.columns(con, MART) if one not in KEYS)
        query = "select distinct catalogue from core.fct_catalogue_rows order by catalogue"
        abouts = {name: _about(con, name) for (name,) in con.execute(query).fetchall()}
        found = [
            CatalogueTask(
                name=catalogue if len(wanted) == 1 else f"{catalogue}, {task}",
                key={"task": task, "target": LABEL, "catalogue": catalogue},
                features=features if task == UNTRIMMED else system_e.features(),
                label=LABEL,
                group=("artist",),
                is_served=options.task != "both" or task == UNTRIMMED,
                about=abouts[catalogue] | {"catalogue": catalogue},
                refusal=_refusal(catalogue, abouts[catalogue]) if settings.is_strict else "",
            )
            for catalogue in abouts
            for task in wanted
        ]
        if not found:
            raise SotwError(
                "popularity: no catalogue of tracks is imported. Import a table with artist, "
                "track, popularity and audio features with `sotw ingest FILE`, then `sotw build`."
            )
        return found

    def rows(self, con: Connection, task: CatalogueTask) -> pd.DataFrame:
        """The tracks of a catalogue once each; of system E all its rows, as it left them.

        Raises:
            SotwError: There are too few, or the contract is strict and broken.
        """
        if task.refusal:
            raise SotwError(task.refusal)
        catalogue = task.key["catalogue"]
        if task.key["task"] == SYSTEM_E:
            query = "from core.fct_catalogue_rows where catalogue = ? order by catalogue_row_id"
            stated = mart_rows.read(con, query, [catalogue], ("catalogue_row_id",))
            stated = stated[stated[LABEL].notna()].reset_index(drop=True)
            _refuse_too_few(len(stated), stated["artist_key"].nunique(), catalogue)
            prepared = system_e.as_system_e(stated)
            return prepared.assign(artist=prepared["artist_key"])
        query = f"from {MART} where catalogue = ? order by track_id"
        keys = ("track_id", "artist_id", "catalogue_row_id")
        found = mart_rows.read(con, query, [catalogue], keys)
        known = found[found[LABEL].notna()]
        _refuse_too_few(len(known), known["artist_id"].nunique(), catalogue)
        return found.assign(artist=found["artist_id"])

    def blocks(self, rows: pd.DataFrame, task: CatalogueTask, split: str) -> list[Block]:
        """Every fifth of the artists in turn, or system E's test and holdout rows."""
        if task.key["task"] == SYSTEM_E:
            part = rows[system_e.PART]
            measured = {"test": system_e.TEST, "holdout": system_e.HOLDOUT}.get(split)
            if measured is None:
                return []
            train = rows[part == system_e.TRAIN]
            return [Block(Part(train), Part(rows[:0]), Part(rows[part == measured]))]
        known = rows[rows[LABEL].notna()]
        fold = learners.fold_of(known["artist"], FOLDS, "test")
        tested = {"test": [0], "grouped": [*range(FOLDS)]}.get(split, [])
        return [_fold(known, fold, one) for one in tested]

    def learners(self, task: CatalogueTask) -> Mapping[str, Learner]:
        """The models of learners.py."""
        return learners.by_name(task)

    def serving(self, rows: pd.DataFrame, task: CatalogueTask) -> tuple[str, ...]:
        """The best on validation rows, stepwise least squares as system E had it, baselines."""
        if task.key["task"] == SYSTEM_E:
            return (learners.STEPWISE, learners.NO_GENRES, *learners.BASELINES)
        return (learners.BEST, learners.STEPWISE, *learners.BASELINES)

    def metrics(self, part: Part, scored: Scored, task: CatalogueTask) -> list[Measure]:
        """How far off, and how often within the interval; artists are drawn again."""
        groups = pd.factorize(part.rows["artist"])[0].astype(np.int64)
        truth = part.rows[LABEL].to_numpy(np.float64)
        return measure_numbers(truth, scored.score, groups, low=scored.low, high=scored.high)

    def to_predict(self, rows: pd.DataFrame, task: CatalogueTask, block: Block) -> pd.DataFrame:
        """Every track; what has no popularity is new."""
        if task.key["task"] == SYSTEM_E:
            return rows[:0].assign(split="")
        split = pd.Series("new", index=rows.index, dtype=object)
        for name, part in (
            ("train", block.train),
            ("validation", block.validation),
            ("test", block.test),
        ):
            split[part.rows.index] = name
        return rows.assign(split=split)


def _fold(rows: pd.DataFrame, fold: Any, tested: int) -> Block:  # noqa: ANN401 - an array
    validated = (tested + 1) % FOLDS
    is_left = (fold != tested) & (fold != validated)
    return Block(Part(rows[is_left]), Part(rows[fold == validated]), Part(rows[fold == tested]))


def _about(con: Connection, catalogue: str) -> dict[str, Any]:
    """What of a catalogue is not learned from, for the run and whoever reads it."""
    query = (
        "select field from core.fct_catalogue_columns where catalogue = ? and is_set_aside_column"
    )
    aside = [
        one["field"] for one in warehouse.rows(con, f"{query} order by field_place", [catalogue])
    ]
    query = "select count(*) from core.fct_catalogue_sound where catalogue = ? and not is_sound_row"
    [(broken,)] = con.execute(query, [catalogue]).fetchall()
    query = "select count(*) from core.fct_catalogue_rows where catalogue = ? and song_row_rank > 1"
    [(again,)] = con.execute(query, [catalogue]).fetchall()
    return {"rows_broken": broken, "songs_again": again, "columns_set_aside": ", ".join(aside)}


def _refusal(catalogue: str, about: Mapping[str, Any]) -> str:
    """Why a catalogue is not used under a strict contract; empty where it keeps it."""
    if not about["rows_broken"]:
        return ""
    return (
        f"{catalogue}: {about['rows_broken']:,} rows break the contract, and sotw.toml is strict. "
        'See core.fct_catalogue_faults; catalogue_contract = "lenient" leaves them out.'
    )


def _refuse_too_few(tracks: int, artists: int, catalogue: str) -> None:
    if tracks < MIN_TRACKS or artists < MIN_ARTISTS:
        raise SotwError(
            f"{catalogue}: {tracks} tracks of {artists} artists keep the contract and state their "
            f"popularity; {MIN_TRACKS} of {MIN_ARTISTS} are needed. See marts.data_quality."
        )


PREDICTOR: Predictor[CatalogueTask] = TrackPopularity()
