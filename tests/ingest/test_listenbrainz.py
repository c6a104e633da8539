"""ListenBrainz: listens in all their shapes, feedback and pins with the names of their plays."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import found_after_import

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


@pytest.fixture
def exported(recorded, tmp_path) -> Path:
    """The export as it is downloaded."""
    folder = recorded / "listenbrainz"
    path = tmp_path / "listenbrainz_Secret Person_1678700000.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.json*")):
            archive.write(file, file.relative_to(folder).as_posix())
    return path


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


def plays(warehouse: Warehouse, *columns: str) -> list[tuple[object, ...]]:
    return warehouse.rows(f"select {', '.join(columns)} from raw.plays order by played_at, line")


def test_an_export_is_read_whole_and_known_the_second_time(warehouse, exported):
    report = warehouse.ingest(exported)
    assert not report.refused
    assert [message for _, message in report.unread] == [
        f"{exported.name.replace('Secret Person', '…')}/user.json: "
        "it only names the account at ListenBrainz, which sotw does not keep."
    ]
    counts = {
        receipt.file.partition("/")[2]: (receipt.rows_kept, receipt.reasons)
        for receipt in report.receipts
    }
    assert counts == {
        "listens/2023/12.jsonl": (1, {}),
        "listens/2023/3.jsonl": (
            4,
            {"time before 2002": 1, "no time": 1, "no artist": 1, "no track": 1},
        ),
        "feedback.jsonl": (3, {NO_PLAY: 1, "score not understood": 1}),
        "pinned_recording.jsonl": (2, {NO_PLAY: 1}),
    }
    again = warehouse.ingest(exported)
    assert [receipt.rows_kept for receipt in again.receipts] == [0, 0, 0, 0]
    assert [receipt.rows_known for receipt in again.receipts] == [1, 4, 3, 2]


def test_personal_fields_are_nowhere_after_an_import(exported, tmp_path, caplog):
    public = write(
        tmp_path,
        listen() | {"user_name": "Secret Person", "user_id": 4711, "ip": "203.0.113.9"},
        listen("odd") | {"user_name": "Secret Person", "user_id": 4711},
    )
    odd_pin = {"recording_mbid": MBID, "pinned_until": 1, "created": "x", "blurb_content": "Secret"}
    pins = write(tmp_path, odd_pin, name="pins.jsonl")
    words = ("Secret", "203.0.113.9", "4711", "a player", "Mill & Marrow")
    paths = [exported, public, pins]
    assert found_after_import(tmp_path, paths, words, caplog) == {"Mill & Marrow"}


def test_ids_of_the_server_go_before_those_of_the_player(warehouse, tmp_path):
    claims = {"recording_mbid": OTHER_MBID, "artist_mbids": [OTHER_MBID], "recording_msid": MSID}
    found = {"recording_mbid": MBID, "artist_mbids": [MBID, OTHER_MBID]}
    path = write(
        tmp_path,
        listen(AT, additional_info=claims, mbid_mapping=found),
        listen(AT + 1, additional_info=claims, mbid_mapping=None),
        listen(AT + 2, additional_info=None, mbid_mapping={"recording_mbid": "no id"}),
    )
    assert warehouse.one(path).rows_kept == 3
    assert plays(warehouse, "track_mbid", "artist_mbid", "payload") == [
        (MBID, MBID, f'{{"recording_msid": "{MSID}"}}'),
        (OTHER_MBID, OTHER_MBID, f'{{"recording_msid": "{MSID}"}}'),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    ("added", "milliseconds"),
    [
        ({"duration_ms": 201_000}, 201_000),
        ({"duration_ms": "201000"}, 201_000),
        ({"duration_ms": 0, "duration": 201}, 201_000),
        ({"duration": 201.5}, 201_500),
        ({"duration_ms": -1}, None),
        ({"duration_ms": True}, None),
        ({"duration_ms": float("nan"), "duration": float("inf")}, None),
        ({"duration_ms": 10**30, "duration": 10**400}, None),
        ({"duration_ms": "3:21", "duration": [201]}, None),
    ],
)
def test_a_length_is_in_milliseconds_and_never_zero(warehouse, tmp_path, added, milliseconds):
    assert warehouse.one(write(tmp_path, listen(additional_info=added))).rows_kept == 1
    assert plays(warehouse, "duration_ms") == [(milliseconds,)]


@pytest.mark.parametrize(
    ("added", "spotify"),
    [
        ({"spotify_id": "https://open.spotify.com/track/4aBcDeFgHiJkLmNoPqRsTu"}, True),
        ({"spotify_id": "4aBcDeFgHiJkLmNoPqRsTu"}, True),
        (
            {"origin_url": "https://open.spotify.com/intl-de/track/4aBcDeFgHiJkLmNoPqRsTu?si=1"},
            True,
        ),
        ({"origin_url": "https://open.spotify.com/album/4aBcDeFgHiJkLmNoPqRsTu"}, False),
        ({"origin_url": "https://www.example.org/track/4aBcDeFgHiJkLmNoPqRsTu"}, False),
        ({"spotify_id": 7, "origin_url": ["https://open.spotify.com/track/"]}, False),
    ],
)
def test_a_spotify_id_is_taken_from_an_address_of_a_track(warehouse, tmp_path, added, spotify):
    warehouse.one(write(tmp_path, listen(additional_info=added)))
    assert plays(warehouse, "spotify_track_id") == [
        ("4aBcDeFgHiJkLmNoPqRsTu" if spotify else None,)
    ]


@pytest.mark.parametrize(
    "at",
    [AT, float(AT), f"{AT}", AT + 0.75, f"{AT}.000000", "2023-03-12T05:46:40Z", AT * 1000],
)
def test_a_time_is_the_same_however_it_is_written(warehouse, tmp_path, at):
    warehouse.one(write(tmp_path, listen(at), listen(AT)))
    assert plays(warehouse, "played_at", "time_kind", "time_precision", "ordinal") == [
        (TIME, "start", "second", 0),
        (TIME, "start", "second", 1),
    ]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (0, "time before 2002"),
        (-5, "time before 2002"),
        (None, "no time"),
        ("", "no time"),
        ("soon", "time not understood"),
        (True, "time not understood"),
        ([AT], "time not understood"),
        ({"at": AT}, "time not understood"),
        (10**30, "time not understood"),
        (-(10**400), "time not understood"),
        (float("nan"), "time not understood"),
        (float("inf"), "time not understood"),
        (1e300, "time not understood"),
        (AT * 2, "time in the future"),
        (99_999_999_999, "time in the future"),
    ],
)
def test_a_time_that_cannot_be_costs_one_record(warehouse, tmp_path, at, reason):
    receipt = warehouse.one(write(tmp_path, listen(at), listen()))
    assert (receipt.rows_kept, receipt.reasons) == (1, {reason: 1})


def test_the_shapes_of_all_years_are_one_play(warehouse, tmp_path):
    flat = {
        "timestamp": AT,
        "artist_name": "Okto",
        "track_name": "Arms",
        "release_name": "Deep",
        "recording_msid": MSID,
        "artist_msid": MSID,
        "user_name": "somebody",
    }
    api = {"payload": {"count": 1, "listens": [listen(release_name="Deep", recording_msid=MSID)]}}
    shapes = {
        "export.jsonl": json.dumps(listen(release_name="Deep") | {"inserted_at": AT}),
        "api.json": json.dumps(api),
        "submission.json": json.dumps({"listen_type": "import", "payload": [listen()]}),
        "web.json": json.dumps([flat, flat | {"timestamp": str(AT + 1)}]),
        "dump.jsonl": json.dumps(listen() | {"user_id": 1, "user_name": "somebody"}),
    }
    kept = []
    for name, text in shapes.items():
        (tmp_path / name).write_text(text)
        receipt = warehouse.one(tmp_path / name)
        assert receipt.format == "listenbrainz"
        kept.append(receipt.rows_kept)
    assert kept == [1, 0, 0, 1, 0]


def test_different_plays_of_one_second_stay(warehouse, tmp_path):
    path = write(tmp_path, listen(track="Arms"), listen(track="Legs"), listen(track="Arms"))
    assert warehouse.one(path).rows_kept == 3
    assert [row[2:4] for row in warehouse.plays()] == [("Arms", 0), ("Arms", 1), ("Legs", 0)]


def test_what_is_playing_now_has_no_time_and_is_no_play(warehouse, tmp_path):
    now = {"playing_now": True, "track_metadata": listen()["track_metadata"]}
    page = {"payload": {"count": 2, "listens": [now, listen()]}}
    receipt = warehouse.one(write(tmp_path, page))
    assert receipt.reasons == {"now playing, no time yet": 1}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (None, "not a listen"),
        (7, "not a listen"),
        ("text", "not a listen"),
        ([listen()], "not a listen"),
        ({}, "not a listen"),
        ({"listened_at": AT, "track_metadata": None}, "no artist"),
        ({"listened_at": AT, "track_metadata": [1]}, "no artist"),
        ({"listened_at": AT, "track_metadata": {"artist_name": {"name": "x"}}}, "no artist"),
        (listen(track=["Arms"]), "no track"),
        (listen(track="\u200b"), "no track"),
    ],
)
def test_an_odd_element_costs_only_itself(warehouse, tmp_path, odd, reason):
    path = tmp_path / "list.json"
    path.write_text(json.dumps([listen(), odd, listen(AT + 1)]))
    receipt = warehouse.one(path)
    assert (receipt.rows_read, receipt.rows_kept, receipt.reasons) == (3, 2, {reason: 1})
    assert warehouse.value("select line from raw.rejects") == 2


def test_half_characters_and_odd_ids_are_stored_as_far_as_they_can_be(warehouse, tmp_path):
    odd = listen(track="a\ud800", release_name="b\udfff", recording_msid="\x00\ud800")
    assert warehouse.one(write(tmp_path, odd)).rows_kept == 1
    assert plays(warehouse, "payload") == [(None,)]
    titles = "select title from raw.names where title is not null order by title"
    assert warehouse.rows(titles) == [("a\ufffd",), ("b\ufffd",)]


def test_a_last_line_that_is_cut_off_keeps_the_file_out_and_says_so(warehouse, tmp_path):
    path = tmp_path / "cut.jsonl"
    path.write_text(json.dumps(listen()) + "\n" + json.dumps(listen(AT + 1))[:-20])
    [(name, message)] = warehouse.ingest(path).refused
    assert name == "cut.jsonl"
    assert "cut off or damaged in element 2" in message
    assert warehouse.value("select count(*) from raw.plays") == 0


def test_a_public_dump_of_several_people_is_not_taken_for_one(warehouse, tmp_path):
    path = write(
        tmp_path,
        listen() | {"user_id": 1, "user_name": "Secret"},
        listen() | {"user_id": 2, "user_name": "Person"},
    )
    [(_, message)] = warehouse.ingest(path).refused
    assert "several users" in message
    assert "Secret" not in message
    assert warehouse.value("select count(*) from raw.plays") == 0
    renamed = [listen() | {"user_id": 1, "user_name": name} for name in ("old", "new")]
    assert warehouse.one(write(tmp_path, *renamed)).rows_kept == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
FIELDS = ("artist_name", "track_name", "release_name", "additional_info", "mbid_mapping")
METADATA = st.dictionaries(st.sampled_from([*FIELDS, "recording_msid"]), JSON)
ODD = st.fixed_dictionaries(
    {}, optional={"listened_at": JSON, "track_metadata": METADATA | JSON, "payload": JSON}
)


@FEW
@given(records=st.lists(ODD | JSON, max_size=5))
def test_no_record_is_lost_whatever_it_holds(warehouse, tmp_path_factory, records):
    path = tmp_path_factory.mktemp("fuzz") / "list.json"
    path.write_text(json.dumps([listen(), *records]))
    # A record may be a page of several, or of none.
    report = warehouse.ingest(path)
    assert not report.refused
    first = report.receipts[0]
    again = warehouse.one(path)
    assert (again.rows_read, again.rows_kept) == (first.rows_read, 0)
    assert again.rows_known == first.rows_kept + first.rows_known >= 1
