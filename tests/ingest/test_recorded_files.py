"""Hand-written exports with every fault that such files are known to have."""

from __future__ import annotations

import datetime as dt


def test_lastfm_to_csv_loses_only_the_faulty_records(warehouse, recorded):
    receipt = warehouse.one(recorded / "lastfm_to_csv.csv")
    assert receipt.format == "lastfm-to-csv"
    assert receipt.rows_read == 20
    assert receipt.reasons == {
        "wrong number of columns": 2,
        "time before 2002": 2,
        "no artist": 1,
        "no time": 1,
        "no track": 1,
        "quote not closed": 1,
        "time in the future": 1,
        "time not understood": 1,
    }
    assert receipt.rows_kept == 10
    assert warehouse.rows("select line, record from raw.rejects where reason like 'quote%'") == [
        (7, 'Okto,Unclosed,"Broken,11 Mar 2023 07:58')
    ]


def test_the_lines_of_rejects_are_those_of_the_file(warehouse, recorded):
    path = recorded / "lastfm_to_csv.csv"
    warehouse.one(path)
    lines = path.read_text("utf-8-sig").splitlines()
    found = warehouse.rows("select line, reason from raw.rejects order by line")
    assert [line for line, _ in found] == [7, 9, 10, 11, 12, 13, 14, 16, 17, 20]
    assert "Odd Day" in lines[14 - 1]
    assert "Next Year" in lines[20 - 1]


def test_equal_plays_of_a_minute_count_with_ordinals_and_different_ones_are_not_merged(
    warehouse, recorded
):
    warehouse.one(recorded / "lastfm_to_csv.csv")
    minute = dt.datetime(2023, 3, 12, 9, 42)
    assert [row[1:] for row in warehouse.plays() if row[0] == minute] == [
        ("Okto", "Arms", 0, "minute"),
        ("Okto", "Arms", 1, "minute"),
        ("Okto", 'So-called "Hands"', 0, "minute"),
    ]


def test_names_stay_as_written_and_whole(warehouse, recorded):
    warehouse.one(recorded / "lastfm_to_csv.csv")
    names = warehouse.rows("select artist_name, title from raw.names where kind = 'track'")
    # The text nan is a name; an artist with & is one artist; the BOM is no part of a name.
    assert {("NaN", "null"), ("Mill & Marrow", 'A 7" Single')} <= set(names)
    assert ("The Paper Lanterns", "Intro") in names
    albums = warehouse.rows(
        "select title from raw.plays join raw.names on album_name_id = name_id"
        " where title like '%Rooms' order by title"
    )
    assert albums == [("Loud Rooms",), ("Quiet Rooms",)]


def test_every_track_and_album_spelling_has_its_artist_too(warehouse, recorded):
    warehouse.one(recorded / "lastfm_to_csv.csv")
    orphans = warehouse.value(
        "select count(*) from raw.names as names where artist_name is not null and not exists"
        " (from raw.names as artists where artists.kind = 'artist'"
        " and artists.artist_name = names.artist_name)"
    )
    assert orphans == 0
    assert warehouse.value("select count(*) - count(distinct name_id) from raw.names") == 0


def test_a_ghan_table_gives_seconds_and_falls_back_to_its_text(warehouse, recorded):
    receipt = warehouse.one(recorded / "recenttracks.csv")
    assert receipt.format == "ghan csv"
    assert (receipt.rows_read, receipt.rows_kept) == (13, 9)
    assert receipt.reasons == {"time before 2002": 2, "no time": 1, "time not understood": 1}
    fallback = [row for row in warehouse.plays() if row[2] == "Fallback"]
    assert fallback == [
        (dt.datetime(2023, 3, 10, 10), "Minutes Only", "Fallback", 0, "minute"),
    ]


def test_several_plays_of_one_second_and_look_alikes_are_all_kept(warehouse, recorded):
    warehouse.one(recorded / "recenttracks.csv")
    plays = warehouse.plays()
    assert [row[3] for row in plays if row[2] == "Phases (feat. Okto)"] == [0, 1]
    assert {row[1] for row in plays if row[2] == "Short"} == {"xXOXx", "xX0Xx"}


