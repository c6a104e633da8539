"""What was tried for the weekly favourite beyond BENCHMARKS 1, with what it brought.

    python tests/bench/favorite_ideas.py

On generated listeners with four choice rules (synthetic) and on the public Spotify log (proxy
label), rolling, each idea against the default model's own features; then how few own weeks are
enough. Takes some ten minutes.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from prior import LOGS

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.demo import choice
from sotw.demo.write import write_demo
from sotw.ingest import ingest
from sotw.learning.encoding import Groups, numbers
from sotw.learning.metrics.intervals import mean_of
from sotw.learning.splits import rolling
from sotw.paths import DEMO_LIST
from sotw.pipeline.models import load_models
from sotw.pipeline.run import build
from sotw.predictors.week_favorite import prior
from sotw.predictors.week_favorite.baselines import BASELINES
from sotw.predictors.week_favorite.conditional_logit import Choices, fit
from sotw.predictors.week_favorite.models import BEHAVIOUR, FEATURES, STRENGTHS
from sotw.predictors.week_favorite.predictor import (
    ENTITY,
    LABEL_OF_KIND,
    labelled_weeks,
    read_rows,
)
from sotw.settings import POLICIES, Settings

if TYPE_CHECKING:
    import pandas as pd

NOW = dt.datetime(2026, 11, 20)
RULES: dict[str, dict[str, tuple[float, float]]] = {
    "as calibrated": {},
    "novelty": {"log_plays": (1.5, 0.3), "log_fri_sat": (0.5, 0.2), "first_heard": (3.0, 0.4),
                "log_prev_4w": (-0.5, 0.2), "gap_days": (-0.2, 0.1)},
    "habit": {"log_plays": (1.0, 0.3), "log_fri_sat": (0.2, 0.1), "first_heard": (-1.0, 0.3),
              "log_prev_4w": (2.0, 0.3), "gap_days": (-0.1, 0.05)},
    "late in the week": {"log_plays": (0.8, 0.2), "log_fri_sat": (2.5, 0.3),
                         "first_heard": (0.3, 0.2), "log_prev_4w": (0.0, 0.2),
                         "gap_days": (-1.2, 0.2)},
}  # fmt: skip
TRIED = {
    "features of system A only": BEHAVIOUR,
    "+ decayed plays, half-life 8 weeks": (*BEHAVIOUR, "decayed_8w_plays"),
    "+ picked before": (*BEHAVIOUR, "prior_picks"),
    "the default: both": FEATURES,
    "default + end-of-week shape": (*FEATURES, "last_24h_plays", "last_72h_plays", "mean_hours",
                                    "max_hours", "decayed_2d_plays"),
    "default + ACT-R activation": (*FEATURES, "activation_d50", "activation_d86"),
    "default + sessions": (*FEATURES, "sessions_count", "session_starts"),
    "default + busiest day": (*FEATURES, "max_day_plays"),
    "default + album context": (*FEATURES, "album_week_plays", "album_week_tracks"),
    "default + artist context": (*FEATURES, "artist_week_plays", "artist_week_tracks_count",
                                 "artist_prev_4w_plays", "artist_prior_plays"),
    "default + metadata": (*FEATURES, "popularity_index", "duration_seconds", "release_age_days",
                           "artist_audience_log"),
}  # fmt: skip
HALF_LIVES = (26, 52, 104)
OWN_WEEKS = (0, 1, 2, 4, 8, 16, 52)


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener under one policy: labelled rows, and which of them is the label."""

    name: str
    policy: str
    kind: str
    rows: pd.DataFrame
    weeks: Groups
    labels: np.ndarray
    scaled: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def matrix(self, columns, transform="log1p"):
        for name in columns:
            if (name, transform) not in self.scaled:
                self.scaled[name, transform] = self.column(name, transform)
        return np.column_stack([self.scaled[name, transform] for name in columns])

    def column(self, name, transform):
        values = numbers(self.rows[name])
        values = np.sign(values) * np.log1p(np.abs(values)) if transform == "log1p" else values
        known = ~np.isnan(values)
        count = np.maximum(self.weeks.sums(known.astype(float)), 1)
        mean = self.weeks.sums(np.where(known, values, 0.0)) / count
        centred = np.where(known, values - mean[self.weeks.of_row], 0.0)
        deviation = np.sqrt(self.weeks.sums(centred**2) / count)
        return centred / np.where(deviation > 1e-12, deviation, np.inf)[self.weeks.of_row]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sotw-ideas-") as name:
        found = listeners(Path(name))
    for policy in ("calendar", "decision"):
        group = [one for one in found if one.policy == policy]
        print(f"\ncut-off '{policy}'; difference to the default, rolling; [95 % interval]")
        runs = {title: [roll(one, columns) for one in group] for title, columns in TRIED.items()}
        runs["default without log1p"] = [roll(one, FEATURES, "none") for one in group]
        for weeks in HALF_LIVES:
            title = f"default, old weeks fade by half in {weeks}"
            runs[title] = [roll(one, FEATURES, half_life=weeks) for one in group]
        show(group, runs)
        cold(group)


