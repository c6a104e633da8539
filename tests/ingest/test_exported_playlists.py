"""Playlists that tools write as tables are lists, judged by their growth."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from sotw.ingest.formats.spotify.exported import first_artist

if TYPE_CHECKING:
    from pathlib import Path

EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album Name","Added By","Added At"\n'
)
ID = "4uLU6hMCjMI75M1A2tKUQ{}"
ARTISTS = '"spotify:artist:1, spotify:artist:2","Okto, Ann Bo"'


def exportify(folder: Path, name: str = "Road_Trip.csv") -> Path:
    path = folder / name
    rows = [
        f'"spotify:track:{ID.format(n)}","Song {n}",{ARTISTS},"One","me","2023-05-17T08:05:0{n}Z"\n'
        for n in range(3)
    ]
    path.write_text(EXPORTIFY + "".join(rows))
    return path


def test_a_list_of_exportify_is_a_playlist_by_the_name_of_its_file(warehouse, tmp_path):
    receipt = warehouse.one(exportify(tmp_path))
    assert (receipt.format, receipt.rows_kept) == ("exported playlist", 3)
    assert warehouse.value("select count(*) from raw.picks") == 0
    assert warehouse.rows(
        "select playlist, artist_name, title, added_at, spotify_track_id from raw.playlist_items"
        " join raw.names on track_name_id = name_id order by title limit 1"
    ) == [("Road Trip", "Okto", "Song 0", dt.datetime(2023, 5, 17, 8, 5), ID.format(0))]
    assert warehouse.one(exportify(tmp_path)).rows_known == 3


def test_a_list_is_of_favourites_where_the_person_says_so(warehouse, tmp_path):
    receipt = warehouse.one(exportify(tmp_path), is_favorites=True)
    assert (receipt.format, receipt.rows_kept) == ("favourites", 3)


def test_several_lists_may_share_a_table(warehouse, tmp_path):
    path = tmp_path / "all.csv"
    path.write_text(
        "Playlist name,Title,Artist,ISRC,Date added\n"
        "Road,Arms,Okto,QZ0000000001,2023-05-17\nHome,Legs,Okto,QZ0000000002,2023-05-18\n"
    )
    assert warehouse.one(path).format == "exported playlist"
    rows = warehouse.rows("select playlist, added_at from raw.playlist_items order by all")
    assert rows == [("Home", dt.datetime(2023, 5, 18, 12)), ("Road", dt.datetime(2023, 5, 17, 12))]


def test_favourites_with_an_id_stay_favourites(warehouse, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("artist,track,spotify_uri,added_at\nOkto,Arms,,2023-05-17T08:05:00Z\n")
    assert warehouse.one(path).format == "favourites"


@pytest.mark.parametrize(
    ("names", "ids", "album_artist", "first"),
    [
        ("Okto, Ann Bo", "1, 2", "", "Okto"),
        ("Okto, Ann Bo", "1", "", "Okto, Ann Bo"),
        ("Okto, Ann Bo", "", "Okto", "Okto"),
        ("Okto, Ann, and Bo", "1", "Okto, Ann, and Bo", "Okto, Ann, and Bo"),
        ("Okto;Ann Bo", "", "", "Okto"),
        ("Okto", "1", "Various Artists", "Okto"),
    ],
)
def test_the_first_artist_is_told_by_what_stands_beside(names, ids, album_artist, first):
    assert first_artist(names, ids, album_artist) == first
