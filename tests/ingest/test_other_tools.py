"""Files that other tools make of a history: read for what they are, or refused with what to do."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW

from sotw.ingest import Reading, ingest
from sotw.ingest.reading.times import day_order, parse_time

if TYPE_CHECKING:
    from pathlib import Path

AT = 1_577_934_245
TIME = dt.datetime(2020, 1, 2, 3, 4, 5)
UTS = f"uts,artist,album,track\n{AT},"
LOVED = {"artist": {"name": "Okto", "mbid": ""}, "name": "Arms", "date": {"uts": str(AT)}}


def write(folder: Path, content: object, name: str = "file", encoding: str = "utf-8") -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(text.encode(encoding))
    return path


def imported(warehouse: Any, path: Path) -> Any:
    """The receipt of a file that is kept whole, and not again."""
    receipt = warehouse.one(path)
    assert receipt.rows_kept == receipt.rows_read > 0
    assert warehouse.one(path).rows_kept == 0
    return receipt


def refused(warehouse: Any, path: Path) -> str:
    report = warehouse.ingest(path)
    assert not report.receipts
    [(_, message)] = report.refused
    return str(message)


def test_the_csv_of_lastfmstats_is_read_and_the_name_in_its_heading_is_not_kept(
    warehouse, tmp_path
):
    text = f'Artist;Album;AlbumId;Track;Date#planted\n"Okto";"One";"";"Arms";"{AT}000"\n'
    receipt = imported(warehouse, write(tmp_path, text, "lastfmstats-planted.csv"))
    assert receipt.format == "lastfmstats"
    assert "planted" not in receipt.file
    assert warehouse.plays() == [(TIME, "Okto", "Arms", 0, "second")]


@pytest.mark.parametrize(
    "content",
    [
        {"username": "planted", "scrobbles": [{"track": "Arms", "artist": "Okto", "date": AT}]},
        [{"artist": "Okto", "title": "Arms", "album": "One", "time": AT}],
        [{"artist": "Okto", "name": "Arms", "timestamp": "2020-01-02T03:04:05Z"}],
    ],
)
def test_flat_records_of_artist_track_and_time_are_plays(warehouse, tmp_path, content):
    imported(warehouse, write(tmp_path, content))
    assert warehouse.plays() == [(TIME, "Okto", "Arms", 0, "second")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", {"lovedtracks": {"track": [LOVED], "@attr": {"user": "planted"}}}),
        ("a.json", {"lovedtracks": {"track": LOVED}}),
        ("a.json", [{"track": [LOVED]}]),
        ("a.json", [LOVED]),
        ("lovedtracks-planted-1700000000.csv", f"uts,artist,track\n{AT},Okto,Arms\n"),
    ],
)
def test_loved_songs_of_lastfm_are_feedback_and_no_plays(warehouse, tmp_path, name, content):
    receipt = imported(warehouse, write(tmp_path, content, name))
    assert "planted" not in receipt.file
    assert warehouse.plays() == []
    feedback = "select given_at, artist_name, title, score from raw.feedback join raw.names"
    assert warehouse.rows(f"{feedback} on track_name_id = name_id") == [(TIME, "Okto", "Arms", 1)]


@pytest.mark.parametrize(("name", "score"), [("loved.txt", 1), ("my-banned.tsv", -1)])
def test_lines_of_loved_songs_are_feedback_by_the_name_of_the_file(
    warehouse, tmp_path, name, score
):
    lines = f"{AT}\tArms\tOkto\t\t\t\t\nbad\n"
    receipt = warehouse.one(write(tmp_path, lines, name))
    assert (receipt.rows_kept, receipt.rows_rejected) == (1, 1)
    assert warehouse.rows("select given_at, score from raw.feedback") == [(TIME, score)]
    imported(warehouse, write(tmp_path, lines[:-4], "exported_tracks.txt"))
    assert len(warehouse.plays()) == 1


def test_recent_tracks_with_the_extended_fields_are_plays(warehouse, tmp_path):
    track = LOVED | {"album": {"#text": "One"}, "loved": "1"}
    imported(warehouse, write(tmp_path, {"recenttracks": {"track": [track]}}))
    assert len(warehouse.plays()) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"topartists": {"artist": [{"name": "Okto", "playcount": "5"}]}},
        {"toptags": {"tag": [{"name": "rock", "count": 5}]}},
        {"weeklytrackchart": {"track": [{"name": "Arms", "playcount": "5"}]}},
        "artist,track,playcount\nOkto,Arms,5\nOkto,Legs,3\n",
    ],
)
def test_counts_without_times_are_refused_with_what_to_export(warehouse, tmp_path, content):
    assert "without the times of the plays" in refused(warehouse, write(tmp_path, content))


@pytest.mark.parametrize("is_among_tracks", [False, True])
def test_the_answer_of_a_service_that_failed_is_refused_without_its_words(
    warehouse, tmp_path, is_among_tracks
):
    error = {"error": 17, "message": "User planted required to be logged in"}
    message = refused(warehouse, write(tmp_path, [error, LOVED] if is_among_tracks else error))
    assert "xport it again" in message or "the export again" in message
    assert "planted" not in message


@pytest.mark.parametrize("index", ["", "0,"])
def test_a_table_of_spotifys_account_plays_ends_at_their_minute(warehouse, tmp_path, index):
    header = f"{index and ','}endTime,artistName,trackName,msPlayed\n"
    text = f"{header}{index}2021-03-04 05:06,Okto,Arms,123456\n"
    imported(warehouse, write(tmp_path, text))
    assert warehouse.plays() == [(dt.datetime(2021, 3, 4, 5, 6), "Okto", "Arms", 0, "minute")]
    assert warehouse.rows("select source, time_kind, ms_played from raw.plays") == [
        ("spotify", "end", 123456)
    ]


def test_a_table_and_the_json_of_spotifys_account_plays_are_the_same_plays(warehouse, tmp_path):
    play = {"endTime": "2021-03-04 05:06", "artistName": "Okto", "trackName": "Arms"}
    imported(warehouse, write(tmp_path, [play | {"msPlayed": 5}], "StreamingHistory0.json"))
    text = "endTime,artistName,trackName,msPlayed\n2021-03-04 05:06,Okto,Arms,5\n"
    assert warehouse.one(write(tmp_path, text, "a.csv")).rows_known == 1


def test_the_last_plays_that_spotifys_api_tells_are_stamped_at_neither_end(warehouse, tmp_path):
    track = {"name": "Arms", "artists": [{"name": "Okto"}, {"name": "Two"}], "duration_ms": 1000}
    item = {"track": track | {"id": "7" * 22}, "played_at": "2020-01-02T03:04:05.123Z"}
    path = write(tmp_path, {"items": [item, {"track": None, "played_at": "x"}], "limit": 50})
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (1, {"time not understood": 1})
    assert warehouse.one(path).rows_kept == 0
    assert warehouse.rows("select played_at, time_kind, spotify_track_id from raw.plays") == [
        (TIME.replace(microsecond=123_000), "unknown", "7" * 22)
    ]


@pytest.mark.parametrize(
    "address",
    ["7" * 22, f"spotify:track:{'7' * 22}", f"https://open.spotify.com/track/{'7' * 22}?si=x"],
)
def test_a_table_of_spotifys_extended_plays_by_others_keeps_the_end_clock(
    warehouse, tmp_path, address
):
    header = "spotify_track_uri,ts,platform,ms_played,track_name,artist_name,album_name,skipped\n"
    text = f"{header}{address},2020-01-02 03:04:05,web player,3185,Arms,Okto,One,FALSE\n"
    imported(warehouse, write(tmp_path, text))
    columns = "source, played_at, time_kind, content_type, spotify_track_id, skipped"
    assert warehouse.rows(f"select {columns} from raw.plays") == [
        ("spotify", TIME, "end", "track", "7" * 22, False)
    ]


def test_a_table_with_short_headings_and_no_address_is_of_spotify(warehouse, tmp_path):
    text = "ts,Track Name,Artist Name(s),ms_played\n2020-01-02T03:04:05Z,Arms,Okto,5\n"
    imported(warehouse, write(tmp_path, text))
    columns = "source, played_at, time_kind, content_type, ms_played"
    assert warehouse.rows(f"select {columns} from raw.plays") == [
        ("spotify", TIME, "end", "track", 5)
    ]


@pytest.mark.parametrize("date", ["02/01/2020 03:04:05", "02.01.2020 03:04:05"])
def test_times_of_spotify_that_a_spreadsheet_wrote_anew_are_read(warehouse, tmp_path, date):
    header = "ts;ms_played;master_metadata_track_name;master_metadata_album_artist_name\n"
    text = f"{header}{date};5;Arms;Okto\n{date.replace('02', '13', 1)};5;Arms;Okto\n"
    imported(warehouse, write(tmp_path, text))
    assert warehouse.plays()[0] == (TIME, "Okto", "Arms", 0, "second")


def test_times_of_spotify_whose_day_nobody_can_tell_are_rejected(warehouse, tmp_path):
    header = "ts;ms_played;master_metadata_track_name;master_metadata_album_artist_name\n"
    receipt = warehouse.one(write(tmp_path, f"{header}02/01/2020 03:04:05;5;Arms;Okto\n"))
    assert receipt.reasons == {"time not understood": 1}
    assert "tell day from month" in receipt.note


def test_a_listen_may_call_its_song_a_recording(warehouse, tmp_path):
    metadata = {"artist_name": "Okto", "recording_name": "Arms"}
    imported(warehouse, write(tmp_path, {"listened_at": AT, "track_metadata": metadata}))
    assert warehouse.plays() == [(TIME, "Okto", "Arms", 0, "second")]


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_wide_letters_are_read_with_a_mark_and_without(warehouse, tmp_path, encoding, form):
    record = {"artist": "Okto", "name": "Füße", "date": {"uts": str(AT)}, "album": {}}
    content = f"{UTS}Okto,One,Füße\n" if form == "csv" else [record]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    imported(warehouse, write(tmp_path, text, encoding=encoding))
    assert warehouse.plays() == [(TIME, "Okto", "Füße", 0, "second")]


@pytest.mark.parametrize(
    ("encoding", "artist", "track"),
    [
        ("cp1251", "Окто Два", "Руки вверх"),
        ("shift_jis", "東京の人", "ソ能表の歌"),
        ("cp1253", "Οκτώ", "Χέρια"),
    ],
)
def test_letters_that_nobody_names_are_refused_until_the_encoding_is_given(
    warehouse, tmp_path, encoding, artist, track
):
    path = write(tmp_path, f"{UTS}{artist},One,{track}\n", encoding=encoding)
    assert "--encoding" in refused(warehouse, path)
    ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(encoding))
    assert warehouse.plays() == [(TIME, artist, track, 0, "second")]


def test_letters_of_western_europe_are_read_with_a_note(warehouse, tmp_path):
    text = f"{UTS}Björk Motörhead,Ágætis,Hoppípolla\n"
    receipt = imported(warehouse, write(tmp_path, text, encoding="cp1252"))
    assert receipt.note.startswith("not UTF-8; read as cp1252; ")
    assert "--encoding" in receipt.note


@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "\ufeffsep=;"])
def test_the_line_that_spreadsheets_want_is_no_record(warehouse, tmp_path, mark):
    text = f"{mark}\r\nuts;artist;track\r\n{AT};Okto;Arms, legs\r\n"
    receipt = imported(warehouse, write(tmp_path, text))
    assert receipt.rows_read == 1
    assert warehouse.plays() == [(TIME, "Okto", "Arms, legs", 0, "second")]


@pytest.mark.parametrize(
    "header",
    [
        "Künstler;Album;Titel;Datum",
        "Artiste;Album;Titre;Date",
        "Artista;Álbum;Canción;Fecha",
        "Исполнитель;Альбом;Трек;Дата",
        "artistName;albumName;trackName;timestamp",
        "Artist;Album Title;Song Title;Date",
        '"Artist Name";"Album";"Track Name";"Timestamp (UTC)"',
    ],
)
def test_headings_may_be_in_the_language_of_the_listener(warehouse, tmp_path, header):
    for text in (f"{header}\nOkto;One;Arms;2020-01-02 03:04:05\n",):
        imported(warehouse, write(tmp_path, text))
        imported(warehouse, write(tmp_path, text.replace(";", ",").replace("Arms", "Legs"), "b"))
    assert warehouse.plays() == [
        (TIME, "Okto", "Arms", 0, "second"),
        (TIME, "Okto", "Legs", 0, "second"),
    ]


def test_headings_that_nobody_knows_are_not_taken_for_a_play(warehouse, tmp_path):
    # Which column is the artist's they alone would tell.
    text = "Kappale,Esittäjä,Albumi,Aika\n" + "Arms,Okto,One,2020-01-02 03:04:05\n" * 3
    assert "headings artist, track and time" in refused(warehouse, write(tmp_path, text))


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["02/01/2020 03:04", "13/01/2020 03:04"], dt.datetime(2020, 1, 2, 3, 4)),
        (["1/2/2020 3:04:05 AM", "1/13/2020 3:04:05 AM"], TIME),
        (["02.01.2020 03:04:05", "03.01.2020, 03:04:05"], TIME),
    ],
)
def test_dates_in_numbers_are_read_where_the_file_tells_day_from_month(
    warehouse, tmp_path, dates, first
):
    rows = "".join(f'Okto,Arms,"{date}"\n' for date in dates)
    imported(warehouse, write(tmp_path, f"artist,track,date\n{rows}"))
    assert warehouse.plays()[0][0] == first


@pytest.mark.parametrize(
    "dates", [["02/01/2020 03:04", "03/01/2020 03:04"], ["13/01/2020 03:04", "01/13/2020 03:04"]]
)
def test_dates_whose_day_nobody_can_tell_are_rejected_and_it_is_said(warehouse, tmp_path, dates):
    rows = "".join(f"Okto,Arms,{date}\n" for date in dates)
    receipt = warehouse.one(write(tmp_path, f"artist,track,date\n{rows}"))
    assert receipt.reasons == {"time not understood": 2}
    assert "tell day from month" in receipt.note


def test_the_halves_of_a_day_begin_at_twelve():
    for text, hour in (("12:05 AM", 0), ("1:05 am", 1), ("12:05 PM", 12), ("11:05 pm", 23)):
        found = parse_time(f"1/2/2020 {text}", "mdy")
        assert found is not None
        assert found[0] // 3_600_000_000 % 24 == hour
    assert parse_time("1/2/2020 13:05 PM", "mdy") is None
    assert parse_time("31.02.2020 03:04") is None
    assert day_order(["x", "1/2/2020 3:04"]) is None


def test_a_time_may_have_a_comma_where_others_have_a_point():
    assert parse_time(f"{AT},0") == parse_time(f"{AT}.0") == (AT * 1_000_000, "second")


@pytest.mark.parametrize("path", ["/Music/Okto/Arms.mp3", "/<HDD0>/Okto/Arms.mp3"])
def test_the_log_of_rockbox_itself_is_refused_with_what_makes_names_of_it(
    warehouse, tmp_path, path
):
    message = refused(warehouse, write(tmp_path, f"# log\n{AT}:1000:2000:{path}\n"))
    assert re.search(r"Last\.fm scrobbler", message)
    assert "Okto" not in message


def test_an_answer_of_lastfm_as_xml_is_refused(warehouse, tmp_path):
    text = '<?xml version="1.0"?><lfm status="ok"><recenttracks user="planted"/></lfm>'
    assert "as JSON or CSV" in refused(warehouse, write(tmp_path, text))


@pytest.mark.parametrize("folder", ["YouTube and YouTube Music", "YouTube und YouTube Music"])
def test_what_takeout_has_of_youtube_is_not_used_whatever_folder_is_named(
    warehouse, tmp_path, folder
):
    (tmp_path / folder).mkdir()
    write(tmp_path / folder, "Titel\n", "music.csv")
    assert [file for file, _ in warehouse.ingest(tmp_path).unread] == [f"{folder}/music.csv"]


def test_favourites_are_only_guessed_where_times_are_the_trouble(warehouse, tmp_path):
    assert warehouse.one(write(tmp_path, f"artist,track,uts\n,Arms,{AT}\n")).note is None
    receipt = warehouse.one(write(tmp_path, "artist,track,date\nOkto,Arms,2020-01-02\n"))
    assert "--as favourites" in receipt.note


@pytest.mark.parametrize("name", ["recenttracks", "lovedtracks"])
def test_a_list_of_lastfm_without_tracks_is_said_to_be_empty(warehouse, tmp_path, name):
    message = refused(warehouse, write(tmp_path, {name: {"track": [], "@attr": {"total": "0"}}}))
    assert "holds no records" in message
