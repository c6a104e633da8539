"""Google Play Music from My Activity: what was listened to is a play, nothing else is kept."""

from __future__ import annotations

import json


def record(title, **fields):
    return {
        "header": "Google Play Music",
        "title": title,
        "titleUrl": "https://play.google.com/music/m/T1",
        "description": "Okto",
        "time": "2018-03-12T09:42:10.123Z",
        "products": ["Google Play Music"],
    } | fields


def written(tmp_path, records):
    path = tmp_path / "Takeout/My Activity/Google Play Music/MyActivity.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(records))
    return path.parents[3]


def test_a_song_that_was_listened_to_is_a_play_with_the_artist_of_its_description(
    warehouse, tmp_path
):
    folder = written(tmp_path, [record("Listened to Arms"), record("Limbs angehört")])
    receipt = warehouse.one(folder)
    assert (receipt.format, receipt.rows_kept) == ("google play music activity", 2)
    assert warehouse.rows(
        "select played_at::varchar, source, artist_name, title, time_kind, time_precision"
        " from raw.plays join raw.names on track_name_id = name_id order by title"
    ) == [
        ("2018-03-12 09:42:10.123", "google_play_music", "Okto", title, "start", "second")
        for title in ("Arms", "Limbs")
    ]
    assert warehouse.one(folder).rows_known == 2


def test_what_is_no_play_is_rejected_and_nothing_of_it_kept(warehouse, tmp_path):
    records = [
        record("Listened to Arms"),
        record("Skipped Arms"),
        record("Searched for my secret"),
        record("Listened to Arms", time="yesterday"),
        record("Listened to Arms", time=None),
        record("Listened to Arms", description=None),
        record("Viewed my secret", header="Play Store"),
        7,
    ]
    receipt = warehouse.one(written(tmp_path, records))
    assert receipt.rows_kept == 1
    assert receipt.reasons == {
        "does not say that a song was listened to": 2,
        "no artist": 1,
        "no time": 1,
        "not a record of Google Play Music": 2,
        "time not understood": 1,
    }
    assert "secret" not in str(warehouse.rows("from raw.rejects"))


def test_a_history_that_is_cut_off_is_refused_whole(warehouse, tmp_path):
    folder = written(tmp_path, [record("Listened to Arms")])
    path = folder / "Takeout/My Activity/Google Play Music/MyActivity.json"
    path.write_text(path.read_text()[:-3])
    report = warehouse.ingest(folder)
    assert (report.receipts, len(report.refused)) == ((), 1)
