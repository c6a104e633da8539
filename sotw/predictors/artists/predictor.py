"""The recommendation of artists as learning takes it: whose plays, what is held out, what counts.

The masked split (BENCHMARKS 2): people in the order of their numbers; one generator a seed; of each
person with at least five artists a permutation of them (by artist_id) drawn independently; the
first 20 % are the test, and 20 % of the rest, by a second generator, choose. What is known is
never recommended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw import extras
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.metrics import lists
from sotw.learning.protocol import Block, Part, Predictor, Task, Traits
from sotw.predictors.artists import models, recommend
from sotw.predictors.artists.people import World, tag_counts
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray
    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learner, Scored
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MART = "marts.training_artists"
SEEDS = (42, 43, 44)
SHARE = 0.2
MIN_ARTISTS = 5  # of a person of whom some are held out
MIN_PEOPLE = 20  # with fewer there is nothing to learn from
INNER = 1000  # added to a seed for what chooses
MASKED, COLD, TEMPORAL = "masked", "cold_start", "temporal"
# Of a log: at which shares of its months it is cut, and how many months after are looked at.
CUTS, AHEAD, MIN_MONTHS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9), 6, 8
COLD_PEOPLE = 200
COLD_KNOWN = (1, 3, 5, 10)
COLD_MIN_ARTISTS = 12
KEPT = 100
EXPLAINED = 20
MIN_GENRE = 100  # artists that a tag must be on to count as a genre of calibration
DEFAULT = "blend"
SINGLE = ("ease_tags", "als", "ease", "item_knn", "tag_cosine", "popularity")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistTask(Task):
    """The whole of what is known, and one seed of its splits.

    Attributes:
        world: Artists, tags, and the neighbours of an artist.
        seed: Of the splits.
    """

    world: World
    seed: int


class Artists:
    """What to hear next, and why: artists that people like you play and you do not know."""

    traits = Traits(
        name="artists",
        mart=MART,
        entity=("person", "artist_id"),
        keys=("listener_id", "artist_id"),
        models=(DEFAULT, *SINGLE),
        ties=("artist_id",),
        explained=EXPLAINED,
        kept=KEPT,
        splits=(MASKED, COLD, TEMPORAL),
        parts=(),
        baselines=("popularity",),
        compared=(
            "ndcg_at_10",
            "recall_at_20",
            *(f"ndcg_at_10_knowing_{known}" for known in COLD_KNOWN),
        ),
        refits=True,
        extras={DEFAULT: "recommend", "als": "recommend"},
        constants={
            "ease": models.EASE,
            "ease_tags": models.EASE_TAGS,
            "als": models.ALS,
            "item_knn": models.KNN,
            "mixes": [[least, mix] for least, mix in recommend.BY_KNOWN],
            "seeds": SEEDS,
            "share": SHARE,
            "min_artists": MIN_ARTISTS,
            "bootstrap_draws": lists.DRAWS,
        },
        libraries=("implicit", "scipy"),
    )

    def tasks(self, con: Connection, _: Settings, __: Any) -> list[ArtistTask]:  # noqa: ANN401
        """One, and for the evaluation two more draws of its split."""
        world = known_world(con)
        key = {"task": "recommendation", "target": "artist", "listener_id": None}
        return [
            ArtistTask(
                name=f"artists, seed {seed}",
                key=key,
                label="is_given",
                group=("person",),
                cohort="all" if seed == SEEDS[0] else f"seed {seed}",
                is_served=seed == SEEDS[0],
                about={"seed": seed},
                world=world,
                seed=seed,
            )
            for seed in SEEDS
        ]

    def rows(self, con: Connection, _: ArtistTask) -> pd.DataFrame:
        """Everybody's plays by artist."""
        rows = all_pairs(con)
        if (people := rows["person"].nunique()) < MIN_PEOPLE:
            raise SotwError(
                f"{people} people with plays, {MIN_PEOPLE} are needed to learn who plays what "
                "together. Import the plays of others, such as HetRec 2011 Last.fm 2K, with "
                "`sotw ingest FOLDER`, then run `sotw build`."
            )
        return rows

    def blocks(self, rows: pd.DataFrame, task: ArtistTask, split: str) -> list[Block]:
        """The masked split; people set apart of whom only the top artists are known; real logs."""
        if split == MASKED:
            return [masked(rows, task.seed)]
        if not task.is_served:
            return []
        found = cold_start(rows, task.seed) if split == COLD else temporal(rows, task.world.months)
        return [found] if found else []

    def learners(self, task: ArtistTask) -> Mapping[str, Learner]:
        """The blend and its models, fitted once where they are of the same rows."""
        shared: dict[Any, Any] = {}
        mixes: dict[str, Any] = {DEFAULT: recommend.BY_KNOWN}
        mixes |= {name: ((0, {name: 1.0}),) for name in SINGLE}
        return {name: recommend.learner(task.world, mix, shared) for name, mix in mixes.items()}

    def serving(self, _: pd.DataFrame, __: ArtistTask) -> tuple[str, ...]:
        """The blend, beside all others; without the library of ALS what needs none."""
        if not extras.is_installed("recommend"):
            return tuple(name for name in SINGLE if name != "als")
        return (DEFAULT, *SINGLE)

    def metrics(self, part: Part, scored: Scored, task: ArtistTask) -> list[Measure]:
        """Of one list a person: right answers, and what they do not see."""
        assert scored.best is not None
        rows, world = part.rows, task.world
        cases = rows["case"].to_numpy(np.int64)
        given = rows["is_given"].to_numpy(bool)
        columns = world.columns(rows["artist_id"])
        count = int(cases.max()) + 1
        hits, relevant = right(rows, scored.best, world)
        if "known" in rows:
            known = np.zeros(count, dtype=np.int64)
            known[cases] = rows["known"]
            return [
                one
                for n in COLD_KNOWN
                for one in lists.accuracy(hits[known == n], relevant[known == n], f"_knowing_{n}")
            ]
        people = np.bincount(columns[given], minlength=len(world.artists)).astype(np.float64)
        played = np.maximum(np.bincount(cases[given], minlength=count), 1)
        total = np.bincount(cases[given], people[columns[given]], count)
        heard = np.asarray(total / played, dtype=np.float64)
        return [
            *lists.accuracy(hits, relevant),
            *lists.beyond_accuracy(
                _by_case(rows, scored.best),
                heard,
                people,
                count,
                _genres(rows[given], cases[given], world, count),
            ),
        ]

    def to_predict(self, rows: pd.DataFrame, task: ArtistTask, _: Block) -> pd.DataFrame:
        """For each listener here every artist there is; what is known is marked as given."""
        return candidates(rows[rows["listener_id"].notna()], task.world)


