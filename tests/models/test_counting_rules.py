"""What counts as a play by each service's rule."""

from __future__ import annotations

import pytest

# ms_played, reason_end, is_skipped, is_private, length of the song; and the rules that count it.
EVERYWHERE = "default all lastfm listenbrainz koito maloja your_spotify 30s trackdone"
HALF_A_MINUTE = "default maloja your_spotify 30s"
PLAYS = [
    # Nothing but that it was reported.
    ("- | - | - | - | -", EVERYWHERE),
    ("30000 | trackdone | false | false | 30001", EVERYWHERE),
    ("29999 | fwdbtn | true | false | 240000", "all"),
    # The last second of a short song: nobody skipped it.
    ("29999 | trackdone | false | false | 29999", "all listenbrainz koito trackdone"),
    # Half of it, and four minutes of a long one, are heard for Last.fm.
    ("99999 | endplay | - | - | 200000", f"all listenbrainz {HALF_A_MINUTE}"),
    ("100000 | endplay | - | - | 200000", f"all listenbrainz lastfm {HALF_A_MINUTE}"),
    ("239999 | endplay | - | - | 900000", f"all listenbrainz {HALF_A_MINUTE}"),
    ("240000 | endplay | - | - | 900000", f"all listenbrainz lastfm {HALF_A_MINUTE}"),
    # Of a song of unknown length only its end says that half of it was heard.
    ("200000 | trackdone | - | - | -", EVERYWHERE),
    ("200000 | endplay | - | - | -", f"all listenbrainz {HALF_A_MINUTE}"),
    ("240000 | endplay | - | - | -", f"all listenbrainz lastfm {HALF_A_MINUTE}"),
    # Thirty seconds are too short for it, thirty and a bit are not.
    ("30000 | trackdone | - | - | 30000", EVERYWHERE.replace(" lastfm", "")),
    # In private.
    ("200000 | trackdone | false | true | 200000",
     "all lastfm koito maloja your_spotify 30s trackdone"),
]  # fmt: skip


def given(plays: list[str], counting: str) -> dict[str, str]:
    keys = "listener_id | source | reported_at | track_name_id | track_id | ordinal | local_at"
    rows = [
        f"1 | spotify | 2024-01-06 | {n} | {n} | 0 | 2024-01-06 | {play.rpartition('|')[0]}"
        for n, play in enumerate(plays)
    ]
    lengths = [f"{n} | {play.rpartition('|')[2]}" for n, play in enumerate(plays)]
    names = "ms_played | reason_end | is_skipped | is_private"
    return {
        "core.fct_reported_plays": "\n".join([f"{keys} | {names}", *rows]),
        "core.dim_tracks": "\n".join(["track_id | duration_ms", *lengths]),
        "core.dim_listeners": f"""
            listener_id | time_zone | week_ends_on | counting
            1           | UTC       | 6            | {counting}
        """,
    }


@pytest.mark.parametrize("counting", EVERYWHERE.split())
def test_a_play_counts_by_the_rule_of_its_listener(check_model, counting):
    rows = [f"{n} | {counting in rules.split()}" for n, (_, rules) in enumerate(PLAYS)]
    check_model(
        "core.fct_plays",
        given=given([play for play, _ in PLAYS], counting),
        expect="\n".join(["track_name_id | is_counted", *rows]),
    )


def test_the_mart_counts_by_every_rule_at_once(check_model):
    keys = "listener_id | source | reported_at | track_name_id | track_id | artist_id | ordinal"
    facts = [play.rpartition("|") for play, _ in PLAYS]
    plays = [f"1 | spotify | 2024-01-06 | {n} | {n} | 7 | 0 | {play}"
             for n, (play, _, _) in enumerate(facts)]  # fmt: skip
    lengths = [f"{n} | {length}" for n, (_, _, length) in enumerate(facts)]
    counts = {one: sum(one in rules.split() for _, rules in PLAYS) for one in EVERYWHERE.split()}
    check_model(
        "marts.counting_rules",
        given={
            "core.fct_plays": "\n".join(
                [f"{keys} | ms_played | reason_end | is_skipped | is_private", *plays]
            ),
            "core.dim_tracks": "\n".join(["track_id | duration_ms", *lengths]),
            "core.dim_listeners": """
                listener_id | listener | counting
                1           | ana      | koito
            """,
        },
        expect="\n".join(
            [
                "counting | plays | counted_plays | tracks_count | artists_count | is_in_use",
                *(
                    f"{one} | {len(PLAYS)} | {count} | {count} | 1 | {one == 'koito'}"
                    for one, count in counts.items()
                ),
            ]
        ),
    )


def test_the_listeners_own_rule_goes_before_one_for_all_and_the_latest_of_equals_counts(
    check_model,
):
    check_model(
        "core.dim_listeners",
        given={
            "staging.stg_listeners": """
                listener_id | listener
                1           | ana
                2           | ben
            """,
            "staging.stg_listener_settings": """
                listener_id | time_zone
                1           | UTC
                2           | UTC
            """,
            "staging.stg_rules": """
                rule_id | rule  | rule_listener_id | counting
                1       | count | 1                | koito
                2       | count | -                | all
                3       | count | -                | lastfm
                4       | alias | 2                | -
            """,
        },
        expect="""
            listener_id | counting
            1           | koito
            2           | lastfm
        """,
    )
