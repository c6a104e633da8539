"""Tables without headings, and tables whose headings stand below something else."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW
from leaks import found_after_import

from sotw.ingest import Reading, ingest

if TYPE_CHECKING:
    from pathlib import Path

TIME = dt.datetime(2020, 1, 2, 3, 4, 5)
AT = 1_577_934_245
NAMED = (
    "select played_at, artist_name, title, duration_ms, source"
    " from raw.plays join raw.names on track_name_id = name_id order by all"
)
LIBREFM = (
    "+ACM- Data export from Libre.fm,,,\n+ACM- 2025+AC0-07+AC0-23,,,\n+ACM- planted.local,,,\n"
)


def write(folder: Path, text: str, name: str = "plays.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def imported(warehouse: Any, path: Path) -> Any:
    """The receipt of a file that is kept whole, and not again."""
    receipt = warehouse.one(path)
    assert receipt.rows_kept == receipt.rows_read > 0
    assert warehouse.one(path).rows_kept == 0
    return receipt


@pytest.mark.parametrize("comma", [",", ", "])
def test_a_list_for_universal_scrobbler_has_the_track_before_the_album(warehouse, tmp_path, comma):
    fields = ['"Okto"', '"Arms, legs"', '"One"', '"2020-01-02 03:04:05"', '""', '"156"']
    receipt = imported(warehouse, write(tmp_path, comma.join(fields) + "\n"))
    assert receipt.format == "universal scrobbler"
    assert warehouse.rows(NAMED) == [(TIME, "Okto", "Arms, legs", 156_000, "lastfm")]


def test_a_list_for_universal_scrobbler_without_times_is_refused_as_such(warehouse, tmp_path):
    path = write(tmp_path, '"Okto", "Arms, legs", "One", "", "", "156"\n' * 3)
    [(_, message)] = warehouse.ingest(path).refused
    assert "without the times" in message


@pytest.mark.parametrize("time", ["02.01.2020 05:04:05 +02:00", "2020-01-02 03:04:05 +00:00"])
def test_a_table_of_last_fm_scrubbler_has_the_album_before_the_track(warehouse, tmp_path, time):
    text = f"Okto,One,Arms,{time},,\nOkto,One,Legs,{time},Okto,00:03:12\n"
    assert imported(warehouse, write(tmp_path, text)).format == "scrubbler"
    assert warehouse.rows(NAMED) == [
        (TIME, "Okto", "Arms", None, "lastfm"),
        (TIME, "Okto", "Legs", 192_000, "lastfm"),
    ]


def test_a_backup_has_the_date_and_the_clock_in_two_columns(warehouse, tmp_path):
    imported(warehouse, write(tmp_path, "2020-01-02,03:04:05,Okto,Arms\n"))
    assert warehouse.rows(NAMED) == [(TIME, "Okto", "Arms", None, "lastfm")]


def test_ghans_table_without_its_headings_is_the_same_plays(warehouse, tmp_path):
    row = f'"{AT}","02 Jan 2020, 03:04","Okto","","One","","Arms",""\n'
    header = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    imported(warehouse, write(tmp_path, row))
    assert warehouse.one(write(tmp_path, header + row, "whole.csv")).rows_known == 1


def test_a_sheet_of_ifttt_is_stamped_at_neither_end_of_the_play(warehouse, tmp_path):
    row = '"January 2, 2020 at 03:04AM",Arms,Okto,%s,https://open.spotify.com/track/x\n'
    receipt = imported(warehouse, write(tmp_path, row % ("7" * 22) + row % ("8" * 22)))
    assert receipt.format == "ifttt"
    columns = "played_at, time_precision, time_kind, spotify_track_id, source"
    assert warehouse.rows(f"select {columns} from raw.plays order by line limit 1") == [
        (TIME.replace(second=0), "minute", "unknown", "7" * 22, "ifttt")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Okto;One;Arms, legs;02.01.2020 03:04\nOkto;One;Feet;13.01.2020 03:04\n",
        "Okto;One;Arms, legs;2020-01-02 03:04\nOkto;One;Feet;2020-01-13 03:04\n",
        'Okto,One,"Arms, legs",1/2/2020 3:04\nOkto,One,Feet,1/13/2020 3:04\n',
        "Okto\tOne\tArms, legs\t02/01/2020 03:04\nOkto\tOne\tFeet\t13/01/2020 03:04\n",
    ],
)
def test_lastfm_to_csv_that_a_spreadsheet_saved_anew_is_the_same_plays(warehouse, tmp_path, text):
    plain = 'Okto,One,"Arms, legs",02 Jan 2020 03:04\nOkto,One,Feet,13 Jan 2020 03:04\n'
    warehouse.one(write(tmp_path, plain, "plain.csv"))
    receipt = warehouse.one(write(tmp_path, text))
    assert (receipt.rows_read, receipt.rows_known, receipt.rows_rejected) == (2, 2, 0)


def test_headings_of_an_unknown_language_are_not_taken_for_a_play(warehouse, tmp_path):
    text = "Umetnik;Album;Skladba;Kdaj\nOkto;One;Arms;02.01.2020 03:04\n"
    assert warehouse.ingest(write(tmp_path, text)).refused


def test_dates_whose_order_no_date_tells_are_rejected_with_what_to_do(warehouse, tmp_path):
    receipt = warehouse.one(write(tmp_path, "Okto,One,Arms,1/2/2020 3:04\n"))
    assert receipt.reasons == {"time not understood": 1}
    assert "tell day from month" in receipt.note


def test_a_faulty_record_of_a_headless_table_costs_itself(warehouse, tmp_path):
    good = "Okto,Arms,One,2020-01-02 03:04:05,,156\n"
    text = f"{good}{good.replace('05', '06')}Okto,Arms,One,someday,,156\nOkto,Arms\n"
    receipt = warehouse.one(write(tmp_path, text))
    assert (receipt.rows_read, receipt.rows_kept) == (4, 2)
    assert receipt.reasons == {"time not understood": 1, "wrong number of columns": 1}


@pytest.mark.parametrize(
    ("above", "source"),
    [
        (LIBREFM, "librefm"),
        ("# A comment, of many, words\n# and another\n", "lastfm"),
        ('"Playlist Title","The Rack"\n"DJ Name","Planted"\n\n', "lastfm"),
    ],
)
def test_what_stands_above_the_headings_is_no_record_and_leaves_no_trace(
    warehouse, tmp_path, above, source
):
    text = f"{above}Artist,Track,Album,Time\nOkto,Arms,One,{AT}\nOkto,Legs,,{AT}\n"
    receipt = imported(warehouse, write(tmp_path, text))
    assert receipt.rows_read == 2
    assert [row[1:3] for row in warehouse.rows(NAMED)] == [("Okto", "Arms"), ("Okto", "Legs")]
    assert warehouse.value("select distinct source from raw.plays") == source
    # The number of a line is the one that an editor shows.
    lines = above.count("\n")
    assert warehouse.rows("select line from raw.plays order by 1") == [(lines + 2,), (lines + 3,)]


def test_what_libre_fm_says_of_the_machine_is_not_kept(tmp_path, caplog):
    path = write(tmp_path, f"{LIBREFM}Artist,Track,Album,Time\nOkto,Arms,,{AT}\nOkto,,,\n")
    assert not found_after_import(tmp_path, [path], ["planted"], caplog)


def test_an_artist_that_begins_like_a_comment_keeps_his_plays(warehouse, tmp_path):
    text = "#1 Dads,One,Arms,02 Jan 2020 03:04\n#1 Dads,One,Legs,02 Jan 2020 03:09\n"
    assert imported(warehouse, write(tmp_path, text)).rows_kept == 2


def test_records_above_a_second_heading_are_not_passed_over(warehouse, tmp_path):
    plain = "Okto,One,Arms,02 Jan 2020 03:04\n"
    text = f"{plain * 2}Artist,Album,Track,Date\nOkto,One,Legs,02 Jan 2020 03:09\n"
    receipt = warehouse.one(write(tmp_path, text))
    assert (receipt.rows_kept, receipt.reasons) == (3, {"time not understood": 1})


def test_a_table_that_maloja_kept_itself_is_read_with_all_its_artists(warehouse, tmp_path):
    text = f"{AT}\tOkto\u241fMill\tArms \\num1\tOne\t-\n{AT + 9}\tTarn\tLegs\t-\t212\n{AT}\tOkto\n"
    receipt = warehouse.one(write(tmp_path, text, "x.tsv"))
    assert (receipt.format, receipt.rows_kept) == ("maloja table", 2)
    assert receipt.reasons == {"wrong number of columns": 1}
    assert warehouse.one(tmp_path / "x.tsv").rows_kept == 0
    assert [row[:3] for row in warehouse.rows(NAMED)] == [
        (TIME, "Okto", "Arms #1"),
        (TIME + dt.timedelta(seconds=9), "Tarn", "Legs"),
    ]
    query = "select payload from raw.plays where payload is not null"
    assert warehouse.value(query) == '{"artists": ["Okto", "Mill"]}'
    assert warehouse.value("select count(*) from raw.plays where album_name_id is not null") == 1


@pytest.mark.parametrize(("name", "is_read"), [("lastfmimport.tsv", True), ("other.tsv", False)])
def test_a_table_that_only_its_name_tells_apart_is_maloja_s_by_that_name(
    warehouse, tmp_path, name, is_read
):
    report = warehouse.ingest(write(tmp_path, f"{AT}\tOkto\tArms\tOne\n", name))
    assert bool(report.receipts) == is_read
    assert bool(report.refused) != is_read


def test_tidal_s_plays_are_on_the_clock_that_each_record_names(warehouse, tmp_path, caplog):
    header = (
        "artist_name,track_title,entry_date,stream_duration_ms,product_type,ip_address,"
        "client_name_from_session,country_name,city_name,postal_code,time_zone\n"
    )
    rows = (
        "Okto,Arms,01/01/2020 22:04,270000.0,TRACK,10.1.2.3,planted,X,planted,1,America/Toronto\n"
        "Okto,Legs,02/01/2020 3:04,5.00000,VIDEO,null,mobile,null,null,null,null\n"
        "Okto,Feet,02/01/2020 3:04,5,TRACK,null,planted,null,null,null,Not/AZone\n"
        "Okto,Ears,never,5,TRACK,10.1.2.3,planted,null,null,null,null\n"
    )
    path = write(tmp_path, header + rows)
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept) == ("tidal", 3)
    assert receipt.reasons == {"time not understood": 1}
    columns = "played_at, time_precision, ms_played, content_type, source"
    assert warehouse.rows(f"select {columns} from raw.plays order by line") == [
        (TIME.replace(second=0), "minute", 270_000, "track", "tidal"),
        (TIME.replace(second=0), "minute", 5, "video", "tidal"),
        (TIME.replace(second=0), "minute", 5, "track", "tidal"),
    ]
    assert warehouse.one(path).rows_kept == 0
    assert not found_after_import(tmp_path, [path], ["planted", "10.1.2.3"], caplog)


def test_deezer_s_sheet_saved_as_a_table_says_how_long_each_song_was_heard(
    warehouse, tmp_path, caplog
):
    text = (
        "Song Title,Artist,ISRC,Album Title,IP Address,Listening Time,Platform Model,Date\n"
        "Arms,Okto,XX,One,10.1.2.3,212,planted,2020-01-02 03:04:05\n"
    )
    path = write(tmp_path, text)
    assert imported(warehouse, path).format == "deezer"
    assert warehouse.rows("select played_at, ms_played, source from raw.plays") == [
        (TIME, 212_000, "deezer")
    ]
    assert not found_after_import(tmp_path, [path], ["planted", "10.1.2.3"], caplog)


@pytest.mark.parametrize(
    ("text", "played_at"),
    [
        ("date,artist,track\n2020-01-02 04:04:05,Okto,Arms\n", TIME),
        ("date,artist,track\n02.01.2020 04:04:05,Okto,Arms\n", TIME),
        ('date,artist,track\n"January 2, 2020 at 04:04:05AM",Okto,Arms\n', TIME),
        ("Okto,Arms,One,2020-01-02 04:04:05,,156\n", TIME),
        ("song_title,artist,listening_time,date\nArms,Okto,5,2020-01-02 04:04:05\n", TIME),
        # Whose zone is said, or is always UTC, is not moved.
        ("date,artist,track\n2020-01-02T03:04:05Z,Okto,Arms\n", TIME),
        ("utc_time,artist,track\n2020-01-02 03:04:05,Okto,Arms\n", TIME),
        (f"date,artist,track\n{AT},Okto,Arms\n", TIME),
        ("2020-01-02,03:04:05,Okto,Arms\n", TIME),
        ("date,artist,track\n02 Jan 2020 03:04,Okto,Arms\n", TIME.replace(second=0)),
        ("Okto,One,Arms,02 Jan 2020 03:04\n", TIME.replace(second=0)),
    ],
)
def test_the_zone_that_is_named_is_that_of_clocks_without_one(warehouse, tmp_path, text, played_at):
    path = write(tmp_path, text)
    reading = Reading(zone="Europe/Berlin")
    report = ingest(warehouse.con, [path], "ana", now=NOW, reading=reading)
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    assert warehouse.rows("select played_at from raw.plays") == [(played_at,)]
    note = report.receipts[0].note or ""
    is_moved = "04:04:05" in text
    assert ("read as Europe/Berlin" in note) == is_moved


def test_a_clock_beside_the_seconds_since_1970_asks_for_no_zone_and_heeds_none(warehouse, tmp_path):
    row = "Okto,Arms,1577934245,2020-01-02 04:04:05"
    path = write(tmp_path, f"artist,track,timestamp,datetime\n{row}\n")
    assert "--zone" not in (ingest(warehouse.con, [path], "ana", now=NOW).receipts[0].note or "")
    again = ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(zone="Asia/Tokyo"))
    assert "--zone Asia/Tokyo changes nothing but" in (again.receipts[0].note or "")
    assert warehouse.rows("select played_at from raw.plays") == [(TIME,)]


def test_a_late_row_with_a_clock_alone_is_of_the_zone_that_is_named(warehouse, tmp_path):
    rows = [f"Okto,Arms,{1577934245 + 600 * n},2020-01-02 04:04:05" for n in range(3000)]
    text = "\n".join(["artist,track,timestamp,datetime", *rows, "Okto,Last,,2020-03-02 12:04:05"])
    path = write(tmp_path, text + "\n")
    ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(zone="Asia/Tokyo"))
    [(last,)] = warehouse.rows("select max(played_at) from raw.plays")
    assert last == dt.datetime(2020, 3, 2, 3, 4, 5)


def test_empty_columns_at_the_right_are_no_columns(warehouse, tmp_path):
    rows = [f"Okto,Gold,{track},{day}/01/2020 03:04:05 +00:00,,,"
            for day, track in enumerate(("Arms", "Legs", "Feet", "Toes", "Hair"), 13)]  # fmt: skip
    rows[4] += "what"
    receipt = warehouse.one(write(tmp_path, "\n".join(rows) + "\n"))
    assert (receipt.format, receipt.rows_kept, receipt.rows_rejected) == ("scrubbler", 4, 1)
    assert warehouse.rows("select reason from raw.rejects") == [("wrong number of columns",)]


def test_favourites_on_a_clock_without_a_zone_are_of_the_zone_that_is_named(warehouse, tmp_path):
    path = write(tmp_path, "added_at,artist,track\n2020-01-02 04:04:05,Okto,Arms\n")
    ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(zone="Europe/Berlin"))
    assert warehouse.rows("select picked_at from raw.picks") == [(TIME,)]


OWN_EXPORT = (
    "ISO time\tunixtime\ttrack name\ttrack mbid\tartist name\tartist mbid\tuncorrected track name\t"
    "uncorrected track mbid\tuncorrected artist name\tuncorrected artist mbid\talbum name\t"
    "album mbid\talbum artist name\talbum artist mbid\tapplication\n"
)


def own_record(track: str, time: str = "2020-01-02T03:04:05", uts: int = AT) -> str:
    return f"{time}\t{uts}\t{track}\t\tOkto\t\tarmz\t\tokto\t\tOne\t\tOkto\t\tplanted\n"


def test_what_last_fm_itself_handed_out_is_read(warehouse, tmp_path, caplog):
    path = write(tmp_path, OWN_EXPORT + own_record("Arms"), "scrobbles.tsv")
    imported(warehouse, path)
    assert warehouse.rows(NAMED) == [(TIME, "Okto", "Arms", None, "lastfm")]
    assert not found_after_import(tmp_path, [path], ["planted", "armz"], caplog)


def test_its_json_is_the_same_plays_as_its_table(warehouse, tmp_path):
    warehouse.one(write(tmp_path, OWN_EXPORT + own_record("Arms"), "scrobbles.tsv"))
    track = {"name": "Arms", "mbid": None, "artist": {"name": "Okto", "mbid": None}}
    record = {
        "timestamp": {"unixtimestamp": AT, "iso": "2020-01-02T03:04:05Z"},
        "application": "planted",
        "track": track,
        "uncorrected_track": None,
        "album": {"name": "One", "artist": {"name": "Okto"}},
    }
    lone = {"timestamp": {"unixtimestamp": None, "iso": "soon"}, "track": track}
    path = write(tmp_path, json.dumps([record, record | lone]), "2020_01.json")
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_known) == ("lastfm export", 1)
    assert receipt.reasons == {"time not understood": 1}


@pytest.mark.parametrize(("name", "score"), [("loved_tracks.tsv", 1), ("banned_tracks.tsv", -1)])
def test_its_tables_of_loved_and_banned_songs_are_feedback(warehouse, tmp_path, name, score):
    imported(warehouse, write(tmp_path, OWN_EXPORT + own_record("Arms"), name))
    assert warehouse.value("select count(*) from raw.plays") == 0
    assert warehouse.rows("select given_at, score from raw.feedback") == [(TIME, score)]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_fields_may_stand_between_other_marks(warehouse, tmp_path, mark):
    rows = [["date", "artist", "track"], [str(AT), "Okto", "Arms, legs"]]
    text = "\n".join(mark.join(row) for row in rows) + "\n"
    imported(warehouse, write(tmp_path, text))
    assert [row[1:3] for row in warehouse.rows(NAMED)] == [("Okto", "Arms, legs")]