def listeners(folder: Path) -> list[Listener]:
    mean = dict(choice.POPULATION)
    with warehouse.writing(folder / "sotw.duckdb") as con:
        ingest(con, [LOGS / "spotify_extended"], "public log", now=NOW)
        for number, (rule, changed) in enumerate(RULES.items()):
            choice.POPULATION.update({**mean, **changed})
            out = folder / rule
            write_demo(out, seed=11 + number, listeners=2, years=5, plays=120_000)
            (out / DEMO_LIST).unlink()  # each rule has listeners of its own
            ingest(con, sorted(out.glob("*.*")), rule, now=NOW)
            for part in sorted(one for one in out.iterdir() if one.is_dir()):
                ingest(con, [part], f"{rule}, {part.name}", now=NOW)
        prepare(con, Settings(cutoff_policies=POLICIES), NOW)
        build(con, load_models(), settings=Settings(cutoff_policies=POLICIES))
        query = (Path(__file__).parent / "favorite_ideas.sql").read_text(encoding="utf-8")
        con.execute(f"create temp table ideas as {query}")
        return [
            listener(con, key, kind, weeks, policy)
            for key, (kind, weeks) in sorted(labelled_weeks(con).items())
            for policy in ("calendar", "decision")
        ]


def listener(con, key, kind, weeks, policy) -> Listener:
    rows = read_rows(con, key, policy)
    extra = con.execute(
        "from temp.ideas where listener_id = ? and cutoff_policy = ?", [key, policy]
    ).df()
    rows = rows.merge(extra, on=list(ENTITY))
    label = LABEL_OF_KIND[kind]
    covered = rows.groupby("week_ending")[label].transform("any")
    rows = rows[covered & rows["week_ending"].isin(weeks)].reset_index(drop=True)
    [(name,)] = con.execute(
        "select listener from core.dim_listeners where listener_id = ?", [key]
    ).fetchall()
    return Listener(name, policy, kind, rows, Groups.of(rows), rows[label].to_numpy(bool))


def part(choices: Choices, weeks: np.ndarray) -> Choices:
    """The choices of some weeks, in their order."""
    stops = np.append(choices.starts[1:], len(choices.x))
    rows = [np.arange(choices.starts[one], stops[one]) for one in weeks]
    starts = np.append(0, np.cumsum([len(one) for one in rows])[:-1]).astype(np.int64)
    chosen = choices.chosen[weeks] - choices.starts[weeks] + starts
    return Choices(choices.x[np.concatenate(rows)], starts, chosen)


def losses(choices: Choices, coefficients) -> tuple[np.ndarray, np.ndarray]:
    """Reciprocal rank and -log(share) of the label of each week."""
    scores = choices.x @ coefficients
    sizes = np.diff(np.append(choices.starts, len(scores)))
    own = np.repeat(scores[choices.chosen], sizes)
    ahead = np.add.reduceat((scores > own).astype(float), choices.starts)
    highest = np.maximum.reduceat(scores, choices.starts)
    total = np.add.reduceat(np.exp(scores - np.repeat(highest, sizes)), choices.starts)
    return 1 / (1 + ahead), highest + np.log(total) - scores[choices.chosen]