def test_pages_of_json_are_read_however_they_are_wrapped(warehouse, recorded):
    receipt = warehouse.one(recorded / "recenttracks.json")
    assert receipt.format == "lastfm json"
    assert (receipt.rows_read, receipt.rows_kept) == (9, 3)
    assert receipt.reasons == {
        "no artist": 1,
        "no time": 1,
        "no track": 1,
        "not a track": 1,
        "now playing, no time yet": 1,
        "time not understood": 1,
    }
    assert warehouse.plays() == [
        (dt.datetime(2023, 3, 12, 5, 40), "Plain", "Text Date", 0, "minute"),
        (dt.datetime(2023, 3, 12, 5, 46, 40), "Tarn", "Alone", 0, "second"),
        (dt.datetime(2023, 3, 12, 9, 42, 57), "Okto", "Arms", 0, "second"),
    ]


def test_the_csv_and_the_json_of_one_account_bring_a_play_once(warehouse, recorded):
    warehouse.one(recorded / "recenttracks.csv")
    receipt = warehouse.one(recorded / "recenttracks.json")
    assert (receipt.rows_kept, receipt.rows_known) == (2, 1)
    [(artist_mbid, payload)] = warehouse.rows(
        "select artist_mbid, payload from raw.plays where epoch(played_at) = 1678614177"
    )
    assert artist_mbid == "0f0e0d0c-0001-4000-8000-000000000001"
    assert payload == '{"album_mbid": "0f0e0d0c-0002-4000-8000-000000000001"}'


def test_headings_in_any_case_and_times_in_any_shape_are_read(warehouse, recorded):
    receipt = warehouse.one(recorded / "scrobbles_with_index.csv")
    assert receipt.format == "lastfm table"
    assert receipt.reasons == {"time not understood": 1}
    assert [(row[2], row[0], row[4]) for row in reversed(warehouse.plays())] == [
        ("Arms", dt.datetime(2023, 3, 12, 9, 42, 57), "second"),
        ("Legs", dt.datetime(2023, 3, 12, 9, 41), "second"),
        ("Feet", dt.datetime(2023, 3, 12, 9, 40, 30), "second"),
        ("Toes", dt.datetime(2023, 3, 12, 9, 39), "minute"),
        ("Nails", dt.datetime(2023, 3, 12, 9, 38, 0, 123000), "second"),
    ]


def test_curated_plays_are_to_the_minute_and_the_user_never_enters(warehouse, recorded):
    receipt = warehouse.one(recorded / "lastfm_scrobbles.csv")
    assert receipt.format == "curated plays"
    assert (receipt.rows_read, receipt.rows_kept) == (4, 1)
    assert [row[4] for row in warehouse.plays()] == ["minute"]
    for (table,) in warehouse.rows(
        "select table_name from duckdb_tables() where schema_name='raw'"
    ):
        assert "somebody" not in repr(warehouse.rows(f"select * from raw.{table}")), table


def test_rows_of_artists_and_albums_are_read_by_their_own_width(warehouse, recorded):
    artists = warehouse.one(recorded / "lastfm_artists.csv")
    assert artists.note == "3 rows lack columns: what is there was told by how many they are"
    assert artists.reasons == {
        "listeners not understood": 1,
        "no artist": 1,
        "wrong number of columns": 1,
    }
    assert (artists.rows_kept, artists.rows_known) == (5, 1)
    found = warehouse.rows(
        "select artist_name, listeners, playcount from raw.artist_stats"
        " join raw.names on artist_name_id = name_id order by all"
    )
    # 1984 is an artist, not a number in the wrong column.
    assert found == [
        ("1984", 3, 4),
        ("Mill & Marrow", 5600, 78000),
        ("Okto", 1200, 34000),
        ("Okto", 1300, 35000),
        ("Tarn", 7, 19),
    ]
    albums = warehouse.one(recorded / "lastfm_albums.csv")
    assert albums.reasons == {"no album": 1}
    assert warehouse.rows(
        "select artist_name, title, listeners, playcount from raw.album_stats"
        " join raw.names on album_name_id = name_id order by all"
    ) == [("Okto", "Eight, Nine", 900, 8000), ("Tarn", "Phases", 30, 40)]


