"""An export told again under other names: the play stays one, and the newest export names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from spotify_exports import extended, written

if TYPE_CHECKING:
    from pathlib import Path

START = 1_690_000_000


def names(warehouse) -> list[tuple[str, str]]:
    return warehouse.rows(
        "select artist_name, title from raw.plays join raw.names on track_name_id = name_id"
        " where superseded_by is null order by played_at, title"
    )


def scrobbles(path: Path, *rows: tuple[int, str, str]) -> Path:
    lines = [f'"{START + seconds}","{artist}","{title}"' for seconds, artist, title in rows]
    path.write_text("\n".join(["uts,artist,track", *lines]) + "\n", encoding="utf-8")
    return path


def test_a_relabelled_title_of_one_address_and_stamp_is_nothing_new(warehouse, tmp_path):
    uri = "spotify:track:7ouMYWpwJ422jRcDASZB7P"
    first = [
        extended("2019-05-01T10:00:00Z", "Arms", 200_000, spotify_track_uri=uri),
        extended("2019-05-01T10:05:00Z", "Legs", 180_000),
    ]
    later = [
        extended("2019-05-01T10:00:00Z", "Arms - Remastered 2024", 200_000, spotify_track_uri=uri),
        extended("2019-05-01T10:05:00Z", "Legs", 180_000),
        extended("2019-05-01T10:09:00Z", "Feet", 180_000),
    ]
    warehouse.one(written(tmp_path / "a.json", first))
    receipt = warehouse.one(written(tmp_path / "b.json", later))
    assert (receipt.rows_kept, receipt.rows_known) == (1, 2)
    assert receipt.note == "1 known plays under other names: the newer export's count"
    assert [title for _, title in names(warehouse)] == ["Arms - Remastered 2024", "Legs", "Feet"]
    again = warehouse.one(tmp_path / "a.json")
    assert (again.rows_kept, again.rows_known) == (0, 2)
    assert len(names(warehouse)) == 3


def test_a_new_address_and_a_new_title_meet_by_the_milliseconds(warehouse, tmp_path):
    address = {"spotify_track_uri": "spotify:track:1111111111111111111111"}
    warehouse.one(written(tmp_path / "a.json", [extended("2019-05-01T10:00:00Z", "Arms", 201_337)]))
    moved = extended("2019-05-01T10:00:00Z", "Arms (Deluxe)", 201_337, **address)
    assert warehouse.one(written(tmp_path / "b.json", [moved])).rows_kept == 0
    # Another song that ended in the same second stays one of its own.
    other = extended("2019-05-01T10:00:00Z", "Legs", 4_000, **address)
    assert warehouse.one(written(tmp_path / "c.json", [moved, other])).rows_kept == 1
    assert len(names(warehouse)) == 2


EARLIER = [(0, "Wren Valle", "Mid"), (300, "Wren", "High (2019 Remaster)"), (600, "Wren, O", "Low")]
LATER = [(0, "Wren Vale", "Mid"), (300, "Wren", "High"), (600, "Wren", "Low"), (900, "Wren", "New")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_edited_scrobbles_are_there_once_whichever_export_came_first(warehouse, tmp_path, order):
    paths = [scrobbles(tmp_path / "a.csv", *EARLIER), scrobbles(tmp_path / "b.csv", *LATER)]
    for place in order:
        warehouse.one(paths[place])
    edited = [(artist, title) for _, artist, title in LATER]
    assert names(warehouse) == edited
    assert [receipt.rows_kept for receipt in warehouse.ingest(*paths).receipts] == [0, 0]
    assert names(warehouse) == edited


def test_a_scrobble_that_was_renamed_altogether_is_told_by_its_place_in_the_log(
    warehouse, tmp_path
):
    log = [(300 * number, "Band", f"Song {number}") for number in range(6)]
    fixed = [*log[:3], (900, "Someone Else", "Right"), *log[4:], (1800, "Band", "More")]
    warehouse.one(scrobbles(tmp_path / "a.csv", *log))
    assert warehouse.one(scrobbles(tmp_path / "b.csv", *fixed)).rows_kept == 1
    assert names(warehouse) == [(artist, title) for _, artist, title in fixed]


def test_another_log_with_a_stamp_in_common_is_another_log(warehouse, tmp_path):
    phone = [(300 * number, "Band", f"Song {number}") for number in range(6)]
    desk = [(300 * number + 7, "Orchestra", f"Piece {number}") for number in range(5)]
    warehouse.one(scrobbles(tmp_path / "a.csv", *phone))
    both = scrobbles(tmp_path / "b.csv", *desk, (900, "Orchestra", "Coda"))
    assert warehouse.one(both).rows_kept == 6
    assert len(names(warehouse)) == 12


def test_taking_an_export_out_brings_the_earlier_names_back(warehouse, tmp_path):
    from sotw.ingest.imports import close_gaps

    def forget(import_id: int) -> None:
        for table in ("plays", "imports"):
            warehouse.con.execute(f"delete from raw.{table} where import_id = {import_id}")
        close_gaps(warehouse.con)

    latest = [*LATER[:2], (600, "Wren", "Low Tide"), (1200, "Wren", "Last")]
    for name, rows in (("a", EARLIER), ("b", LATER), ("c", latest)):
        warehouse.one(scrobbles(tmp_path / f"{name}.csv", *rows))
    forget(2)
    # What the third file knew from the second is as the first told it, until it comes again.
    titles = ["Mid", "High (2019 Remaster)", "Low Tide", "Last"]
    assert [title for _, title in names(warehouse)] == titles
    warehouse.one(tmp_path / "c.csv")
    assert names(warehouse) == [(artist, title) for _, artist, title in latest]
    forget(3)
    forget(4)
    assert names(warehouse) == [(artist, title) for _, artist, title in EARLIER]