def roll(one: Listener, columns, transform="log1p", half_life=None):
    """The default's way on other columns: strength chosen on the last quarter of the past."""
    choices = Choices.of(one.matrix(columns, transform), one.weeks, one.labels)
    n = len(choices.starts)
    if n < 20:
        return np.zeros(0), np.zeros(0)
    found = []
    start = start_of(one, columns)
    for middle, begin, end in blocks(n):
        past, check = np.arange(middle), np.arange(middle, begin)
        strength = min(
            STRENGTHS,
            key=lambda s: losses(part(choices, check), fitted(choices, past, start, s, half_life))[
                1
            ].mean(),
        )
        final = fitted(choices, np.arange(begin), start, strength, half_life)
        found.append(losses(part(choices, np.arange(begin, end)), final))
    ranks, loss = (np.concatenate(column) for column in zip(*found, strict=True))
    return ranks, loss


def blocks(n):
    """Where validation and block of each step begin, and where the block ends."""
    return rolling(range(n), n * 2 // 5, lambda before: int(np.ceil(before * 0.75)))


def fitted(choices, weeks, start, strength, half_life):
    """Fading is by repeating: a week counts 1 to 8 times."""
    if half_life:
        ages = weeks.max() - weeks
        weeks = np.repeat(weeks, np.maximum(1, np.round(8 * 0.5 ** (ages / half_life))).astype(int))
        strength *= 8
    return fit(part(choices, weeks), start, strength)[0]


def start_of(one: Listener, columns) -> np.ndarray:
    shipped = prior.shipped()["pick"] if one.kind == "pick" else {}
    return np.array([shipped.get(name, 0.0) for name in columns])


def show(group, runs) -> None:
    base = runs["the default: both"]
    for title, found in runs.items():
        line = f"{title:42}"
        for is_real in (False, True):
            chosen = [
                (own, ours)
                for one, own, ours in zip(group, found, base, strict=True)
                if (one.kind == "proxy") == is_real and len(own[0])
            ]
            text = []
            for place, name in ((0, "MRR"), (1, "NLL")):
                own = np.concatenate([pair[0][place] for pair in chosen])
                ours = np.concatenate([pair[1][place] for pair in chosen])
                one = mean_of(name, own - ours, 1000).result()
                text.append(f"{name} {one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]")
            where = "public log" if is_real else "synthetic"
            line += f" | {where} (n={len(own)}) {'; '.join(text)}"
        print(line)


def cold(group) -> None:
    """How good the first weeks are: only the last so many own weeks are known."""
    picked = [one for one in group if one.kind == "pick"]
    print(
        "synthetic listeners, own weeks known: MRR of the default (strength 10), and of most_plays"
    )
    for known in OWN_WEEKS:
        ranks, plain = [], []
        for one in picked:
            choices = Choices.of(one.matrix(FEATURES), one.weeks, one.labels)
            start = start_of(one, FEATURES)
            scores = BASELINES["most_plays"](one.rows)
            bare = replace(choices, x=scores[one.weeks.order][:, np.newaxis])
            for _, begin, end in blocks(len(choices.starts)):
                weeks, block = np.arange(begin - known, begin), np.arange(begin, end)
                final = fit(part(choices, weeks), start, 10.0)[0] if known else start
                ranks.append(losses(part(choices, block), final)[0])
                plain.append(losses(part(bare, block), np.ones(1))[0])
        own, other = np.concatenate(ranks), np.concatenate(plain)
        one = mean_of("mrr", own - other, 1000).result()
        print(
            f"  {known:3} weeks: {own.mean():.3f}, most_plays {other.mean():.3f}, "
            f"difference {one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}], n={len(own)}"
        )


if __name__ == "__main__":
    main()
