"""Feedback and pins of ListenBrainz: an id is given the names of the listener's own play."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Warehouse

AT = 1_678_600_000
TIME = dt.datetime(2023, 3, 12, 5, 46, 40)
NO_PLAY = "no play of this recording: import its listens too"
MBID = "0a000001-0000-4000-8000-000000000001"
OTHER_MBID = "0a000002-0000-4000-8000-000000000002"
MSID = "0b000001-0000-4000-8000-000000000001"
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def write(folder: Path, *records: object, name: str = "file.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def listen(at: object = AT, track: object = "Arms", **more: object) -> dict[str, object]:
    """A listen with the fewest fields; what is given more goes to its metadata."""
    return {
        "listened_at": at,
        "track_metadata": {"artist_name": "Okto", "track_name": track} | more,
    }


def feedback(**fields: object) -> dict[str, object]:
    defaults = {"recording_msid": None, "recording_mbid": None, "score": 1, "created": AT}
    return defaults | fields


def scores(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.rows(
        "select title, score, given_at from raw.feedback"
        " join raw.names on track_name_id = name_id order by all"
    )


def test_feedback_takes_the_names_of_the_listeners_own_play(warehouse, tmp_path):
    listens = write(
        tmp_path,
        listen(AT, "Arms", recording_msid=MSID),
        listen(AT + 1, "Legs", mbid_mapping={"recording_mbid": MBID}),
    )
    given = write(
        tmp_path,
        feedback(recording_msid=MSID),
        feedback(recording_mbid=MBID, score=-1),
        feedback(recording_mbid=OTHER_MBID),
        name="feedback.jsonl",
    )
    warehouse.one(listens, listener="ben")
    assert warehouse.one(given).reasons == {NO_PLAY: 3}
    # Whichever is named first, listens are read before.
    report = warehouse.ingest(given, listens)
    assert [receipt.format for receipt in report.receipts] == [
        "listenbrainz",
        "listenbrainz feedback",
    ]
    assert report.receipts[1].reasons == {NO_PLAY: 1}
    assert scores(warehouse) == [("Arms", 1, TIME), ("Legs", -1, TIME)]
    record = "select distinct record from raw.rejects where record like '0a000002%'"
    assert warehouse.value(record) == OTHER_MBID


def test_of_several_spellings_that_of_the_message_id_goes_first_then_the_own_one(
    warehouse, tmp_path
):
    (tmp_path / "lastfm.csv").write_text(
        f"uts,utc_time,artist,track,track_mbid\n{AT - 9},,Okto,Aarms,{MBID}\n"
    )
    listens = write(
        tmp_path,
        listen(AT, "Zarms", mbid_mapping={"recording_mbid": MBID}),
        listen(AT + 1, "Yarms", mbid_mapping={"recording_mbid": MBID}),
        listen(AT + 2, "Zzz", recording_msid=MSID, mbid_mapping={"recording_mbid": MBID}),
    )
    warehouse.one(tmp_path / "lastfm.csv")
    of_lastfm = write(tmp_path, feedback(recording_mbid=MBID, score=0), name="a.jsonl")
    assert warehouse.one(of_lastfm).rows_kept == 1
    warehouse.one(listens)
    of_both = write(
        tmp_path,
        feedback(recording_mbid=MBID),
        feedback(recording_mbid=MBID, recording_msid=MSID, score=-1),
        name="b.jsonl",
    )
    assert warehouse.one(of_both).rows_kept == 2
    assert [row[:2] for row in scores(warehouse)] == [("Aarms", 0), ("Yarms", 1), ("Zzz", -1)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"score": 2}, "score not understood"),
        ({"score": None}, "score not understood"),
        ({"score": True}, "score not understood"),
        ({"score": [1]}, "score not understood"),
        ({"score": 10**400}, "score not understood"),
        ({"created": None}, "no time"),
        ({"created": "once"}, "time not understood"),
        ({"created": 5}, "time before 2002"),
        ({"created": AT * 2}, "time in the future"),
        ({"recording_msid": "no id"}, "no artist"),
        ({"recording_msid": 7}, "no artist"),
    ],
)
def test_feedback_that_cannot_be_costs_one_record(warehouse, tmp_path, fields, reason):
    warehouse.one(write(tmp_path, listen(recording_msid=MSID)))
    ok = feedback(recording_msid=MSID, score="1")
    path = write(tmp_path, ok, feedback(recording_msid=MSID) | fields, None, name="f.jsonl")
    receipt = warehouse.one(path)
    assert receipt.reasons == {reason: 1, "not a feedback": 1}
    assert receipt.rows_kept == 1


def test_feedback_and_pins_of_the_api_bring_their_names(warehouse, tmp_path):
    metadata = listen()["track_metadata"]
    shared = {"recording_mbid": MBID, "created": AT, "track_metadata": metadata}
    pages = {
        "feedback.json": {"count": 1, "feedback": [shared | {"score": 1, "user_id": "somebody"}]},
        "pins.json": {
            "pinned_recordings": [shared | {"pinned_until": AT, "row_id": 1, "blurb_content": "b"}],
            "user_name": "somebody",
        },
        "pin.json": {
            "pinned_recording": shared | {"pinned_until": AT, "created": AT + 1},
            "user_name": "somebody",
        },
    }
    for name, page in pages.items():
        assert warehouse.one(write(tmp_path, page, name=name)).rows_kept == 1
    assert scores(warehouse) == [("Arms", 1, TIME)]
    picks = "select picked_at, source, week_ending from raw.picks order by picked_at"
    later = TIME + dt.timedelta(seconds=1)
    assert warehouse.rows(picks) == [(TIME, "listenbrainz", None), (later, "listenbrainz", None)]


def test_equal_feedback_is_known_and_a_changed_mind_is_not(warehouse, tmp_path):
    warehouse.one(write(tmp_path, listen(recording_msid=MSID)))
    first = feedback(recording_msid=MSID)
    warehouse.one(write(tmp_path, first, name="a.jsonl"))
    later = feedback(recording_msid=MSID, created=AT + 9, score=0)
    receipt = warehouse.one(write(tmp_path, first, later, later, name="b.jsonl"))
    assert (receipt.rows_kept, receipt.rows_known) == (1, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@FEW
@given(records=st.lists(st.dictionaries(st.sampled_from([*feedback()]), JSON) | JSON, max_size=5))
def test_no_feedback_is_lost_whatever_it_holds(warehouse, tmp_path_factory, records):
    path = tmp_path_factory.mktemp("fuzz") / "list.json"
    path.write_text(json.dumps([feedback(recording_msid=MSID), *records]))
    assert warehouse.one(path).rows_read == 1 + len(records)
