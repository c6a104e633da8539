"""A Spotify history of two years with plays of known outcome, scored by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import histories
import histories_outcomes

from sotw.settings import ListenerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

LISTENER = "me</script><b>&"
ARTIST = "<script>alert('é')</script>"
AS_OF = dt.datetime(2024, 1, 1)
# With all that a form of text could trip over.
TITLES = ("One", 'Two "quoted", and more', "Three\n#EXTINF:-1,line", "日本の歌 🎈", "=1+1")
DAYS = 600
TESTED_SHARE = 0.5


def history(*, seed: int = 1, is_demo: bool = False, saved: bool = True) -> histories.History:
    """Sessions of an evening; titles that come later in TITLES are completed more rarely."""
    rng = random.Random(seed)
    names = histories.Names()
    artists = [ARTIST, "Ann", "Ben", "Cy"]
    songs = [
        (names.track(artist, title), place)
        for artist in artists
        for place, title in enumerate(TITLES)
    ]
    rows: list[dict[str, Any]] = []
    for day in range(DAYS):
        if day in range(300, 360):
            continue
        at = dt.datetime(2022, 1, 1, 18) + dt.timedelta(days=day)
        for _ in range(rng.randrange(1, 6)):
            track, place = rng.choice(songs)
            is_done = rng.random() < 0.9 - 0.17 * place
            at += dt.timedelta(seconds=200 if is_done else 20)
            rows.append(
                {
                    "listener_id": 1,
                    "source": "spotify",
                    "played_at": at,
                    "track_name_id": track,
                    "ordinal": 0,
                    "time_kind": "end",
                    "time_precision": "second",
                    "content_type": "track",
                    "ms_played": 200_000 if is_done else 20_000,
                    "reason_start": "trackdone",
                    "reason_end": ("trackdone" if is_done else "fwdbtn") if day % 50 else "unknown",
                    "platform": rng.choice(histories_outcomes.PLATFORMS),
                    "spotify_track_id": f"id{track}" if place else None,
                    "import_id": 1,
                    "line": len(rows),
                }
            )
    unheard = names.track("Ann", "Saved and never played")
    library = [
        {
            "listener_id": 1,
            "source": "spotify",
            "track_name_id": track,
            "spotify_track_id": f"id{track}",
            "fetched_at": dt.datetime(2023, 12, 1),
            "import_id": 1,
        }
        for track in (unheard, songs[0][0])
    ]
    who = {"listener_id": 1, "listener": LISTENER, "is_demo": is_demo, "created_at": AS_OF}
    raw = {"listeners": [who], "plays": rows, "names": names.rows}
    if saved:
        raw["library_items"] = library
    own = ListenerSettings("UTC", 6, favorite_artists=("Cy", "Nobody"))
    return histories.History(raw, Settings(listeners={LISTENER: own}), AS_OF)


def built(found: histories.History, all_models: Sequence[Model], *, is_scored: bool = True) -> Any:
    """A warehouse with the history, its plays scored, and the marts that read the scores."""
    con = histories.empty()
    histories.load(con, found.raw)
    from sotw.actions.prepare import write_settings

    write_settings(con, found.settings, found.as_of)
    after = after_ml(all_models)
    histories.materialize(con, [one for one in all_models if one.name not in after])
    if is_scored:
        score(con)
    histories.materialize(con, [one for one in all_models if one.name in after])
    return con


def after_ml(all_models: Iterable[Model]) -> set[str]:
    """The marts that read ml, directly or through another."""
    found: set[str] = set()
    for model in all_models:
        if any(parent.startswith("ml.") or parent in found for parent in model.parents):
            found.add(model.name)
    return found


def score(con: Connection) -> None:
    """What a training leaves: a probability for each play of known outcome, and two models."""
    plays = con.execute(
        "select listener_id, source, reported_at, track_name_id, ordinal, track_id, title_key "
        "from core.fct_outcomes join raw.names on track_name_id = name_id "
        "where is_completed is not null order by play_number"
    ).fetchall()
    keys = ("listener_id", "source", "reported_at", "track_name_id", "ordinal", "track_id")
    run = {"run_id": "r1", "predictor": "completion", "model": "any_name"}
    task = {"task": "pre_play", "target": "completed"}
    rows = []
    for place, play in enumerate(plays):
        probability = 0.25 + 0.5 / (1 + len(play[-1]) % 7)
        split = "test" if place >= len(plays) * TESTED_SHARE else "train"
        said = {"split": split, "probability": probability, "score": 0.0}
        rows.append(dict(zip(keys, play[:-1], strict=True)) | run | task | said)
    model = run | task | {"listener_id": 1, "is_default": True, "has_converged": True}
    model |= {"link": "logit"}
    weights = '{"mean_abs_contribution": {"first": 0.5, "second": 0.25}}'
    metric = run | task | {"listener_id": 1, "cohort": "all", "split": "test"}
    metrics = [
        metric | {"model": name, "is_default": name == "any_name", "metric": kind, "value": value}
        | {"n": 700, "low": value - 0.02, "high": value + 0.02}
        for name, kind, value in [
            ("any_name", "roc_auc", 0.8),
            ("any_name", "ece", 0.05),
            ("other", "roc_auc", 0.7),
            ("close", "roc_auc", 0.79),
        ]
    ]  # fmt: skip
    histories.load(
        con,
        {
            "ml.predictions": rows,
            "ml.models": [model | {"hyperparameters": weights}],
            "ml.metrics": metrics,
        },
    )


def changed(found: histories.History, since: dt.datetime) -> histories.History:
    """The same plays, with every outcome from an instant on turned round."""
    rows = []
    for row in found.raw["plays"]:
        if row["played_at"] >= since and row["reason_end"] != "unknown":
            other = "fwdbtn" if row["reason_end"] == "trackdone" else "trackdone"
            row = row | {"reason_end": other}
        rows.append(row)
    return dataclasses.replace(found, raw=found.raw | {"plays": rows})
