"""Catalogues of tracks and artists: which tables are some, and what is kept of them, once."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sotw.ingest import Reading, ingest

NOW = dt.datetime(2026, 1, 1, 12)
LATER = dt.datetime(2026, 2, 1)
ID = "0123456789abcdefghijA"  # with one letter more, an id
SOUND = "danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness"
SOUND += ",liveness,valence,tempo"
HEARD = "0.6,0.8,4,-5.5,0,0.05,0.23,0.0,0.09,0.88,83.0"
PLAYLISTS = "track_id,track_name,track_artist,track_popularity,track_album_id,track_album_name,"
PLAYLISTS += "track_album_release_date,playlist_name,playlist_id,playlist_genre,playlist_subgenre,"
PLAYLISTS += f"{SOUND},duration_ms"


def table(folder, heading, *rows, name="Songs.csv", **how):
    path = folder / name
    path.write_text("\n".join([heading, *rows, ""]), **how)
    return path


def tracks(warehouse):
    return warehouse.rows(
        "select artist_name, title, source, spotify_track_id, album_name, release_date,"
        " duration_ms, popularity, isrc, is_explicit from raw.track_stats"
        " join raw.names on track_name_id = name_id order by all"
    )


def artists(warehouse):
    return warehouse.rows(
        "select artist_name, source, popularity, listeners from raw.artist_stats"
        " join raw.names on artist_name_id = name_id where kind = 'artist' order by all"
    )


def tags(warehouse):
    return warehouse.rows(
        "select artist_name, tag, source from raw.artist_tags"
        " join raw.names on artist_name_id = name_id where kind = 'artist' order by all"
    )


def heard(warehouse, *features):
    return warehouse.rows(
        f"select artist_name, title, feature_source, {', '.join(features)}"
        " from raw.audio_features"
        " join raw.names on coalesce(track_name_id, artist_name_id) = name_id"
        " where (kind = 'track') = (track_name_id is not null)"
        " and (track_name_id is null) != (artist_name_id is null) order by all"
    )


def test_a_table_of_songs_fills_what_it_says_of_tracks_sound_artists_and_genres(
    warehouse, tmp_path
):
    heading = "year,track_name,track_popularity,album,artist_name,artist_genres,artist_popularity,"
    path = table(
        tmp_path,
        f"\ufeff{heading}{SOUND},duration_ms",
        f"2000,Arms,73,Limbs,Okto,['sea song'; \"sailor's pop\"],62,{HEARD},235133.0",
        f"2001,Legs,60,Limbs,Okto,['sea song'],62,{HEARD.replace('-5.5', '87.0')},0",
        "2002,Feet,59,Limbs,Tarn,[],40,,,,,,,,,,,,",
    )
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept, receipt.note) == ("catalogue", 3, None)
    assert receipt.listener is None
    assert tracks(warehouse) == [
        ("Okto", "Arms", "songs", None, "Limbs", "2000", 235133, 73, None, None),
        ("Okto", "Legs", "songs", None, "Limbs", "2001", None, 60, None, None),
        ("Tarn", "Feet", "songs", None, "Limbs", "2002", None, 59, None, None),
    ]
    assert artists(warehouse) == [("Okto", "songs", 62, None), ("Tarn", "songs", 40, None)]
    assert tags(warehouse) == [("Okto", "sailor's pop", "songs"), ("Okto", "sea song", "songs")]
    assert heard(warehouse, "loudness", "tempo", "time_signature") == [
        ("Okto", "Arms", "songs", -5.5, 83.0, None),
        # On whatever scale the catalogue has.
        ("Okto", "Legs", "songs", 87.0, 83.0, None),
    ]


def test_a_catalogue_imported_again_keeps_nothing(warehouse, tmp_path):
    path = table(
        tmp_path,
        f"artist,track,popularity,artist_popularity,genre,{SOUND}",
        f"Okto,Arms,50,60,pop,{HEARD}",
        f"Okto,Arms,50,60,rock,{HEARD}",
        "Okto,Legs,,,pop,,,,,,,,,,,",
    )
    first, second = warehouse.one(path), warehouse.one(path, now=LATER)
    assert (first.rows_kept, first.rows_known) == (3, 0)
    assert (second.rows_kept, second.rows_known) == (0, 3)
    counts = [
        warehouse.value(f"select count(*) from raw.{name}")
        for name in (
            "track_stats",
            "artist_stats",
            "audio_features",
            "artist_tags",
            "catalogue_rows",
        )
    ]
    assert counts == [1, 1, 1, 2, 3]


def test_a_track_on_several_playlists_is_kept_once_with_all_their_genres(warehouse, tmp_path):
    row = f"{ID}B,Arms,Okto,66,x,Limbs,2019-06-14,{{}},p,{{}},{HEARD},194754"
    path = table(
        tmp_path,
        PLAYLISTS,
        row.format("Mine", "pop,dance pop"),
        row.format("Yours", "pop,dance pop"),
        row.format("Theirs", "rock,dance pop"),
        row.format("Mine", "rock,dance pop").replace("Arms,Okto", "NA,NA"),
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.rows_known) == (2, 1)
    assert receipt.reasons == {"no artist": 1}
    assert tracks(warehouse) == [
        ("Okto", "Arms", "songs", f"{ID}B", "Limbs", "2019-06-14", 194754, 66, None, None)
    ]
    assert [tag for _, tag, _ in tags(warehouse)] == ["dance pop", "pop", "rock"]
    assert len(heard(warehouse, "energy")) == 1
    assert "Mine" not in str(warehouse.rows("from raw.rejects"))


def test_two_ids_of_one_title_are_two_subjects(warehouse, tmp_path):
    rows = [f"{ID}{end},Arms,Okto,{popularity}" for end, popularity in (("A", 5), ("B", 6))]
    path = table(tmp_path, "track_id,track_name,track_artist,track_popularity", *rows)
    assert warehouse.one(path).rows_kept == 2
    rows[0] = f"{ID}A,Arms,Okto,9"
    path = table(tmp_path, "track_id,track_name,track_artist,track_popularity", *rows)
    receipt = warehouse.one(path, now=LATER)
    assert (receipt.rows_kept, receipt.rows_known) == (1, 1)


def test_a_changed_number_is_appended_and_one_that_returns_is_new_again(warehouse, tmp_path):
    for day, popularity in enumerate((50, 51, 50), 1):
        path = table(tmp_path, "artist,track,popularity", f"Okto,Arms,{popularity}")
        assert warehouse.one(path, now=dt.datetime(2026, 1, day)).rows_kept == 1
    assert [row[7] for row in tracks(warehouse)] == [50, 50, 51]


def test_means_of_artists_are_about_the_artist(warehouse, tmp_path):
    path = table(
        tmp_path,
        f"artists,{SOUND},duration_ms,popularity,count",
        f'"Okto, the Great",{HEARD},177776.51,5.748,12',
        f"Tarn & Sons,{HEARD},1,0.05,1",
    )
    assert warehouse.one(path).rows_kept == 2
    assert tracks(warehouse) == []
    assert artists(warehouse) == [
        ("Okto, the Great", "songs", 6, None),
        ("Tarn & Sons", "songs", 0, None),
    ]
    assert heard(warehouse, "key", "valence") == [
        ("Okto, the Great", None, "songs", 4.0, 0.88),
        ("Tarn & Sons", None, "songs", 4.0, 0.88),
    ]
    assert warehouse.one(path, now=LATER).rows_kept == 0


def test_of_several_artists_the_first_counts(warehouse, tmp_path):
    path = table(
        tmp_path,
        f",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,{SOUND},"
        "time_signature,track_genre",
        f"0,{ID}A,Okto;Tarn,Limbs,Arms,73,230666,False,{HEARD},4,sea song",
        f'1,{ID}B,"Okto, Tarn & Sons",Limbs,Legs,73,230666,True,{HEARD},4,sea song',
        f"2,{ID}C,\"['Okto', 'Tarn']\",Limbs,Feet,73,230666,TRUE,{HEARD},4,pop",
        f'3,{ID}D,"[""Tarn\'s"", \'Okto\']",Limbs,Toes,73,1,0,{HEARD},4,pop',
        f"4,{ID}E,\"['Tarn\\'s \\xe9']\",Limbs,Ears,73,1,1.0,{HEARD},3,pop",
        f"5,{ID}F,[odd],Limbs,Eyes,73,1,maybe,{HEARD},5,pop",
        f"6,{ID}G,;Okto,Limbs,Nose,73,1,,{HEARD},5,pop",
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.note) == (
        7,
        "is_explicit: 1 values that cannot be, left out",
    )
    found = {title: (artist, explicit) for artist, title, *_, explicit in tracks(warehouse)}
    assert found == {
        "Arms": ("Okto", False),
        "Legs": ("Okto, Tarn & Sons", True),
        "Feet": ("Okto", True),
        "Toes": ("Tarn's", False),
        "Ears": ("Tarn's é", True),
        "Eyes": ("[odd]", None),
        "Nose": ("Okto", None),
    }


def test_values_that_cannot_be_are_left_out_and_counted(warehouse, tmp_path):
    path = table(
        tmp_path,
        "id,name,artist,popularity,duration_ms,danceability,energy,key,mode,tempo,time_signature,"
        "release_date,year,isrc,explicit",
        "1,Arms,Okto,101,-5,abc,inf,C#,Major,?,4/4,2019-02-30,2019,XX12345,0",
        "2,Legs,Okto,-1,1e400,NaN,1e-5,-1,Minor,nan,3,14/06/2019,1999.0,qm-abc-19-12345,yes",
        "3,Feet,Okto,50.0,200.4,0.5,0.5,11,1,120,4,0000,0,,",
        "4,Toes,Okto,,0,.25,,B♭,,120,4,2020-05,,,",
        "5,Eyes,Okto,1_000,9999999999999,.25,,x,,120,4,2020-05-06T07:08:09Z,,,",
    )
    receipt = warehouse.one(path)
    assert receipt.rows_kept == 5
    assert receipt.note == "; ".join(
        f"{name} values that cannot be, left out"
        for name in (
            *("danceability: 1", "duration_ms: 3", "energy: 1", "isrc: 1", "key: 1"),
            *("popularity: 3", "release_date: 1"),
        )
    )
    assert [(row[1], *row[5:]) for row in tracks(warehouse)] == [
        ("Arms", "2019", None, None, None, False),
        ("Eyes", "2020-05-06", None, None, None, None),
        ("Feet", None, 200, 50, None, None),
        ("Legs", "2019-06-14", None, None, "QMABC1912345", True),
        ("Toes", "2020-05", None, None, None, None),
    ]
    features = ("danceability", "energy", "key", "mode", "tempo", "time_signature")
    assert [row[1:2] + row[3:] for row in heard(warehouse, *features)] == [
        ("Arms", None, None, 1.0, 1.0, None, 4.0),
        ("Eyes", 0.25, None, None, None, 120.0, 4.0),
        ("Feet", 0.5, 0.5, 11.0, 1.0, 120.0, 4.0),
        ("Legs", None, 1e-5, None, 0.0, None, 3.0),
        ("Toes", 0.25, None, 10.0, None, 120.0, 4.0),
    ]
    assert warehouse.one(path, now=LATER).rows_kept == 0


def test_a_row_of_nobody_or_with_nothing_to_say_is_rejected(warehouse, tmp_path):
    path = table(
        tmp_path,
        "artist,track,popularity,genre,tempo",
        ",Arms,5,pop,1",
        "Okto,,5,pop,1",
        "Okto,Arms,,,",
        "Okto,Arms,200,,nan",
        "Okto,Arms",
        "Okto,Arms,5,,",
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_read, receipt.rows_kept) == (6, 1)
    assert receipt.reasons == {
        "no artist": 1,
        "no track": 1,
        "nothing said of it": 2,
        "wrong number of columns": 1,
    }


def test_catalogues_are_never_mixed(warehouse, tmp_path):
    heading, row = f"artist,track,popularity,genre,{SOUND}", f"Okto,Arms,5,pop,{HEARD}"
    for name in ("One.csv", "two.csv"):
        assert warehouse.one(table(tmp_path, heading, row, name=name)).rows_kept == 1
    # A second download of a file is no other catalogue.
    assert warehouse.one(table(tmp_path, heading, row, name="one (1).csv")).rows_known == 1
    assert [row[2] for row in heard(warehouse, "key")] == ["one", "two"]
    assert [row[2] for row in tags(warehouse)] == ["one", "two"]


def test_a_column_says_which_catalogue_a_row_is_from(warehouse, tmp_path):
    heading = "artist,track,energy,feature_source"
    rows = ("Okto,Arms,0.5,Echo", "Okto,Arms,0.5,spot", "Okto,Arms,0.5,", "Okto,Arms,0.5,echo")
    receipt = warehouse.one(table(tmp_path, heading, *rows))
    assert (receipt.rows_kept, receipt.rows_known) == (3, 1)
    assert [row[2] for row in heard(warehouse, "energy")] == ["echo", "songs", "spot"]
    again = warehouse.one(table(tmp_path, heading, *rows[:2], name="other.csv"), now=LATER)
    assert (again.rows_kept, again.rows_known) == (0, 2)


def test_semicolons_and_decimal_commas_are_read(warehouse, tmp_path):
    path = table(
        tmp_path,
        "Artist;Track Name;Duration (ms);Danceability;Tempo;Genres",
        'Okto;Arms;200000;0,25;120,5;"pop; sea song"',
        encoding="utf-16",
    )
    assert warehouse.one(path).rows_kept == 1
    assert heard(warehouse, "danceability", "tempo") == [("Okto", "Arms", "songs", 0.25, 120.5)]
    assert [tag for _, tag, _ in tags(warehouse)] == ["pop", "sea song"]


def test_the_encoding_and_the_delimiter_may_be_said(warehouse, tmp_path):
    path = table(tmp_path, "artist|track|energy", "Зима|Снег|0.5", encoding="cp1251")
    report = ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading("cp1251", "|"))
    assert [one.rows_kept for one in report.receipts] == [1]
    assert heard(warehouse, "energy") == [("Зима", "Снег", "songs", 0.5)]


def test_parquet_says_what_its_csv_says(warehouse, tmp_path):
    columns = {
        "track_id": [f"{ID}A", f"{ID}B", f"{ID}C"],
        "artists": [["Okto", "Tarn"], None, ["Tarn"]],
        "track_name": ["Arms", "Legs", None],
        "popularity": pa.array([73, 5, 5], pa.int8()),
        "duration_ms": [230666.0, 1.0, 1.0],
        "explicit": [True, False, None],
        "energy": pa.array([0.1, float("nan"), 0.5], pa.float32()),
        "tempo": [120, None, 1],
        "release_date": [dt.date(2019, 6, 14), None, None],
        "track_genre": pa.array(["pop", "rock", "pop"]).dictionary_encode(),
        "listener_ip": ["10.9.8.7", "10.9.8.7", "10.9.8.7"],
    }
    pq.write_table(pa.table(columns), tmp_path / "Songs.parquet")
    receipt = warehouse.one(tmp_path / "Songs.parquet")
    assert (receipt.rows_kept, receipt.note) == (1, None)
    assert receipt.reasons == {"no artist": 1, "no track": 1}
    assert tracks(warehouse) == [
        ("Okto", "Arms", "songs", f"{ID}A", None, "2019-06-14", 230666, 73, None, True)
    ]
    assert heard(warehouse, "energy", "tempo") == [("Okto", "Arms", "songs", 0.1, 120.0)]
    row = f"{ID}A,Okto;Tarn,Arms,73,230666,True,0.1,120,2019-06-14,pop"
    heading = "track_id,artists,track_name,popularity,duration_ms,explicit,energy,tempo,"
    path = table(tmp_path, f"{heading}release_date,track_genre", row)
    assert warehouse.one(path, now=LATER).rows_known == 1
    assert "10.9.8.7" not in str(warehouse.rows("from raw.rejects"))


def test_a_damaged_parquet_is_refused_and_nothing_of_it_kept(warehouse, tmp_path):
    path = tmp_path / "songs.parquet"
    rows = 300_000
    names = [f"Song {number}" for number in range(rows)]
    pq.write_table(
        pa.table({"artist": names, "track": names, "energy": [0.5] * rows}),
        path,
        row_group_size=50_000,
    )
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 5000] = b"\xff" * 5000
    path.write_bytes(bytes(content))
    [(_, message)] = warehouse.ingest(path).refused
    assert "damaged" in message
    assert warehouse.value("select count(*) from raw.audio_features") == 0


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("followers,genres,name,popularity,id", "10.0,\"['sea song', 'pop']\",Okto,51,x"),
        ("Artist Name(s),Genres,Artist Popularity", 'Okto,"sea song,pop",51'),
        ("artists,genres,popularity", "Okto,sea song|pop,51"),
    ],
)
def test_tables_of_artists_with_genres_are_catalogues(warehouse, tmp_path, heading, row):
    assert warehouse.one(table(tmp_path, heading, row)).format == "catalogue"
    assert [tag for _, tag, _ in tags(warehouse)] == ["pop", "sea song"]
    assert artists(warehouse) == [("Okto", "songs", 51, None)]


@pytest.mark.parametrize(
    ("heading", "row", "format_"),
    [
        ("uts,artist,track,energy,genre", "1704100000,Okto,Arms,0.5,pop", "lastfm table"),
        ("artist,track,duration_ms,added_at", "Okto,Arms,5,2024-01-06T12:00:00Z", "favourites"),
        (
            "artist_name,track_name,spotify_track_id,spotify_album,spotify_release_date,"
            "spotify_duration_ms,spotify_popularity,spotify_genres",
            f"Okto,Arms,{ID}A,Limbs,2019,1,5,pop",
            "curated spotify tracks",
        ),
    ],
)
def test_a_table_with_a_time_or_of_system_a_is_no_catalogue(
    warehouse, tmp_path, heading, row, format_
):
    assert warehouse.one(table(tmp_path, heading, row)).format == format_


@pytest.mark.parametrize(
    "heading",
    [
        f"song_name,{SOUND}",
        "audio_poly__energy,audio_poly__tempo,audio_poly__valence,audio_poly__energy^2",
    ],
)
def test_sound_of_nobody_is_refused_with_what_to_do(warehouse, tmp_path, heading):
    [(_, message)] = warehouse.ingest(table(tmp_path, heading, "1")).refused
    assert "no column names the artist" in message
    assert "artist_name" in message
