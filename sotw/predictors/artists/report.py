"""The page about artists: what is recommended and why, a map, how good it is, the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse.linalg import svds
from sklearn.manifold import TSNE

from sotw import extras, warehouse
from sotw.predictors.artists.people import idf_rows, tag_counts
from sotw.predictors.artists.predictor import COLD, COLD_KNOWN, MASKED, all_pairs, known_world
from sotw.predictors.artists.recommend import LEVEL, OTHERS
from sotw.predictors.presentation import OVER, by_model
from sotw.render import render
from sotw.report import page, plots
from sotw.report.parts import Part, Table, counted, listed, missing, percent
from sotw.warehouse import listeners

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sotw.predictors.artists.people import World
    from sotw.report.parts import Row
    from sotw.warehouse import Connection

TRAIN_HOW = "Run `sotw train artists`, then this report again."
EVALUATE_HOW = "Run `sotw evaluate artists`, then this report again."
CATALOGUE_HOW = "Import a table of sound features with `sotw ingest FILE`, then run `sotw build`."
TOP = 12
MAPPED = 260  # artists on the map
FACTORS = 24
SHOWN_TAGS = 3
SOUND = (
    "danceability",
    "energy",
    "loudness",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
)
_PLACES = ("says most", "says second", "says third", "all others", "level")


def write_report(con: Connection, folder: Path, *, listener: str | None, form: str) -> Path:
    """Write the page; without a listener it is about the catalogue and the models alone."""
    extras.require("plot", "the report")
    path = page.file_of(folder, "artists", form)
    own = listeners.ids(con).get(listener or "")
    rows, world = all_pairs(con), known_world(con)
    found = [] if own is None else _recommended(con, own)
    who = f" for {listener}" if own is not None else ""
    facts = {
        "people": f"{rows['person'].nunique():,}",
        "artists": f"{len(world.artists):,}",
        "pairs of them": f"{len(rows):,}",
    }
    groups = (
        ("hear", "What to hear next", tuple(_why(found, who))),
        ("map", "A map of artists", (_map(rows, world, own, found),)),
        ("model", "How good it is", tuple(_metrics(con))),
        ("catalogue", "The catalogue", (_heard_by(rows), *_sound(con))),
    )
    document = page.Document(
        "artists", f"Artists{who}", facts, groups, is_demo=warehouse.is_demo(con)
    )
    page.write(document, path)
    return path


def _recommended(con: Connection, listener_id: int) -> list[Row]:
    values = {"listener_id": listener_id}
    return warehouse.rows(con, render("report/recommended_artists.sql"), values)


# --- why -------------------------------------------------------------------------------------


def _why(found: list[Row], who: str) -> Iterator[Part]:
    key, title = "why", "What speaks for each"
    if not found:
        yield missing(key, title, f"Nothing is recommended{who} yet.", TRAIN_HOW, is_full=True)
        return
    bars: list[Row] = []
    lines = []
    for rank in range(1, TOP + 1):
        own = [row for row in found if row["rank"] == rank and row["feature"]]
        if not own:
            continue
        named = [row for row in own if row["feature"] not in (OTHERS, LEVEL)]
        rest = sum(row["contribution"] for row in own if row["feature"] == OTHERS)
        rest += sum(row["contribution"] for row in named[3:])
        level = sum(row["contribution"] for row in own if row["feature"] == LEVEL)
        name = f"{rank}. {own[0]['artist']}"
        said = [
            (place, row["feature"].removeprefix("artist "), row["contribution"])
            for place, row in zip(_PLACES, named[:3], strict=False)
        ]
        said += [(_PLACES[3], "all other known artists", rest), (_PLACES[4], "no artist's", level)]
        bars += [
            {"name": name, "part": place, "artist": whose, "adds": round(value, 3)}
            for place, whose, value in said
        ]
        because = ", ".join(row["feature"].removeprefix("artist ") for row in named[:3])
        lines.append((name, because, f"{own[0]['score']:.2f}"))
    first = found[0]
    names = [
        row["feature"].removeprefix("artist ")
        for row in found
        if row["rank"] == 1 and str(row["feature"]).startswith("artist ")
    ][:2]
    yield Part(
        key,
        title,
        f"{first['artist']} comes first, most of all because of {listed(names)}. Each bar adds up "
        "to the score: a sum of z-scores among the artists that are not known.",
        plot=plots.stacked(bars, "adds", "part", "adds to the score", _PLACES),
        table=Table(("artist", "because of", "score"), tuple(lines), texts=("because of",)),
        is_full=True,
    )


# --- map -------------------------------------------------------------------------------------


def embedding(world: World, rows: pd.DataFrame, factors: int = FACTORS) -> Any:  # noqa: ANN401
    """Artists in a space of tags: left singular vectors of positive pointwise mutual information.

    Returns:
        Shape (n_artists, at most factors), length 1; zeros for an artist without a tag.
    """
    counts = tag_counts(rows, world)[0].T.tocsr().astype(np.float64)
    total = counts.sum()
    if not total:
        return np.zeros((len(world.artists), 1))
    by_artist = np.asarray(counts.sum(axis=1)).ravel()
    by_tag = np.asarray(counts.sum(axis=0)).ravel()
    pairs = counts.tocoo()
    expected = by_artist[pairs.row] * by_tag[pairs.col]
    pairs.data = np.maximum(np.log(pairs.data * total / expected), 0)
    size = min(factors, min(pairs.shape) - 1)
    left, strength, _ = svds(pairs.tocsr(), k=size, random_state=42)
    found = left * np.sqrt(strength)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, length, out=np.zeros_like(found), where=length > 1e-9)


def _map(rows: pd.DataFrame, world: World, own: int | None, found: list[Row]) -> Part:
    key, title = "map", "Artists by their tags"
    places = embedding(world, rows)
    has_tags = np.abs(places).sum(axis=1) > 0
    people = np.bincount(world.columns(rows["artist_id"]), minlength=len(world.artists))
    named = {int(row["artist_id"]): row["rank"] for row in found if row["rank"] <= TOP}
    mine = rows[(rows["listener_id"] == own).to_numpy(bool, na_value=False)] if own else rows[:0]
    top = mine.nlargest(MAPPED // 4, "plays")["artist_id"].to_numpy(np.int64)
    order = np.argsort(-people * has_tags, kind="stable")
    first = [world.columns([*named, *top]), order[:MAPPED]]
    chosen = np.array(list(dict.fromkeys(int(one) for part in first for one in part)))[:MAPPED]
    chosen = chosen[has_tags[chosen]]
    if len(chosen) < 10:
        how = "Import tags of artists, such as HetRec's, with `sotw ingest FOLDER`."
        return missing(key, title, "Too few artists have tags.", how, is_full=True)
    spread = TSNE(
        metric="cosine", init="random", random_state=42, perplexity=min(20, len(chosen) // 4)
    ).fit_transform(places[chosen])
    known = set(mine["artist_id"].to_numpy(np.int64).tolist())
    counts, tags = tag_counts(rows, world)
    told = idf_rows(counts).tocsc()
    points: list[Row] = []
    for at, column in enumerate(chosen):
        artist = int(world.artists[column])
        kind = "recommended" if artist in named else "known" if artist in known else "other"
        weights = told[:, [int(column)]].toarray().ravel()
        words = [str(tags[n]) for n in np.argsort(-weights)[:SHOWN_TAGS] if weights[n] > 0]
        points.append(
            {
                "x": round(float(spread[at, 0]), 2),
                "y": round(float(spread[at, 1]), 2),
                "artist": str(world.names[column]),
                "kind": kind,
                "label": str(world.names[column]) if kind == "recommended" or at % 17 == 0 else "",
                "tags": ", ".join(words),
                "people": int(people[column]),
            }
        )
    count = {kind: sum(one["kind"] == kind for one in points) for kind in ("known", "recommended")}
    return Part(
        key,
        title,
        f"{counted(len(points), 'artist')}, near each other where their tags are alike: "
        f"{count['recommended']} recommended, {count['known']} known. Point at one for its tags.",
        plot=plots.scatter(points, ("recommended", "known", "other")),
        is_full=True,
    )


# --- how good --------------------------------------------------------------------------------


def _metrics(con: Connection) -> Iterator[Part]:
    query = "from ml.metrics where predictor = 'artists' and split = ? order by run_id desc, rowid"
    for split, title, metrics, how in (
        (MASKED, "Hidden artists found", ("ndcg_at_10",), TRAIN_HOW),
        (COLD, "With few artists known", tuple(f"ndcg_at_10_knowing_{n}" for n in COLD_KNOWN),
         EVALUATE_HOW),
    ):  # fmt: skip
        every = warehouse.rows(con, query, [split])
        rows = [row for row in every if row["run_id"] == every[0]["run_id"]]
        rows = [row for row in rows if row["cohort"] == "all"]
        if not rows:
            yield missing(split, title, "It is not measured yet.", how)
            continue
        for metric in metrics:
            yield _metric(split, title, metric, rows)
    rows = [
        row
        for row in warehouse.rows(con, query, [MASKED])
        if row["is_default"] and OVER not in row["metric"] and row["cohort"] == "all"
    ]
    if rows:
        newest = {row["metric"]: row for row in reversed(rows)}
        yield _beyond(newest)


def _metric(split: str, title: str, metric: str, rows: list[Row]) -> Part:
    shown: list[Row] = [
        {
            "name": model,
            "value": one[metric]["value"],
            "low": one[metric]["low"],
            "high": one[metric]["high"],
            "own": bool(one[metric]["is_default"]),
            "few": False,
        }
        for model, one in by_model(rows).items()
        if metric in one
    ]
    shown.sort(key=lambda row: -row["value"])
    best = shown[0]
    known = metric.rpartition("_")[2]
    about = "" if split == MASKED else f" of whom {counted(int(known), 'artist')} are known"
    n = max(row["n"] for row in rows)
    return Part(
        f"{split}_{metric}",
        title if split == MASKED else f"{title}: {known}",
        f"Of {counted(n, 'person', 'people')}{about}, NDCG@10 is largest with {best['name']}: "
        f"{best['value']:.3f} (95\u00a0% interval {best['low']:.3f} to {best['high']:.3f}).",
        plot=plots.intervals(shown, "NDCG@10", form=".2f"),
    )


def _beyond(found: dict[str, Row]) -> Part:
    def value(name: str) -> float:
        return float(found[name]["value"]) if name in found else float("nan")

    names = [f"{name}_at_{k}" for k in (10, 20) for name in ("ndcg", "precision", "recall", "map")]
    names += [f"ndcg_at_10_quantile_{share}" for share in (25, 50, 75)]
    names += ["coverage_at_10", "novelty_bits_at_10", "popularity_lift_at_10"]
    lines = [
        (
            name.replace("_", " "),
            f"{found[name]['value']:.3f}",
            ""
            if found[name]["low"] is None
            else f"[{found[name]['low']:.3f}, {found[name]['high']:.3f}]",
        )
        for name in names
        if name in found
    ]
    return Part(
        "beyond",
        "What a list does not say of itself",
        f"In ten, {percent(value('share_with_a_hit_at_10'))} of the people get an artist right; "
        f"the lists name {percent(value('coverage_at_10'))} of all artists, and a quarter of the "
        f"people has an NDCG@10 below {value('ndcg_at_10_quantile_25'):.2f}, a quarter above "
        f"{value('ndcg_at_10_quantile_75'):.2f}.",
        table=Table(("metric", "value", "95 % interval"), tuple(lines)),
    )


# --- catalogue (SYSTEMS C.6) -----------------------------------------------------------------


def _heard_by(rows: pd.DataFrame) -> Part:
    people = rows.groupby("artist_id").size().to_numpy()
    edges = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
    shown: list[Row] = [
        {
            "name": str(low) if high == low + 1 else f"{low}–{high - 1}",
            "artists": int(((people >= low) & (people < high)).sum()),
        }
        for low, high in zip(edges, [*edges[1:], int(people.max()) + 1], strict=True)
        if high > low
    ]
    alone = float((people == 1).mean())
    return Part(
        "heard_by",
        "How many people play an artist",
        f"{percent(alone)} of {counted(len(people), 'artist')} are played by one person; the most "
        f"played by {int(people.max()):,}.",
        plot=plots.columns(shown, "artists", "artists", x_title="people"),
    )


def _sound(con: Connection) -> Iterator[Part]:
    table = pd.DataFrame(
        warehouse.rows(con, render("report/artist_sound.sql", numbers=SOUND)),
        columns=["catalogue", *SOUND],
    )
    if table.empty:
        how = ("sound", "How the artists sound", "No catalogue says how they sound.", CATALOGUE_HOW)
        yield missing(*how, is_full=True)
        return
    for number, (catalogue, own) in enumerate(table.groupby("catalogue", sort=True)):
        values = own[list(SOUND)].astype(float)
        quarter, half, most = (values.quantile(share) for share in (0.25, 0.5, 0.75))
        reach = 1.5 * (most - quarter)
        low, high = quarter - reach, most + reach
        outside = ((values < low) | (values > high)).mean()
        lines = tuple(
            (
                name,
                percent(float(values[name].isna().mean())),
                f"{values[name].mean():.3g}",
                *(f"{one[name]:.3g}" for one in (quarter, half, most)),
                percent(float(outside[name])),
            )
            for name in SOUND
        )
        heads = (
            "feature",
            "missing",
            "mean",
            "lower quarter",
            "median",
            "upper quarter",
            "outside",
        )
        links = values.corr().to_numpy()
        pairs: list[Row] = [
            {"one": one, "other": other, "value": round(float(links[row, column]), 3)}
            for row, one in enumerate(SOUND)
            for column, other in enumerate(SOUND)
            if np.isfinite(links[row, column])
        ]
        apart = [row for row in pairs if row["one"] < row["other"]]
        widest = max(apart, key=lambda row: abs(row["value"]), default=None)
        said = (
            f"; {widest['one']} and {widest['other']} go together most (r = {widest['value']:+.2f})"
            if widest
            else ""
        )
        yield Part(
            f"sound_{number}",
            f"How the artists sound: {catalogue}",
            f"{counted(len(own), 'artist')}{said}. Outside: more than 1.5 times the middle half's "
            "width beyond it.",
            plot=plots.heat(pairs, SOUND, "r"),
            table=Table(heads, lines),
            is_full=True,
        )
