"""One stream told twice by one service is one play; what was heard twice stays two."""

from __future__ import annotations

import pytest

COLUMNS = (
    "play_id | listener_id | source | platform | track_id | track_name_id | reported_at | played_at"
    " | ordinal | time_precision | time_source | ms_played | reason_start | reason_end | is_skipped"
)


def told(*rows: tuple[object, ...]) -> str:
    """Records of Spotify: play, platform, track, end of the report, milliseconds, start, end."""
    lines = [COLUMNS]
    for play_id, platform, track, end, ms, start, reasons in rows:
        begin, stop = reasons.split(">")
        lines.append(
            f"{play_id} | 1 | spotify | {platform} | {track} | {track} | 2024-03-12 {end}"
            f" | 2024-03-12 {start} | 0 | second | report | {ms} | {begin} | {stop} | false"
        )
    return "\n".join(lines)


def judged(check_model, given: str, expect: str) -> None:
    check_model("core.fct_told_again", given={"core.fct_reported_plays": given}, expect=expect)


def test_one_player_cannot_begin_a_song_within_the_same_song(check_model):
    done = "trackdone>trackdone"
    judged(
        check_model,
        told(
            (1, "ios", 1, "10:03:20", 200000, "10:00:00", done),
            (2, "ios", 1, "10:03:24", 200000, "10:00:04", done),
            (3, "ios", 1, "10:06:44", 200000, "10:03:24", done),  # the next one follows it
            (4, "ios", 2, "11:03:20", 180000, "11:00:20", done),
            (5, "ios", 2, "11:03:20", 180000, "11:00:20", done),
            (6, "ios", 2, "11:03:20", 181000, "11:00:19", done),
        ),
        """
        play_id | kept_play_id | reason      | whole_ms_played
        2       | 1            | same stream | 200000
        4       | 6            | same stream | 181000
        5       | 6            | same stream | 181000
        """,
    )


def test_two_players_at_once_are_two_plays(check_model):
    done = "clickrow>trackdone"
    judged(
        check_model,
        told(
            (1, "ios", 1, "10:03:20", 200000, "10:00:00", done),
            (2, "sonos", 1, "10:04:50", 198000, "10:01:32", done),
        ),
        "play_id | kept_play_id",
    )


def test_a_pause_and_what_comes_after_it_are_one_play_as_long_as_both(check_model):
    judged(
        check_model,
        told(
            (1, "ios", 1, "10:01:40", 100000, "10:00:00", "clickrow>unexpected-exit-while-paused"),
            (2, "ios", 1, "18:02:00", 60000, "18:01:00", "appload>logout"),
            (3, "ios", 1, "18:04:00", 60000, "18:03:00", "appload>trackdone"),
        ),
        """
        play_id | kept_play_id | reason                | whole_ms_played | last_reason_end
        2       | 1            | went on after a pause | 220000          | trackdone
        3       | 1            | went on after a pause | 220000          | trackdone
        """,
    )


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("trackdone", "appload"),  # it was over
        ("unexpected-exit-while-paused", "clickrow"),  # chosen anew
        ("fwdbtn", "backbtn"),  # and come back to
    ],
)
def test_a_song_begun_anew_is_another_play(check_model, ending, start):
    judged(
        check_model,
        told(
            (1, "ios", 1, "10:01:40", 100000, "10:00:00", f"clickrow>{ending}"),
            (2, "ios", 1, "10:03:45", 120000, "10:01:45", f"{start}>trackdone"),
        ),
        "play_id | kept_play_id",
    )


def test_two_halves_longer_than_the_whole_are_no_halves(check_model):
    judged(
        check_model,
        told(
            (1, "ios", 1, "09:03:20", 200000, "09:00:00", "clickrow>trackdone"),
            (2, "ios", 2, "09:30:00", 200000, "09:26:40", "clickrow>trackdone"),
            (3, "ios", 1, "10:02:00", 120000, "10:00:00", "clickrow>endplay"),
            (4, "ios", 1, "10:05:30", 200000, "10:02:10", "playbtn>trackdone"),
        ),
        "play_id | kept_play_id",
    )


def test_another_song_between_is_no_pause(check_model):
    judged(
        check_model,
        told(
            (1, "ios", 1, "10:01:40", 100000, "10:00:00", "clickrow>unexpected-exit"),
            (2, "ios", 2, "10:03:00", 60000, "10:02:00", "clickrow>endplay"),
            (3, "ios", 1, "10:05:00", 60000, "10:04:00", "appload>trackdone"),
        ),
        "play_id | kept_play_id",
    )


def rows(precision: str, *stamps: str) -> str:
    """Scrobbles: each stamp with a letter for its track, equal ones numbered."""
    lines = [
        "play_id | listener_id | source | reported_at | played_at | track_name_id | track_id"
        " | ordinal | time_precision | content_type"
    ]
    for number, text in enumerate(stamps, start=1):
        at, track = text.split()
        ordinal = sum(other == text for other in stamps[: number - 1])
        lines.append(
            f"{number} | 1 | lastfm | 2024-03-12 {at} | 2024-03-12 {at} | {ord(track)}"
            f" | {ord(track)} | {ordinal} | {precision} | track"
        )
    return "\n".join(lines)


def repeated(check_model, given: str, expect: str, duration: int = 200_000) -> None:
    tracks = "\n".join(f"{ord(letter)} | {duration}" for letter in "abcdefgh")
    check_model(
        "core.fct_repeated_rows",
        given={
            "core.fct_reported_plays": given,
            "core.dim_tracks": f"track_id | duration_ms\n{tracks}",
        },
        expect=expect,
    )


@pytest.mark.parametrize("precision", ["minute", "second"])
def test_a_lone_double_of_a_stamp_is_one_play(check_model, precision):
    stamps = ("09:35:00 a", "09:28:00 b", "09:28:00 b", "09:20:00 c")
    repeated(check_model, rows(precision, *stamps), "play_id | kept_play_id\n3 | 2")


def test_a_page_that_was_fetched_twice_is_one(check_model):
    page = ("09:42:00 a", "09:38:00 b", "09:34:00 c")
    repeated(
        check_model,
        rows("minute", *page, *page, "09:30:00 d"),
        "play_id | kept_play_id\n4 | 1\n5 | 2\n6 | 3",
    )


def test_the_queue_of_an_offline_player_keeps_its_repeats(check_model):
    queue = [f"09:28:00 {track}" for track in "abbcd"]
    repeated(check_model, rows("minute", *queue), "play_id | kept_play_id")
    seconds = ["09:28:58 a", "09:28:59 b", "09:29:00 c", "09:29:01 d", "09:29:01 d"]
    repeated(check_model, rows("second", *seconds), "play_id | kept_play_id")


def test_a_queue_whose_page_was_fetched_twice_is_there_once(check_model):
    queue = [f"09:28:00 {track}" for track in "abbc"]
    repeated(
        check_model,
        rows("minute", *queue, *queue),
        "play_id | kept_play_id\n5 | 1\n6 | 2\n7 | 2\n8 | 4",
    )


def test_a_minute_holds_a_short_song_twice(check_model):
    stamps = ("09:28:00 a", "09:28:00 a")
    repeated(check_model, rows("minute", *stamps), "play_id | kept_play_id", duration=14_000)
