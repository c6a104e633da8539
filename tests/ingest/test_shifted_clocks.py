"""A file whose clock is of a zone, beside the plays of a service that knows better."""

from __future__ import annotations

import datetime as dt
import json

from sotw.ingest.reading.texts import Reading

START = dt.datetime(2024, 3, 1, 6)


def log(path, heading, hours):
    """Forty songs of four days, by a clock so many hours ahead."""
    lines = []
    for number in range(40):
        at = START + dt.timedelta(hours=2 * number + hours, minutes=7 * number % 60)
        lines.append(f"{at:%Y-%m-%d %H:%M:%S},Band,Song {number % 23}")
    path.write_text("\n".join([heading, *lines]) + "\n")
    return path


def test_the_receipt_says_that_a_file_repeats_another_service_hours_later(warehouse, tmp_path):
    listens = ""
    for number in range(40):
        at = START + dt.timedelta(hours=2 * number, minutes=7 * number % 60)
        second = int((at - dt.datetime(1970, 1, 1)).total_seconds())
        names = {"artist_name": "Band", "track_name": f"Song {number % 23}"}
        listens += json.dumps({"listened_at": second, "track_metadata": names}) + "\n"
    (tmp_path / "listens.jsonl").write_text(listens)
    warehouse.one(tmp_path / "listens.jsonl")
    path = log(tmp_path / "plays.csv", "date,artist,track", 8)
    receipt = warehouse.one(path)
    said = "40 of 40 new plays repeat those of listenbrainz 8 h later: "
    assert said in receipt.note
    assert receipt.note.endswith("--zone, such as Etc/GMT-8")
    mended = warehouse.one(path, reading=Reading(zone="Etc/GMT-8"))
    assert "repeat those" not in (mended.note or "")
