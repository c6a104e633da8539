"""What names a person's device or place is reduced or left out, whatever file says it."""

from __future__ import annotations

import json
import shutil

import pytest
from leaks import found_after_import

from sotw import warehouse as warehouses
from sotw.ingest.reading.times import like_a_time

PLANTED = "Planted"


def record(**said):
    return {
        "ts": "2025-01-01T10:00:00Z",
        "ms_played": 200_000,
        "master_metadata_track_name": "Song",
        "master_metadata_album_artist_name": "Okto",
        "spotify_track_uri": "spotify:track:0000000000000000000001",
    } | said


@pytest.mark.parametrize(
    ("said", "kept", "family"),
    [
        ("iOS 17.1 (iPhone12,8)", "ios phone", "ios"),
        ("Planted's iPhone", "ios phone", "ios"),
        ("iOS 12 (iPad Planted)", "ios tablet", "ios"),
        ("Android OS 9 API 28 (Planted, Model)", "android", "android"),
        ("Android-tablet OS 9 (Planted)", "android tablet", "android"),
        ("Windows 10 (10.0.19041; x64; Planted)", "windows", "windows"),
        ("OS X 10.15 [x86 Planted]", "osx", "osx"),
        ("Linux [Planted]", "linux", "linux"),
        ("web_player windows 10;chrome 120;Planted", "web_player", "web"),
        ("Partner sonos_ppc Sonos;Planted Speaker", "cast speaker", "cast"),
        ("Partner android_tv Planted;Model", "smart_tv", "tv"),
        ("Partner Planted", "cast speaker", "cast"),
        ("watchOS Planted", "ios watch", "ios"),
        ("not_applicable", "not_applicable", "not_applicable"),
        ("ios", "ios", "ios"),
        ("Planted", "unknown", "unknown"),
        ("  ", None, None),
        (None, None, None),
    ],
)
def test_of_a_platform_the_family_and_the_form_stay(warehouse, tmp_path, said, kept, family):
    (tmp_path / "a.json").write_text(json.dumps([record(platform=said)]))
    warehouse.one(tmp_path / "a.json")
    assert warehouse.value("select platform from raw.plays") == kept
    # What is reduced is of the family that the whole text is of.
    from sotw.render import render

    model = render("core/plays/dim_platforms.sql").replace("staging.stg_plays", "raw.plays")
    found = [row[1] for row in warehouse.rows(model)]
    assert found == ([family] if family else [])


@pytest.mark.parametrize("file", ["a.json", "a.csv", "a.parquet"])
def test_texts_that_have_not_their_form_are_nowhere_after_an_import(tmp_path, caplog, file):
    planted = {
        "platform": f"{PLANTED}'s phone",
        "conn_country": f"{PLANTED} street 5",
        "reason_start": f"{PLANTED} reason!",
        "reason_end": f"a {PLANTED}",
    }
    rows = [record(**planted), record(ts=f"{PLANTED} time", **planted)]
    if file == "a.json":
        (tmp_path / file).write_text(json.dumps(rows))
    elif file == "a.csv":
        (tmp_path / file).write_text(
            f"uts,artist,track,artist_mbid\n5,Okto,Arms,{PLANTED}\n"
            f"1704100000,Okto,Arms,{PLANTED}\n{PLANTED} time,Okto,Legs,{PLANTED}\n"
        )
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {"artist": ["Okto", "Okto"], "track": ["Arms", "Legs"]}
        columns |= {"played_at": ["2025-01-01 10:00:00", f"{PLANTED} time"]}
        pq.write_table(pa.table(columns), tmp_path / file)
    words = [PLANTED, PLANTED.upper()]
    assert found_after_import(tmp_path, [tmp_path / file], words, caplog) == set()


@pytest.mark.parametrize(
    "text",
    ["02/03/2024 10:99", "12 Foo 2024", "1e9", "32 Mar 2024, 09:42", "25:00 AM at 2024-13-01"],
)
def test_a_time_that_is_wrong_is_shown_and_another_text_is_not(text):
    assert like_a_time(text) == ("" if "Foo" in text or "e" in text else text)
    assert like_a_time(f"{text} Jane") == like_a_time("Jane") == like_a_time("1" * 41) == ""


def test_what_an_older_warehouse_holds_is_reduced(tmp_path, recorded):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(recorded / "warehouse_v6.duckdb", path)
    with warehouses.writing(path):
        pass
    with warehouses.reading(path) as con:
        platforms = con.execute("select distinct platform from raw.plays order by all").fetchall()
        assert [name for (name,) in platforms] == [
            "android", "android tablet", "cast speaker", "ios", "ios phone", "not_applicable",
            "web_player", "windows", None,
        ]  # fmt: skip
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'")
        names = [name for (name,) in tables.fetchall()]
        assert PLANTED not in str([con.execute(f"from raw.{name}").fetchall() for name in names])