def right(rows: pd.DataFrame, best: IntArray, world: World) -> tuple[BoolArray, IntArray]:
    """By case and place whether a list is right, and how many right answers each case has.

    Args:
        rows: With case, artist_id and is_given; what is not given is sought.
        best: The list of each row's case.
        world: For the columns.
    """
    lines = _by_case(rows, best)
    cases, count = rows["case"].to_numpy(np.int64), len(lines)
    is_sought = ~rows["is_given"].to_numpy(bool)
    width = len(world.artists) + 1
    keys = cases * width + world.columns(rows["artist_id"])
    asked = np.arange(count)[:, None] * width + lines
    hits = np.isin(asked, keys[is_sought]) & (lines >= 0)
    return hits, np.bincount(cases[is_sought], minlength=count)


def _by_case(rows: pd.DataFrame, best: IntArray) -> IntArray:
    cases = rows["case"].to_numpy(np.int64)
    found = np.full((int(cases.max()) + 1, best.shape[1]), -1, dtype=np.int64)
    found[cases] = best
    return found


def all_pairs(con: Connection) -> pd.DataFrame:
    """The mart in one order."""
    query = f"from {MART} order by length(person), person, artist_id"
    found = mart_rows.read(con, query, [], ("listener_id", "artist_id", "person"))
    return found.astype({"listener_id": "Int64"})


def known_world(con: Connection) -> World:
    """Artists, their names and tags, as the warehouse has them."""
    query = f"select distinct artist_id from {MART} order by artist_id"
    artists = np.array([one for (one,) in con.execute(query).fetchall()], dtype=np.int64)
    shown = con.execute("select artist_id, artist_name from core.dim_artists").fetchall()
    by_id = dict(shown)
    names = np.array([by_id.get(int(one), str(one)) for one in artists], dtype=object)
    tags = mart_rows.read(con, render("score/artist_tags.sql"), [], ("artist_id", "person"))
    tags = tags.assign(
        artist=np.searchsorted(artists, tags["artist_id"].to_numpy(np.int64)),
        is_played=tags["is_played"].to_numpy(np.float64) > 0,
    )
    months = con.execute(render("score/artist_months.sql")).df()
    return World(artists, names, tags, _similar(con), months)


def _similar(con: Connection) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def similar(weighted: pd.DataFrame) -> pd.DataFrame:
        con.register("weighted_plays", weighted)
        found = con.execute(render("score/similar_artists.sql"), models.KNN).df()
        con.unregister("weighted_plays")
        return found

    return similar


def masked(rows: pd.DataFrame, seed: int) -> Block:
    """A share of each person's artists held out, and a share of the others to choose on."""
    is_test = held_out(rows, seed)
    rest = rows[~is_test]
    is_validation = held_out(rest, seed + INNER)
    return Block(Part(rest[~is_validation]), Part(rest[is_validation]), asked(rows, ~is_test))


def held_out(rows: pd.DataFrame, seed: int) -> BoolArray:
    """Of each person with enough artists a random share of them."""
    random = np.random.default_rng(seed)
    found = np.zeros(len(rows), dtype=np.bool_)
    people, _ = pd.factorize(rows["person"])
    starts = np.flatnonzero(np.diff(people, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(rows)], strict=True):
        if (count := stop - start) >= MIN_ARTISTS:
            found[start + random.permutation(count)[: round(SHARE * count)]] = True
    return found


