"""A history with hostile names, what a trainer leaves of it, and its page taken apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import histories

if TYPE_CHECKING:
    from pathlib import Path

ARTIST = "<script>alert('é')</script>"
LISTENER = "me</script><b>&"

# SYSTEMS A.12.
EDGES = {
    "week_plays": [0, 1, 3, 6, 10, 15, 20, 25, math.inf],
    "last_2_days_plays": [0, 1, 3, 5, 7, 10, 14, math.inf],
    "last_day_plays": [0, 1, 3, 5, 7, 10, math.inf],
    "week_plays_rank": [1, 2, 3, 5, 7, 10, math.inf],
    "momentum_4w_ratio": [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, math.inf],
    "prior_plays": [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, math.inf],
    "release_age_days": [-math.inf, 3, 7, 14, 30, 60, 90, 180, 365, math.inf],
}


class Page(HTMLParser):
    """A page taken apart: the text of each part, all attributes, all scripts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = path.read_text(encoding="utf-8")
        self.titles: dict[str, str] = {}
        self.sentences: dict[str, str] = {}
        self.tables: dict[str, str] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.tags: list[str] = []
        self.visible = ""
        self._part, self._inside = "", ""
        self.feed(self.text)
        for place in (self.titles, self.sentences, self.tables):
            for key, text in place.items():
                place[key] = " ".join(text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.tags.append(tag)
        if tag == "article":
            self._part = found["id"] or ""
        if tag in ("h3", "figcaption", "table", "script", "style"):
            self._inside = tag
        if tag == "script":
            self.scripts.append((found, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            found, text = self.scripts[-1]
            self.scripts[-1] = (found, text + data)
            return
        places = {"h3": self.titles, "figcaption": self.sentences, "table": self.tables}
        if self._inside in places:
            place = places[self._inside]
            place[self._part] = place.get(self._part, "") + data
        if self._inside != "style":
            self.visible += data

    @property
    def plots(self) -> dict[str, Any]:
        [text] = [text for found, text in self.scripts if found.get("id") == "plots"]
        return json.loads(text)

    def drawn(self, key: str, column: str) -> list[dict[str, Any]]:
        """The rows behind a plot that have a column."""
        sets = self.plots[key]["datasets"].values()
        return [row for rows in sets for row in rows if column in row]


def history(*, picks: bool = True, is_demo: bool = False) -> histories.History:
    drawn = histories.listening(3, listeners=1, weeks=40)
    raw = {name: [dict(row) for row in rows] for name, rows in drawn.raw.items()}
    for row in raw["names"]:
        if row["artist_name"] == "ARTIST AÉ":  # the spelling that is played most
            row["artist_name"] = ARTIST
    raw["listeners"][0] |= {"listener": LISTENER, "is_demo": is_demo}
    if not picks:
        raw["picks"] = raw["playlist_items"] = []
    [own] = drawn.settings.listeners.values()
    own = dataclasses.replace(own, labels_start_date=dt.date(1900, 1, 1))
    settings = dataclasses.replace(drawn.settings, listeners={LISTENER: own})
    return histories.History(raw, settings, drawn.as_of)


def trained(con, models, kind):
    """What a trainer leaves behind, written by hand: it is read by what it says, not by name."""
    weeks = con.execute(
        "from core.fct_week_labels join core.dim_weeks using (listener_id, week_ending) "
        "select week_ending, track_id where label_kind = ? and is_complete order by 1",
        [kind],
    ).fetchall()
    ids = [one for (one,) in con.execute("from core.dim_tracks select track_id").fetchall()]
    key = {"run_id": "r1", "predictor": "week_favorite", "listener_id": 1, "label_kind": kind}
    key |= {"cutoff_policy": "decision", "task": "weekly favourite", "target": "favorite"}
    model = key | {"model": "any_name", "is_default": True, "has_converged": True}
    model |= {"link": "softmax"}
    rows: dict[str, list[dict[str, Any]]] = {
        "ml.models": [model | {"threshold": 0.2, "hyperparameters": "{}"}]
    }
    parameter = {name: key[name] for name in key if name != "label_kind"} | {"model": "any_name"}
    rows["ml.parameters"] = [
        parameter | {"feature": feature, "level": level, "coefficient": value}
        for feature, level, value in [
            ("(intercept)", None, -9.0),
            ("week_plays", None, 1.25),
            ("is_first_week", None, -0.5),
            *((f"f{number}", None, 0.01 * number) for number in range(12)),
        ]
    ]
    metric = key | {"cohort": "all", "split": "test", "low": 0.1, "high": 0.6}
    rows["ml.metrics"] = [
        metric
        | {"model": name, "is_default": name == "any_name", "metric": of, "value": value, "n": 20}
        for name, of, value in [
            ("any_name", "hit_at_1", 0.35),
            ("any_name", "nll", 2.5),
            ("any_name", "hit_at_1_over_most_plays", 0.12),
            ("most_plays", "hit_at_1", 0.25),
        ]
    ]
    ledger = {name: parameter[name] for name in parameter}
    rows["ml.ledger"] = [
        ledger
        | {
            "predicted_at": dt.datetime(2018, 1, 1),
            "listener": LISTENER,
            "week_ending": week,
            "cutoff_at": dt.datetime(2018, 1, 1),
            # Right in every third week.
            "track_id": track if number % 3 == 0 else next(one for one in ids if one != track),
            "artist_name": "a",
            "track_name": "t",
            "artist_key": "a",
            "track_key": "t",
            "probability": 0.05 + 0.9 * number / len(weeks),
            "rank": 1,
            "is_backfill": False,
        }
        for number, (week, track) in enumerate(weeks)
    ]
    histories.load(con, rows)
    [songs] = [one for one in models if one.name == "marts.songs_of_the_week"]
    con.execute(f"create or replace table {songs.name} as {songs.sql}")


def percent(share: float) -> str:
    digits = 0 if share >= 0.1 or share == 0 else 1 if share >= 0.01 else 2
    return f"{100 * share:.{digits}f} %"


def said(page: Page, key: str) -> str:
    return page.sentences[key]
