"""The columns of catalogues: by which names they are known, and what their texts mean."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def table(folder, heading, *rows):
    path = folder / "Songs.csv"
    path.write_text("\n".join([heading, *rows, ""]))
    return path


def tags(warehouse):
    return warehouse.rows("select tag from raw.artist_tags order by all")


def column(warehouse, name: str) -> list[object]:
    return [
        value for (value,) in warehouse.rows(f"select {name} from raw.track_stats order by line")
    ]


@pytest.mark.parametrize(
    ("heading", "texts", "found"),
    [
        ("duration_ms", ("225000", "3:45", "0"), [225000, 225000, None]),
        ("Duration (s)", ("225.5", "0", ""), [225500, None, None]),
        ("duration_min", ("3.5", "-1", "x"), [210000, None, None]),
        # Of these the numbers tell.
        ("duration", ("225000", "9000", "301000"), [225000, 9000, 301000]),
        ("duration", ("225", "9", "301"), [225000, 9000, 301000]),
        ("duration", ("3:45", "1:02:03", "0:09"), [225000, 3723000, 9000]),
        ("duration", ("3.45", "2.1", "4"), [None, None, None]),
        ("Length (Duration)", ("225", '"1,412"', "301"), [225000, 1412000, 301000]),
    ],
)
def test_a_duration_is_in_the_unit_that_its_heading_or_its_numbers_say(
    warehouse, tmp_path, heading, texts, found
):
    rows = [f"Okto,Song {number},5,{text}" for number, text in enumerate(texts)]
    warehouse.one(table(tmp_path, f"artist,track,popularity,{heading}", *rows))
    assert column(warehouse, "duration_ms") == found


def test_a_length_without_a_tempo_beside_it_is_not_one_of_sound(warehouse, tmp_path):
    warehouse.one(table(tmp_path, "artist,track,genre,year,length", "Okto,Arms,pop,1999,250"))
    assert column(warehouse, "duration_ms") == [None]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("14/06/2019", "2019-06-14"), ("6/14/2019", "2019-06-14"), ("14.6.2019", "2019-06-14")),
        # Of this only the year is sure.
        ("05/06/2019", "2019"),
        ("05/05/2019", "2019-05-05"),
        *(("20190614", "2019-06-14"), ("2019/06/14", "2019-06-14")),
        *(("1999-00-00", "1999"), ("1999-05-00", "1999-05"), ("1999-00-05", "1999")),
    ],
)
def test_a_release_date_is_as_exact_as_its_text(warehouse, tmp_path, text, found):
    warehouse.one(table(tmp_path, "artist,track,popularity,release_date", f"Okto,Arms,5,{text}"))
    assert column(warehouse, "release_date") == [found]


@pytest.mark.parametrize(
    "heading",
    [
        '"",title,artist,top genre,year,bpm,nrgy,dnce,dB,live,val,dur,acous,spch,pop',
        '"",Track.Name,Artist.Name,Genre,year,Beats.Per.Minute,Energy,Danceability,Loudness..dB..,'
        "Liveness,Valence.,Length.,Acousticness..,Speechiness.,Popularity",
        "Index,Title,Artist,Top Genre,Year,Beats Per Minute (BPM),Energy,Danceability,"
        "Loudness (dB),Liveness,Valence,Length (Duration),Acousticness,Speechiness,Popularity",
        "index,trackName,artistName,genre,releaseYear,songTempo,energy,danceability,loudness,"
        "liveness,valence,durationSeconds,acousticness,speechiness,trackPopularity",
        "i,song.title,artist.name,artist.terms,song.year,song.tempo,song.energy,song.danceability,"
        "song.loudness,song.liveness,song.valence,song.duration,song.acousticness,"
        "song.speechiness,song_popularity",
    ],
)
def test_the_short_and_the_long_names_of_columns_mean_the_same(warehouse, tmp_path, heading):
    row = "1,Arms,Okto,sea song,2010,97,89,67,-4,8,80,217,19,5,83"
    receipt = warehouse.one(table(tmp_path, heading, row))
    assert (receipt.format, receipt.rows_kept) == ("catalogue", 1)
    heard = warehouse.rows(
        "select tempo, energy, danceability, loudness, liveness, valence, acousticness, speechiness"
        " from raw.audio_features"
    )
    assert heard == [(97.0, 89.0, 67.0, -4.0, 8.0, 80.0, 19.0, 5.0)]
    named = warehouse.rows(
        "select artist_name, title, release_date, duration_ms, popularity"
        " from raw.track_stats join raw.names on track_name_id = name_id"
    )
    assert named == [("Okto", "Arms", "2010", 217000, 83)]
    assert tags(warehouse) == [("sea song",)]


def test_a_list_of_nothing_is_no_genre(warehouse, tmp_path):
    rows = [f"Okto,Song {number},5,{text}" for number, text in enumerate(("set()", "[]", "{}"))]
    warehouse.one(table(tmp_path, "artist,song,popularity,genre", *rows))
    assert tags(warehouse) == []


def test_a_number_is_the_name_of_no_catalogue(warehouse, tmp_path):
    rows = ("Okto,Arms,1965,3", "Okto,Legs,1965,Sea Books")
    warehouse.one(table(tmp_path, "artist,song,year,source", *rows))
    assert column(warehouse, "source") == ["songs", "sea books"]


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        (
            "date,rank,song,artist,last-week,peak-rank,weeks-on-board",
            "2021-11-06,1,Arms,Okto,1,1,3",
        ),
        ("Position,Track Name,Artist,Streams,URL,Date,Region", "1,Arms,Okto,9,u,2017-01-01,ec"),
        ("title,rank,date,artist,url,region,chart", "Arms,1,2017-01-01,Okto,u,X,top200"),
    ],
)
def test_a_chart_is_named_and_nothing_of_it_kept(warehouse, tmp_path, heading, row):
    report = warehouse.ingest(table(tmp_path, heading, row))
    [(_, message)] = report.refused
    assert "a chart" in message
    assert not report.receipts


def test_a_chart_that_says_more_of_its_songs_is_a_catalogue(warehouse, tmp_path):
    heading = "date,position,song,artist,popularity,duration_ms,album_type,year"
    receipt = warehouse.one(
        table(tmp_path, heading, "2024-05-18,1,Arms,Okto,91,200000,single,2024")
    )
    assert receipt.format == "catalogue"
    assert column(warehouse, "release_date") == [None]


def test_plays_with_a_rank_are_no_chart(warehouse, tmp_path):
    path = table(tmp_path, "date,rank,artist,track,country", "2024-01-01 10:00:00,1,Okto,Arms,X")
    assert warehouse.one(path).format == "lastfm table"


@pytest.mark.parametrize(
    "artists",
    [
        [{"name": "Okto"}, {"name": None}],
        [[{"name": "Okto"}, {"name": "Tarn"}], []],
        # A missing one is an error of Arrow before 26.
        pa.array([["Okto"], [None]], pa.list_(pa.string(), 1)),
        pa.array(["Okto", None]).dictionary_encode(),
    ],
)
def test_an_artist_of_parquet_may_be_a_structure_or_a_list(warehouse, tmp_path, artists):
    path = tmp_path / "songs.parquet"
    pq.write_table(
        pa.table({"artists": artists, "name": ["Arms", "Legs"], "energy": [0.1, 1]}), path
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (1, {"no artist": 1})
    named = "select artist_name, title from raw.audio_features join raw.names"
    assert warehouse.rows(f"{named} on track_name_id = name_id") == [("Okto", "Arms")]


@pytest.mark.parametrize(
    "artists", [pa.array([b"\xff\xfe"]), pa.array([[("a", "b")]], pa.map_("string", "string"))]
)
def test_an_artist_of_parquet_that_is_no_text_is_one_clear_line(warehouse, tmp_path, artists):
    path = tmp_path / "songs.parquet"
    pq.write_table(pa.table({"artist": artists, "name": ["Arms"], "energy": [0.1]}), path)
    [(_, message)] = warehouse.ingest(path).refused
    assert "a column has an odd type" in message
    assert "\n" not in message


def test_a_table_of_albums_is_none_of_tracks(warehouse, tmp_path):
    heading = "id,name,album_type,total_tracks,release_date,artists,popularity"
    report = warehouse.ingest(table(tmp_path, heading, "x,Limbs,album,9,2019-06-14,Okto,50"))
    assert not report.receipts
    heading = "id,name,album_type,total_tracks,release_date,artists,popularity,duration_ms"
    warehouse.one(table(tmp_path, heading, "x,Arms,album,9,2019-06-14,Okto,50,200000"))
    assert column(warehouse, "popularity") == [50]