def cold_start(rows: pd.DataFrame, seed: int) -> Block | None:
    """Some people nobody learns from: known are their most played 1, 3, 5 or 10 artists.

    Null where there are too few people.
    """
    sizes = rows.groupby("person", sort=True).size()
    many = sizes.index[sizes >= COLD_MIN_ARTISTS].to_numpy()
    count = min(COLD_PEOPLE, len(many) // 5)
    if not count:
        return None
    apart = np.random.default_rng(seed).permutation(many)[:count]
    is_apart = rows["person"].isin(apart).to_numpy(bool)
    own = rows[is_apart].sort_values(
        ["person", "plays", "artist_id"], ascending=[True, False, True]
    )
    place = own.groupby("person").cumcount().to_numpy()
    parts = [
        own.assign(case=pd.factorize(own["person"])[0] + number * count, known=known).assign(
            is_given=place < known
        )
        for number, known in enumerate(COLD_KNOWN)
    ]
    test = pd.concat(parts, ignore_index=True)
    groups = test[["case", "person", "known"]].drop_duplicates(ignore_index=True)
    return Block(Part(rows[~is_apart]), Part(rows.head(0)), Part(test, groups))


def temporal(rows: pd.DataFrame, months: pd.DataFrame) -> Block | None:
    """Logs cut at an instant: known is what was played before, sought what is new soon after.

    Learned is from neighbours alone, and only artists that they play are sought. Null where no log
    is long enough.

    Args:
        rows: Of the mart.
        months: ``World.months``.
    """
    neighbours = rows[rows["listener_id"].isna()]
    parts: list[pd.DataFrame] = []
    for listener, log in months.groupby("listener_id", sort=True):
        first, last = int(log["month_number"].min()), int(log["month_number"].max())
        if last - first + 1 < MIN_MONTHS:
            continue
        for share in CUTS:
            cut = first + round(share * (last - first + 1))
            before = log[log["month_number"] < cut].groupby("artist_id")["plays"].sum()
            after = log[log["month_number"].between(cut, cut + AHEAD - 1)]
            new = after[~after["artist_id"].isin(before.index)].groupby("artist_id")["plays"].sum()
            new = new[new.index.isin(neighbours["artist_id"])]
            if before.empty or new.empty:
                continue
            both = pd.concat([before, new]).rename("plays").reset_index()
            is_given = np.arange(len(both)) < len(before)
            parts.append(
                both.assign(
                    person=f"listener {listener}, {share:.0%}", is_given=is_given, case=len(parts)
                )
            )
    if not parts:
        return None
    test = pd.concat(parts, ignore_index=True)
    groups = test[["case", "person"]].drop_duplicates(ignore_index=True)
    return Block(Part(neighbours), Part(rows.head(0)), Part(test, groups))


def asked(rows: pd.DataFrame, is_given: BoolArray) -> Part:
    """All rows of the people of whom something is held out."""
    people = rows["person"].isin(rows.loc[~is_given, "person"]).to_numpy(bool)
    test = rows[people].assign(is_given=is_given[people])
    test["case"] = pd.factorize(test["person"])[0]
    return Part(test, test[["case", "person"]].drop_duplicates(ignore_index=True))


def candidates(known: pd.DataFrame, world: World) -> pd.DataFrame:
    """What people know, and every other artist there is."""
    parts = []
    for case, (_, own) in enumerate(known.groupby("person", sort=True)):
        others = world.artists[~np.isin(world.artists, own["artist_id"].to_numpy(np.int64))]
        both = pd.DataFrame(
            {
                "person": own["person"].iloc[0],
                "listener_id": own["listener_id"].iloc[0],
                "artist_id": np.concatenate([own["artist_id"].to_numpy(np.int64), others]),
                "plays": np.concatenate([own["plays"].to_numpy(), np.zeros(len(others))]),
                "is_given": np.arange(len(own) + len(others)) < len(own),
                "case": case,
                "split": "new",
            }
        )
        parts.append(both)
    return pd.concat(parts, ignore_index=True) if parts else known.assign(split="new")


def _genres(
    given: pd.DataFrame,
    cases: IntArray,
    world: World,
    count: int,
) -> tuple[FloatArray, Any]:
    """Shares of the frequent tags of what each person knew, and of each artist."""
    table, _ = tag_counts(given, world)
    table = table[np.diff(table.indptr) >= MIN_GENRE]
    of_artist = np.asarray(table.toarray().T, dtype=np.float32)
    of_artist /= np.maximum(of_artist.sum(axis=1, keepdims=True), 1)
    known = np.zeros((count, of_artist.shape[1]))
    np.add.at(known, cases, of_artist[world.columns(given["artist_id"])])
    known /= np.maximum(known.sum(axis=1, keepdims=True), 1e-12)
    return known, of_artist


PREDICTOR: Predictor[ArtistTask] = Artists()
