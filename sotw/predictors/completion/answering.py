"""Which plays somebody finishes, as a person reads it: how many, how far to trust it, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.predictors.answer import Answer, typed
from sotw.predictors.completion.models import POST_PLAY, TARGETS
from sotw.predictors.presentation import matches, metrics_of
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.warehouse import Connection

NAME = "completion"
LEAST_PLAYS = 3  # of a song on the list; one play says little
MOST_SONGS = 5  # at each end of the list
MIN_PLAYS = 100  # measured; with fewer nothing is claimed
BASELINE = "recent_10_rate"
_DID = {
    "completed": ("play to the end", "played to the end"),
    "completed_loose": ("play nearly to the end", "played nearly to the end"),
    "skipped_early": ("skip within half a minute", "skipped"),
}
# What weighs, in words; the first that a feature's name holds counts.
_WEIGHTS = {
    "(earlier outcomes)": "how your plays ended lately",
    "prev_": "how your plays ended lately",
    "previous": "how your plays ended lately",
    "track": "how earlier plays of the song ended",
    "artist": "how you treat its artist",
    "album": "how you treat its album",
    "reason_start": "what started the play",
    "platform": "the player",
}


def plays_answer(con: Connection, listener: str, listener_id: int, *, with_songs: bool) -> Answer:
    """What the latest run says of a listener.

    Raises:
        SotwError: There is none.
    """
    query = "from ml.models where predictor = ? and listener_id = ? and is_default"
    found = warehouse.rows(con, f"{query} order by run_id desc limit 1", [NAME, listener_id])
    if not found:
        raise SotwError(f"{listener}: nothing is predicted yet. Run `sotw train {NAME}`.")
    model = found[0]
    rows = [
        row
        for row in metrics_of(con, model["run_id"], NAME)
        if row["split"] == "test" and matches(row, model, row["cohort"])
    ]
    default = [row for row in rows if row["model"] == model["model"]]
    values = {row["metric"]: row for row in default}
    does, did = _DID.get(model["target"], (model["target"], model["target"]))
    songs = _songs(con, model, listener_id) if with_songs else []
    return Answer(
        expects=_expects(values, does),
        notes=tuple(_notes(con, model, listener_id)),
        record=_record(rows, model["model"], did),
        next=(typed("sotw", "playlist", "resume"), "lists songs you are likely to play to the end.")
        if with_songs
        else (
            typed("sotw", "predict", NAME),
            "shows which songs you play to the end, and which not.",
        ),
        entries=tuple(_entries(songs, did)) if with_songs else (),
        shortened={"song": 30},
    )


def _expects(values: Mapping[str, Mapping[str, Any]], does: str) -> str:
    rate = values.get("base_rate")
    if rate is None:
        return "Which songs you play to the end: learned, but of too few plays to measure."
    share = f"{rate['value']:.0%}".replace("%", " %")
    return (
        f"You will {does} about {share} of the songs you start, as you did with the last "
        f"{rate['n']:,}."
    )


def _notes(con: Connection, model: Mapping[str, Any], listener_id: int) -> list[str]:
    notes = []
    if model["task"] == POST_PLAY:
        notes.append("It knows how the play ended, so it says nothing of a play to come.")
    values = {"predictor": NAME, "run_id": model["run_id"], "listener_id": listener_id}
    weights: dict[str, float] = {}
    for row in warehouse.rows(con, render("report/feature_weights.sql"), values):
        for part, words in _WEIGHTS.items():
            if part in row["feature"]:
                weights[words] = weights.get(words, 0.0) + row["weight"]
                break
    if weights:
        best = sorted(weights, key=lambda words: (-weights[words], words))[:3]
        notes.append(f"What weighs most: {'; '.join(best)}.")
    return notes


def _record(rows: Sequence[Mapping[str, Any]], model: str, did: str) -> str:
    """How well it tells plays apart, beside the plainest guess."""
    found = {(row["model"], row["metric"]): row for row in rows}
    own, other = found.get((model, "roc_auc")), found.get((BASELINE, "roc_auc"))
    if own is None or own["value"] is None or own["n"] < MIN_PLAYS:
        return "too few plays to say."
    said = (
        f"of two plays it had not seen, one {did} and one not, it names the right one in "
        f"{100 * own['value']:.0f} of 100 ({own['n']:,} plays)"
    )
    if other and other["value"] is not None:
        loss = found.get((BASELINE, f"roc_auc_over_{model}"))
        is_better = loss is not None and loss["high"] is not None and loss["high"] < 0
        better = "better than" if is_better else "not proven better than"
        said += f"; {better} the rate of your last ten plays, {100 * other['value']:.0f} of 100"
    if (error := found.get((model, "ece"))) and error["value"] is not None:
        said += f"; its chances are off by {100 * error['value']:.1f} points on average"
    return f"{said}."


def _songs(con: Connection, model: Mapping[str, Any], listener_id: int) -> list[dict[str, Any]]:
    values = {
        "run_id": model["run_id"],
        "listener_id": listener_id,
        "column": TARGETS[model["target"]],
        "least_plays": LEAST_PLAYS,
    }
    return warehouse.rows(con, render("report/completion_songs.sql"), values)


def _entries(songs: Sequence[Mapping[str, Any]], did: str) -> list[dict[str, Any]]:
    """The songs likeliest and least likely, of those heard often enough lately."""
    ends = songs if len(songs) <= 2 * MOST_SONGS else [*songs[:MOST_SONGS], *songs[-MOST_SONGS:]]
    return [
        {
            "song": f"{one['artist_name']} - {one['track_name']}",
            "chance": f"{one['probability']:.0%}".replace("%", " %"),
            did: f"{one['outcomes']} of {one['plays']}",
        }
        for one in ends
    ]
