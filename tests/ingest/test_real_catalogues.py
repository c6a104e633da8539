"""The catalogues of the shared data, counted."""

from __future__ import annotations

import datetime as dt

import pytest

LATER = dt.datetime(2026, 2, 1)


@pytest.mark.slow
def test_the_real_catalogues_are_kept_once(warehouse, shared_data):
    songs = shared_data / "songs"
    files = [
        songs / "Songs_2025.csv",
        songs / "inference_holdout_data.csv",
        songs / "spotify_songs_32k.csv",
        shared_data / "artists" / "spotify_audio_by_artist.csv",
    ]
    report = warehouse.ingest(*files, songs / "features.csv")
    found = [(one.rows_kept, one.rows_known, one.rows_rejected) for one in report.receipts]
    assert found == [(2300, 0, 0), (230, 0, 0), (32_828, 0, 5), (27_606, 0, 0)]
    assert [one.note for one in report.receipts] == [None] * 4
    [(_, message)] = report.refused
    assert "no column names the artist" in message
    counts = warehouse.rows(
        "select feature_source, count(*) from raw.audio_features group by all order by all"
    )
    assert counts == [
        ("inference_holdout_data", 226),
        ("songs_2025", 2_192),
        ("spotify_audio_by_artist", 27_606),
        ("spotify_songs_32k", 28_352),
    ]
    again = warehouse.ingest(*files, now=LATER)
    assert [one.rows_kept for one in again.receipts] == [0] * 4