def test_a_duration_of_zero_is_not_known(warehouse, recorded):
    assert warehouse.one(recorded / "lastfm_tracks.csv").reasons == {"no artist": 1}
    warehouse.one(recorded / "spotify_tracks.csv")
    assert warehouse.rows(
        "select source, title, duration_ms from raw.track_stats"
        " join raw.names on track_name_id = name_id order by all"
    ) == [
        ("lastfm", "Arms", 209000),
        ("lastfm", "Feet", None),
        ("lastfm", "Legs", None),
        ("spotify", "Arms", 209440),
        ("spotify", "Phases", None),
    ]


def test_release_dates_stay_as_exact_as_given_and_genres_become_tags(warehouse, recorded):
    receipt = warehouse.one(recorded / "spotify_tracks.csv")
    assert receipt.reasons == {"popularity not 0 to 100": 1}
    dates = warehouse.rows("select release_date from raw.track_stats order by all")
    assert dates == [("1998",), ("2019-05",)]
    assert warehouse.rows(
        "select artist_name, tag_key from raw.artist_tags"
        " join raw.names on artist_name_id = name_id order by all"
    ) == [("Okto", "art rock"), ("Okto", "dub")]


def test_profiles_are_kept_by_mbid(warehouse, recorded):
    receipt = warehouse.one(recorded / "musicbrainz_artists.csv")
    assert receipt.reasons == {"no artist mbid": 1}
    assert (receipt.rows_kept, receipt.rows_known) == (2, 1)
    assert warehouse.rows(
        "select country, career_begin_date, career_end_date, has_career_ended"
        " from raw.artist_profiles order by artist_mbid"
    ) == [
        ("Iceland", dt.date(2004, 1, 1), dt.date(2019, 6, 30), True),
        (None, None, None, False),
    ]
    assert warehouse.rows("select tag, artist_name_id from raw.artist_tags") == [("art rock", None)]


def test_favourites_of_system_a_are_picks_without_a_week(warehouse, recorded):
    receipt = warehouse.one(recorded / "spotify_favorites.csv")
    assert (receipt.format, receipt.rows_kept) == ("spotify favourites", 2)
    assert receipt.reasons == {"not a favourite": 1, "time not understood": 1}
    assert warehouse.rows("select picked_at, week_ending from raw.picks order by all") == [
        (dt.datetime(2023, 3, 11, 13, 13), None),
        (dt.datetime(2023, 3, 18, 12), None),
    ]


def test_a_genre_map_tags_each_artist_once_per_key(warehouse, recorded):
    receipt = warehouse.one(recorded / "genres.json")
    assert (receipt.rows_read, receipt.rows_kept, receipt.rows_known) == (6, 3, 2)
    assert receipt.reasons == {"no artist": 1}


def test_the_whole_folder_again_adds_nothing(warehouse, recorded, tmp_path):
    files = sorted([*recorded.glob("*.csv"), *recorded.glob("*.json")])
    assert len(files) >= 12
    warehouse.ingest(*files)
    tables = warehouse.rows(
        "select table_name from duckdb_tables() where schema_name = 'raw'"
        " and table_name not in ('imports', 'rejects')"
    )
    counts = {table: warehouse.value(f"select count(*) from raw.{table}") for (table,) in tables}
    again = warehouse.ingest(*files, now=dt.datetime(2026, 1, 2))
    assert [receipt.rows_kept for receipt in again.receipts] == [0] * len(again.receipts)
    for table, count in counts.items():
        assert warehouse.value(f"select count(*) from raw.{table}") == count, table
