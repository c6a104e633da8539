"""Keys of names, and times as exports write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sotw.ingest.reading.times import parse_time
from sotw.keys import loose_key, strict_key, work_key

EPOCH = dt.datetime(1970, 1, 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (None, None),
        ("", None),
        (" \t\u3000", None),
        ("\ufeff\u200b", None),
        ("nan", "nan"),
        ("  The\u00a0  Band\n", "the band"),
        ("\ufeffSelah", "selah"),
        ("ＡＢＣ　１", "abc 1"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Beyonce\u0301", "beyoncé"),
        ("ǅ", "dž"),
        ("Zero\u200dWidth\x00", "zerowidth"),
    ],
)
def test_the_strict_key_drops_case_width_and_what_cannot_be_seen(text, key):
    assert strict_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (None, None),
        ("Sigur Rós", "sigur ros"),
        ("Mø & Łódź, feat. Þór", "mo lodz feat thor"),
        ("A.C./D.C.", "a c d c"),
        ("!!!", "!!!"),
        ("+ / -", "+ / -"),
        ("Ænima", "aenima"),
        ("ガール", "ガール"),
        ("한국", "한국"),
        ("Ёлка", "елка"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_the_loose_key_drops_accents_and_punctuation_but_no_letters(text, key):
    assert loose_key(text) == key


@pytest.mark.parametrize(
    "title",
    [
        "Song",
        "Song - Remastered 2011",
        "Song - 2011 Remaster",
        "Song - 2011 Digital Remaster",
        "Song (Remastered)",
        "Song [2009 Remastered Version]",
        "Song (Live)",
        "Song - Live at the Old Mill, 1999",
        "Song (Live 2004)",
        "Song (feat. Somebody)",
        "Song (ft. Somebody) [Radio Edit]",
        "Song feat. Somebody",
        "Song (with Somebody)",
        "Song - Radio Edit",
        "Song - Single Version",
        "Song (Album Version)",
        "Song - Mono",
        "Song (Acoustic)",
        "Song (Demo Version)",
        "Song - 2005 Mix",
        "Song (Deluxe Edition)",
        "Song - Live - Remastered 2011",
        "Song (25th Anniversary Edition)",
        "Song - From the Motion Picture “Film”",
        "SONG – Extended Mix",
    ],
)
def test_the_work_key_drops_what_only_names_the_version(title):
    assert work_key(title) == "song"


@pytest.mark.parametrize(
    "title",
    [
        "Live",
        "(Live)",
        "Live Forever",
        "Song (Somebody Remix)",
        "Song, Pt. 2",
        "Song (Reprise)",
        "Acoustic",
        "Song - Instrumental",
        "Song (Live Your Life)",
        "Song - Demolition",
        "With Somebody",
        "Radio - Song",
        "Remaster",
    ],
)
def test_the_work_key_keeps_what_is_part_of_the_title(title):
    assert work_key(title) == loose_key(title)


@given(st.text(max_size=30))
def test_no_key_is_ever_empty_and_a_strict_key_is_its_own_key(text):
    strict = strict_key(text)
    assert (strict is None) == (loose_key(text) is None) == (work_key(text) is None)
    assert "" not in (strict, loose_key(text), work_key(text))
    assert strict_key(strict) == strict
    # What a program has written for a character has its own case.
    if text.isascii() and "&" not in text:
        assert loose_key(strict) == loose_key(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Saddle &amp; Barrow", "Saddle & Barrow"),
        ("Don&#39;t Go", "Don't Go"),
        ("Sigur RÃ³s", "Sigur Rós"),
        ("donâ€™t", "don’t"),
        ("ÐŸÑƒÑˆÐºÐ¸Ð½", "Пушкин"),
        ("שִׁיר", "שיר"),
        ("شَمس", "شمس"),
    ],
)
def test_what_a_program_wrote_for_a_character_and_vowel_marks_do_not_count(written, meant):
    assert loose_key(written) == loose_key(meant)
    assert work_key(written) == work_key(meant)


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        ("12 Mar 2024 09:42", "2024-03-12T09:42:00", "minute"),
        ("12 Mar 2024, 09:42", "2024-03-12T09:42:00", "minute"),
        ("02 mar 2024 9:02:07", "2024-03-02T09:02:07", "second"),
        ("1710236520", "2024-03-12T09:42:00", "second"),
        ("1710236520.0", "2024-03-12T09:42:00", "second"),
        ("1710236520123", "2024-03-12T09:42:00.123", "second"),
        ("1710236520123456", "2024-03-12T09:42:00.123456", "second"),
        ("0", "1970-01-01T00:00:00", "second"),
        ("2024-03-12T09:42:17Z", "2024-03-12T09:42:17", "second"),
        ("2024-03-12T09:42:17.5+02:00", "2024-03-12T07:42:17.5", "second"),
        ("2024-03-12 09:42:17-0330", "2024-03-12T13:12:17", "second"),
        ("2024-03-12 09:42", "2024-03-12T09:42:00", "minute"),
        ("2024/03/12 09:42:17", "2024-03-12T09:42:17", "second"),
        ("2024-03-12 09:42:17 UTC", "2024-03-12T09:42:17", "second"),
        ("Tue, 12 Mar 2024 09:42:17 GMT", "2024-03-12T09:42:17", "second"),
        ("Tue, 12 Mar 2024 09:42:17 -0330", "2024-03-12T13:12:17", "second"),
        ("Tuesday 12 Mar 2024, 9:42pm", "2024-03-12T21:42:00", "minute"),
    ],
)
def test_times_of_every_known_shape_become_utc(text, time, precision):
    micros, found = parse_time(text)
    assert EPOCH + dt.timedelta(microseconds=micros) == dt.datetime.fromisoformat(time)
    assert found == precision


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31 Feb 2024 09:42",
        "12 Foo 2024 09:42",
        "12 Mar 2024 24:00",
        "12 Mar 2024",
        "2024-03-12",
        "2024-13-12 09:42:00",
        "99999999999999999999",
        "0001-01-01T00:00:00+14:00",
        "12/03/2024 09:42",
        "12 Mar 2024 13:42pm",
        "Tue, 12 Mar 2024 09:42:17 +9999",
        "nan",
    ],
)
def test_what_is_no_time_is_not_guessed(text):
    assert parse_time(text) is None
