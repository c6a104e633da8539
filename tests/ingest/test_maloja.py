"""Maloja and Koito: a list of artists for each play, the first of whom is the artist."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import found_after_import

if TYPE_CHECKING:
    from pathlib import Path

AT = 1_678_600_000
TIME = dt.datetime(2023, 3, 12, 5, 46, 40)
BOTH = '{"artists": ["Okto", "Mill & Marrow"]}'
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
COLUMNS = (
    "select played_at, artist_name, title, ms_played, duration_ms, payload, time_kind"
    " from raw.plays join raw.names on track_name_id = name_id order by played_at, line"
)


def maloja(folder: Path, *scrobbles: object, name: str = "maloja.json", key: str = "scrobbles"):
    path = folder / name
    path.write_text(json.dumps({"maloja": {"export_time": AT}, key: scrobbles}))
    return path


def scrobble(at: object = AT, **track: object) -> dict[str, object]:
    named = {"artists": ["Okto"], "title": "Arms", "album": None, "length": None} | track
    return {"time": at, "track": named, "duration": None, "origin": "client:somebody"}


def listen(at: object = "2023-03-12T05:46:40Z", **fields: object) -> dict[str, object]:
    def named(name: str) -> list[dict[str, object]]:
        return [{"alias": "other", "is_primary": False}, {"alias": name, "is_primary": True}]

    return {
        "listened_at": at,
        "track": {"mbid": None, "duration": 0, "aliases": named("Arms")},
        "album": {"mbid": None, "aliases": named("Deep")},
        "artists": [{"is_primary": True, "mbid": None, "aliases": named("Okto")}],
    } | fields


def koito(folder: Path, *listens: object) -> Path:
    path = folder / "koito.json"
    path.write_text(json.dumps({"version": "1", "user": "somebody", "listens": listens}))
    return path


def test_a_maloja_export_is_read_and_known_the_second_time(warehouse, recorded):
    path = recorded / "players" / "maloja.json"
    receipt = warehouse.one(path)
    assert receipt.format == "maloja"
    assert (receipt.rows_read, receipt.rows_kept) == (6, 2)
    assert receipt.reasons == {
        "no artist": 1,
        "not a listen": 1,
        "time before 2002": 1,
        "time not understood": 1,
    }
    minute = dt.timedelta(minutes=1)
    # What was heard of it, and how long it is, in seconds there; an unknown length is none.
    assert warehouse.rows(COLUMNS) == [
        (TIME, "Okto", "Arms", 150_000, 201_000, BOTH, "start"),
        (TIME + minute, "Okto", "Legs", None, None, None, "start"),
    ]
    assert warehouse.one(path).rows_known == 2


def test_a_koito_export_is_read_and_known_the_second_time(warehouse, recorded):
    path = recorded / "players" / "koito.json"
    receipt = warehouse.one(path)
    assert receipt.format == "koito"
    assert (receipt.rows_read, receipt.rows_kept) == (6, 2)
    assert receipt.reasons == {
        "no track": 1,
        "not a listen": 1,
        "time before 2002": 1,
        "time not understood": 1,
    }
    minute = dt.timedelta(minutes=1)
    # The primary artist stands second in the file; the name is the primary alias.
    assert warehouse.rows(COLUMNS) == [
        (TIME, "Okto", "Arms", None, 201_000, BOTH, "start"),
        (TIME + minute, "Okto", "Legs", None, None, None, "start"),
    ]
    assert warehouse.rows("select track_mbid, artist_mbid from raw.plays order by line") == [
        ("0a000001-0000-4000-8000-000000000001", "0c000002-0000-4000-8000-000000000002"),
        (None, "0c000001-0000-4000-8000-000000000001"),
    ]
    assert warehouse.one(path).rows_known == 2


def test_origins_clients_and_users_are_nowhere_after_an_import(recorded, tmp_path, caplog):
    paths = [recorded / "players" / f"{name}.json" for name in ("maloja", "koito")]
    words = ("Secret", "phone", "legacy", "example.org", "Okto")
    assert found_after_import(tmp_path, paths, words, caplog) == {"Okto"}


def test_exports_that_overlap_never_double(warehouse, tmp_path):
    first = maloja(tmp_path, scrobble(AT), scrobble(AT + 9), name="a.json")
    second = maloja(tmp_path, scrobble(AT + 9), scrobble(AT + 20), name="b.json")
    assert warehouse.one(first).rows_kept == 2
    receipt = warehouse.one(second)
    assert (receipt.rows_kept, receipt.rows_known) == (1, 1)


def test_older_shapes_of_maloja_are_the_same_plays(warehouse, tmp_path):
    loose = {"time": AT, "artists": ["Okto"], "title": "Arms", "album": "Deep", "duration": 5}
    text = {"time": AT, "track": {"artists": "Okto", "title": "Arms", "album": {"name": "Deep"}}}
    now = {"time": AT, "track": {"artists": ["Okto"], "title": "Arms", "album": {}}}
    assert warehouse.one(maloja(tmp_path, loose, key="list")).rows_kept == 1
    assert warehouse.one(maloja(tmp_path, text, name="b.json")).rows_known == 1
    assert warehouse.one(maloja(tmp_path, now, name="c.json")).rows_known == 1
    # Whether that duration is the length or what was heard is not said.
    assert warehouse.rows("select ms_played, duration_ms from raw.plays") == [(None, None)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"artists": None}, "no artist"),
        ({"artists": [None, 7, ""]}, "no artist"),
        ({"title": ["Arms"]}, "no track"),
        ({"title": ""}, "no track"),
    ],
)
def test_a_scrobble_without_names_costs_one_record(warehouse, tmp_path, fields, reason):
    receipt = warehouse.one(maloja(tmp_path, scrobble(), scrobble(AT + 1, **fields)))
    assert (receipt.rows_kept, receipt.reasons) == (1, {reason: 1})


@pytest.mark.parametrize("odd", [None, 7, "x", [1], {}, float("nan")])
def test_an_odd_element_costs_only_itself(warehouse, tmp_path, odd):
    for path in (maloja(tmp_path, scrobble(), odd), koito(tmp_path, listen(), odd)):
        receipt = warehouse.one(path)
        assert (receipt.rows_kept, receipt.reasons) == (1, {"not a listen": 1})


def test_lengths_that_cannot_be_are_unknown_and_the_play_stays(warehouse, tmp_path):
    lengths = (-1, 10**18, 10**400, "long", [], float("nan"), True, 0)
    odd = [scrobble(AT + place, length=length) for place, length in enumerate(lengths)]
    assert warehouse.one(maloja(tmp_path, *odd)).rows_kept == len(lengths)
    assert warehouse.value("select count(duration_ms) from raw.plays") == 0


def test_an_export_that_is_cut_off_is_refused_whole(warehouse, tmp_path):
    path = maloja(tmp_path, scrobble(), scrobble(AT + 1))
    path.write_text(path.read_text()[:-30])
    [(_, message)] = warehouse.ingest(path).refused
    assert "cut off or damaged" in message
    assert warehouse.value("select count(*) from raw.plays") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
TRACK = st.dictionaries(
    st.sampled_from(["artists", "title", "album", "length", "aliases", "mbid", "duration"]), JSON
)
ODD = JSON | st.fixed_dictionaries(
    {},
    optional={
        "time": JSON,
        "listened_at": JSON,
        "track": TRACK | JSON,
        "album": TRACK | JSON,
        "artists": st.lists(TRACK, max_size=2) | JSON,
        "duration": JSON,
    },
)


@FEW
@given(records=st.lists(ODD, max_size=5))
def test_no_record_is_lost_whatever_it_holds(warehouse, tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("fuzz")
    for path in (maloja(folder, scrobble(), *records), koito(folder, listen(), *records)):
        assert warehouse.one(path).rows_read == 1 + len(records)
