"""Encodings that nobody names: found out, read with a note, or refused until they are named."""

from __future__ import annotations

import pytest
from conftest import NOW

from sotw.errors import SettingsError
from sotw.ingest import Reading, checked_reading, ingest
from sotw.ingest.reading.times import parse_time

HEADER = b"uts,artist,track\n"


def row(artist: str, number: int = 0, encoding: str = "utf-8") -> bytes:
    return f"{1_577_934_245 + number},Okto,{artist}\n".encode(encoding)


def titles(warehouse):
    return [
        title for (title,) in warehouse.rows("select title from raw.names where kind = 'track'")
    ]


@pytest.mark.parametrize("last", ["Füß", "Zuś", "東京"])
def test_a_letter_that_the_end_of_the_file_cuts_off_spoils_only_itself(warehouse, tmp_path, last):
    path = tmp_path / "cut.csv"
    path.write_bytes(HEADER + row("Ágætis") + row(last, 1)[:-2])
    receipt = warehouse.one(path)
    assert receipt.note == "1 damaged characters"
    assert sorted(titles(warehouse)) == sorted(["Ágætis", f"{last[:-1]}\ufffd"])


def test_a_file_whose_only_far_letter_is_cut_off_is_utf_8(warehouse, tmp_path):
    path = tmp_path / "cut.csv"
    path.write_bytes(HEADER + row("Arms") + row("Fü", 1)[:-2])
    assert warehouse.one(path).note == "1 damaged characters"
    assert sorted(titles(warehouse)) == ["Arms", "F\ufffd"]


def test_few_letters_with_a_slip_among_them_stay_utf_8(warehouse, tmp_path):
    path = tmp_path / "slip.csv"
    path.write_bytes(HEADER + row("Füße") + row("A\xff", 1, "latin-1") + row("Ägypten", 2))
    assert warehouse.one(path).note == "1 damaged characters"
    assert sorted(titles(warehouse)) == sorted(["Füße", "A\ufffd", "Ägypten"])


def test_a_last_letter_of_western_europe_is_not_taken_for_a_cut(warehouse, tmp_path):
    path = tmp_path / "west.csv"
    path.write_bytes(HEADER + row("Café Olé", 0, "cp1252")[:-1])
    assert "read as cp1252" in warehouse.one(path).note
    assert titles(warehouse) == ["Café Olé"]


@pytest.mark.parametrize(
    ("encoding", "title"),
    [("mac_roman", "Hélène über Äpfel"), ("cp850", "Hélène über"), ("mac_roman", "Café, Olé")],
)
def test_letters_of_old_machines_are_refused_until_the_encoding_is_named(
    warehouse, tmp_path, encoding, title
):
    path = tmp_path / "old.csv"
    path.write_bytes(HEADER + row(f'"{title}"', 0, encoding))
    [(_, message)] = warehouse.ingest(path).refused
    assert "--encoding" in message
    ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(encoding))
    assert titles(warehouse) == [title]


@pytest.mark.parametrize("title", ["Don’t “Stop”…", "Šárka – Žofie", "Œuvre™", "„Über“ 5 €"])
def test_marks_that_only_windows_has_are_read(warehouse, tmp_path, title):
    path = tmp_path / "marks.csv"
    path.write_bytes(HEADER + row(title, 0, "cp1252"))
    assert "read as cp1252" in warehouse.one(path).note
    assert titles(warehouse) == [title]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("October 24, 2017 at 10:11PM", "22:11"),
        ("Oct 24, 2017, 12:11 AM", "00:11"),
        ("2017-10-24 10:11:00 pm", "22:11"),
        ("2017-10-24 9:11", "09:11"),
        ("24.10.2017 10:11 PM", "22:11"),
        ("24.10.2017 10:11:00 +02:00", "08:11"),
        ("24 sept 2017 10:11", "10:11"),
        ("12 marraskuu 2017 10:11", "10:11"),
        ("Marvin 12, 2017 10:11", None),
        ("2017-10-24 13:11 PM", None),
        ("24 Oct 2017 10:11 PM", "22:11"),
        ("24 Oct 2017 13:11 PM", None),
    ],
)
def test_a_time_is_read_as_it_was_meant_or_not_at_all(text, minute):
    moment = parse_time(text)
    if minute is None:
        assert moment is None
        return
    hours, minutes = divmod(moment[0] // 60_000_000 % 1440, 60)
    assert f"{hours:02}:{minutes:02}" == minute


@pytest.mark.parametrize(("encoding", "count"), [("utf-8", 2), ("ascii", 2), ("shift_jis", 1)])
def test_letters_that_are_not_in_the_named_encoding_are_counted(
    warehouse, tmp_path, encoding, count
):
    path = tmp_path / "named.csv"
    path.write_bytes(HEADER + row("F\xfc\xdf, ", 0, "latin-1").replace(b", ", b""))
    receipt = warehouse.one(path, reading=Reading(encoding=encoding))
    assert receipt.note == f"{count} damaged characters: not all of it is {encoding}"
    assert warehouse.one(path, reading=Reading(encoding="cp1252")).rows_kept == 1
    assert titles(warehouse)[-1] == "Füß"


@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_a_named_encoding_of_wide_letters_needs_no_mark_of_their_order(
    warehouse, tmp_path, name, order
):
    path = tmp_path / "wide.csv"
    path.write_bytes((HEADER + row("Füße")).decode().encode(f"{name}-{order}"))
    assert warehouse.one(path, reading=Reading(encoding=name)).rows_kept == 1
    assert titles(warehouse) == ["Füße"]


@pytest.mark.parametrize("encoding", ["idna", "punycode", "rot13", "hex", "undefined", "a\x00b"])
def test_a_codec_that_gives_up_on_texts_is_no_encoding(encoding):
    with pytest.raises(SettingsError, match="allowed: utf-8"):
        checked_reading(encoding, None, None)


def test_an_encoding_that_most_letters_are_not_in_is_refused_and_the_good_reading_stays(
    warehouse, tmp_path
):
    path = tmp_path / "x.csv"
    rows = "".join(f"{1_700_000_000 + n},Песня {n},Группа\n" for n in range(5))
    path.write_bytes(f"uts,track,artist\n{rows}".encode("cp1251"))
    assert warehouse.one(path, reading=Reading(encoding="cp1251")).rows_kept == 5
    before = warehouse.rows("from raw.plays")
    for wrong in ("utf-8", "ascii"):
        report = warehouse.ingest(path, reading=Reading(encoding=wrong))
        [(_, message)] = report.refused
        assert f"of its letters are no {wrong}" in message
        assert "name the right --encoding" in message
    assert warehouse.rows("from raw.plays") == before
