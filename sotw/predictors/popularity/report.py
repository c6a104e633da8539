"""The page about popularity: what was said against what is, where it fails, and by what.

All of it is of tracks whose artists the model did not know, but for the features' own entanglement.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.metrics.numbers import DECILES, deciles
from sotw.predictors.popularity import contract, models
from sotw.predictors.popularity.models import UNTRIMMED
from sotw.predictors.popularity.predictor import KEYS, MART
from sotw.predictors.presentation import by_model
from sotw.render import render
from sotw.report import page, plots
from sotw.report.parts import Part, Table, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.encoding import FloatArray
    from sotw.report.parts import Row
    from sotw.settings import Settings
    from sotw.warehouse import Connection

WORDS = {
    "rmse": "RMSE",
    "mae": "MAE",
    "mape": "MAPE %",
    "coverage_95": "held",
    "width_95": "width",
}
BY_TENTHS = {"": "what it is", "said_": "what is said"}
LEVEL, TARGETED = 0.95, 0.01  # the share meant to be held, and how far from it a tenth may be
MOST_POINTS = 1500
TOP_FEATURES = 15
ENTANGLED = 10.0  # from this variance inflation on a coefficient says little by itself
SURE = 0.05


def write_report(con: Connection, folder: Path, form: str, settings: Settings) -> Path:
    """Write the page, and the contract of the catalogues beside it.

    Raises:
        SotwError: An extra is missing, or nothing is trained.
    """
    extras.require("plot", "the report")
    extras.require("stats", "the report about popularity")
    path = page.file_of(folder, "popularity", form)
    query = "from ml.models where predictor = 'popularity' and task = ? and is_default"
    found = {
        row["catalogue"]: row
        for row in warehouse.rows(con, query + " order by run_id", [UNTRIMMED])
    }
    if not found:
        raise SotwError("popularity: nothing is trained yet. Run `sotw train popularity`.")
    groups = tuple(
        (f"catalogue_{place}", name, tuple(_parts(con, place, name, found[name])))
        for place, name in enumerate(sorted(found), start=1)
    )
    kept = contract.contract(con, is_strict=settings.is_strict)
    page.write_beside(contract.documents(con, settings), path.with_suffix(""))
    facts = {
        "what": "popularity of a track, 0 to 100, as its catalogue states it; no track is left out "
        "for it",
        "measured on": "a fifth of the artists, of whom nothing was learned",
        "contract": f"{kept['result']}; popularity.contract.html says what breaks it",
        "run": ", ".join(sorted({row["run_id"] for row in found.values()})),
    }
    document = page.Document(
        "popularity", "Popularity of tracks", facts, groups, is_demo=warehouse.is_demo(con)
    )
    page.write(document, path)
    return path


def _parts(con: Connection, place: int, catalogue: str, model: Mapping[str, Any]) -> Iterator[Part]:
    rows = warehouse.rows(con, render("report/popularity_tested.sql"), {"catalogue": catalogue})
    if not rows:
        how = "Run `sotw train popularity`, then this report again."
        yield Part(
            f"said_{place}", "Said against what is", f"Nothing is predicted. {how}", is_missing=True
        )
        return
    truth, said, low, high = (
        np.array([row[name] for row in rows], dtype=np.float64)
        for name in ("truth", "said", "low", "high")
    )
    chosen = json.loads(model["hyperparameters"])
    query = "from ml.metrics where run_id = ? and predictor = 'popularity' and catalogue = ?"
    metrics = warehouse.rows(
        con, f"{query} and split = 'test' order by rowid", [model["run_id"], catalogue]
    )
    yield _metrics(place, metrics, chosen)
    yield _against(place, rows, truth, said)
    yield _residuals(place, rows, truth, said)
    yield _normality(place, truth - said)
    yield _importance(place, chosen)
    yield _coverage(place, truth, said, low, high, metrics)
    yield _scalings(place, chosen)
    yield _inflation(place, con, catalogue)


def _points(rows: Sequence[Row], x: FloatArray, y: FloatArray) -> list[Row]:
    """A picture of some thousand points says no more: every n-th is drawn."""
    step = max(1, -(-len(rows) // MOST_POINTS))
    return [
        {"x": round(float(x[n]), 2), "y": round(float(y[n]), 2), "name": _name(rows[n])}
        for n in range(0, len(rows), step)
    ]


def _name(row: Row) -> str:
    return f"{row['artist_name']} - {row['track_name']}"


def _against(place: int, rows: Sequence[Row], truth: FloatArray, said: FloatArray) -> Part:
    error = truth - said
    r_squared = 1 - (error**2).sum() / ((truth - truth.mean()) ** 2).sum()
    far = int(np.argmax(np.abs(error)))
    return Part(
        f"against_{place}",
        "What is said against what is",
        f"Of {counted(len(rows), 'track')} {r_squared:.0%} of the differences are explained; what "
        f"is said spans {said.min():.0f} to {said.max():.0f}, what is {truth.min():.0f} to "
        f"{truth.max():.0f}. Farthest off: {_name(rows[far])}, said {said[far]:.0f}, is "
        f"{truth[far]:.0f}.",
        plot=plots.along(
            _points(rows, said, truth),
            "said",
            "is",
            line=_ends(float(said.min()), float(said.max()), 1),
        ),
    )


def _ends(first: float, last: float, slope: float) -> list[Row]:
    return [{"x": first, "y": slope * first}, {"x": last, "y": slope * last}]


def _metrics(place: int, metrics: Sequence[Row], chosen: Mapping[str, Any]) -> Part:
    found = by_model(metrics)
    names = {"r_squared": "R²", **WORDS}
    lines = [
        (model, *(_cell(one.get(name), name) for name in names)) for model, one in found.items()
    ]
    errors = ", ".join(f"{name} {error:.2f}" for name, error in chosen["validation_rmse"].items())
    return Part(
        f"metrics_{place}",
        "How good, beside the baselines",
        f"Chosen on validation rows by RMSE: {chosen['chosen']} ({errors}).",
        table=Table(("model", *names.values()), tuple(lines)),
        is_full=True,
    )


def _cell(row: Mapping[str, Any] | None, name: str) -> str:
    if row is None or row["value"] is None:
        return "-"
    form = ".3f" if name in ("r_squared", "coverage_95") else ".1f"
    if row["low"] is None or name not in ("r_squared", "mae", "coverage_95"):
        return f"{row['value']:{form}}"
    return f"{row['value']:{form}} [{row['low']:{form}}, {row['high']:{form}}]"


def _residuals(place: int, rows: Sequence[Row], truth: FloatArray, said: FloatArray) -> Part:
    """Whether errors are larger where more or less is said (Breusch and Pagan 1979)."""
    from statsmodels.stats.diagnostic import het_breuschpagan

    error = truth - said
    _, p, *_ = het_breuschpagan(error, np.column_stack([np.ones(len(said)), said]))
    fifth = np.argsort(said, kind="stable")
    size = max(1, len(said) // 5)
    least, most = error[fifth[:size]].std(), error[fifth[-size:]].std()
    verdict = (
        f"errors are not equally large everywhere (p {_p(p)})"
        if p < SURE
        else f"no sign that errors differ in size (p {_p(p)})"
    )
    return Part(
        f"residuals_{place}",
        "Residuals: heteroscedasticity",
        f"By Breusch and Pagan's test {verdict}: their deviation is {least:.1f} in the fifth of "
        f"which least is said, {most:.1f} in the fifth of which most is.",
        plot=plots.along(
            _points(rows, said, error),
            "said",
            "what is, less what is said",
            line=_ends(float(said.min()), float(said.max()), 0),
        ),
    )


def _p(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def _normality(place: int, error: FloatArray) -> Part:
    """Whether errors are normal, as the t-interval assumes (Jarque and Bera 1980)."""
    from statsmodels.stats.stattools import jarque_bera

    _, p, skew, kurtosis = jarque_bera(error)
    (theory, found), (slope, start, _) = stats.probplot(error, dist="norm")
    step = max(1, len(theory) // 400)
    rows = [
        {"x": round(float(one), 3), "y": round(float(other), 2)}
        for one, other in zip(theory[::step], found[::step], strict=True)
    ]
    ends = [{"x": float(one), "y": float(start + slope * one)} for one in (theory[0], theory[-1])]
    verdict = "not normal" if p < SURE else "as good as normal"
    tail = "; the long tail is of songs that are far less heard than is said" if skew < -0.5 else ""
    return Part(
        f"normality_{place}",
        "Residuals: normality",
        f"By Jarque and Bera's test they are {verdict} (p {_p(p)}, skew {skew:.2f}, kurtosis "
        f"{kurtosis:.1f}, 3 being normal){tail}.",
        plot=plots.along(rows, "deviations of a normal error", "residual", line=ends),
    )


def _coverage(
    place: int,
    truth: FloatArray,
    said: FloatArray,
    low: FloatArray,
    high: FloatArray,
    metrics: Sequence[Row],
) -> Part:
    held = (truth >= low) & (truth <= high)
    by_truth, by_said = deciles(truth), deciles(said)
    rows = [
        {"name": str(tenth), "share": float(held[which == tenth].mean()), "by": word}
        for which, word in ((by_truth, "what it is"), (by_said, "what is said"))
        for tenth in range(1, DECILES + 1)
    ]
    lines = []
    for prefix, word in BY_TENTHS.items():
        for model, one in by_model(metrics).items():
            if cells := held_by_tenth(one, prefix):
                lines.append((f"{model}, by {word}", *cells))
    worst = min(rows, key=lambda row: (row["share"], row["by"]))
    return Part(
        f"coverage_{place}",
        "Coverage of the 95 % intervals by tenths",
        f"{held.mean():.1%} of the tracks lie within their interval, which is "
        f"{(high - low).mean():.1f} points wide in the mean. It holds least in tenth "
        f"{worst['name']} by {worst['by']}: {worst['share']:.0%}. The table says percent; a star: "
        "within 1 of 95.",
        plot=plots.columns(
            rows, "share", "share within", group="by", x_title="tenth of the tracks"
        ),
        table=Table(("model", *map(str, range(1, DECILES + 1))), tuple(lines)),
        is_full=True,
    )


def held_by_tenth(one: Mapping[str, Mapping[str, Any]], prefix: str) -> list[str]:
    """Percent within the interval by tenth, with a star where it is what was aimed at.

    Args:
        one: Metrics of a model by name.
        prefix: Of ``BY_TENTHS``.

    Returns:
        A cell for each tenth; none where the model has no interval.
    """
    names = [f"coverage_95_{prefix}d{tenth}" for tenth in range(1, DECILES + 1)]
    if names[0] not in one:
        return []
    values = [one[name]["value"] if name in one else None for name in names]
    return [
        "-"
        if value is None
        else f"{100 * value:.0f}" + ("*" if abs(value - LEVEL) <= TARGETED else "")
        for value in values
    ]


def _importance(place: int, chosen: Mapping[str, Any]) -> Part:
    title = "What it goes by: permutation importance"
    found = list(chosen.get("permutation_importance", {}).items())[:TOP_FEATURES]
    if not found:
        return Part(f"importance_{place}", title, "Nothing was shuffled.", is_missing=True)
    rows = [{"name": name.replace("_", " "), "grows": round(value, 3)} for name, value in found]
    return Part(
        f"importance_{place}",
        title,
        f"Shuffling {rows[0]['name']} among validation tracks makes the RMSE grow most, by "
        f"{found[0][1]:.2f} points.",
        plot=plots.bars(rows, "grows", "growth of the RMSE, points", is_signed=True),
    )


def _scalings(place: int, chosen: Mapping[str, Any]) -> Part:
    found = chosen.get("scalings_validation_rmse", {})
    ways: dict[str, dict[str, float]] = {}
    for name, error in found.items():
        how, _, strength = name.partition(", ")
        ways.setdefault(how, {})[strength] = error
    strengths = [f"{one:g}" for one in models.ALPHAS]
    lines = [(how, *(f"{ways[how][one]:.3f}" for one in strengths)) for how in ways]
    best = min(found, key=lambda name: found[name]) if found else "-"
    return Part(
        f"scalings_{place}",
        "Scalings of ridge regression",
        f"RMSE on validation rows by scaling and strength; least: {best}.",
        table=Table(("scaling", *strengths), tuple(lines)),
    )


def _inflation(place: int, con: Connection, catalogue: str) -> Part:
    """How much of each feature the others say already (VIF), products left out."""
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    query = f"from {MART} where catalogue = ? order by track_id"
    rows = mart_rows.read(con, query, [catalogue], KEYS[:4])
    names = [one for one in rows.columns if one not in KEYS and not one.endswith(models.PRODUCT)]
    names = [*models.known(rows, names)]
    values = models.matrix(rows, names)
    values = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
    design = np.column_stack([np.ones(len(values)), values])
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        # Two features that are one have no end of a factor, and that is what is said.
        warnings.simplefilter("ignore", UserWarning)
        factors = [
            (name, float(variance_inflation_factor(design, number)))
            for number, name in enumerate(names, start=1)
        ]
    factors.sort(key=lambda one: (-one[1], one[0]))
    many = sum(factor > ENTANGLED for _, factor in factors)
    lines = tuple((name.replace("_", " "), f"{factor:.2f}") for name, factor in factors)
    return Part(
        f"vif_{place}",
        "How entangled the features are (VIF)",
        f"{counted(many, 'feature')} of {len(factors)} above {ENTANGLED:g}; most: "
        f"{factors[0][0].replace('_', ' ')}, {factors[0][1]:.1f}. Above it a coefficient says "
        "little by itself.",
        table=Table(("feature", "VIF"), lines),
    )
