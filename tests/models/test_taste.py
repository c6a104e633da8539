"""Tags are merged and weighed, and the later a play, the more it says of a taste."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import histories
import pytest

from sotw.pipeline.models import select
from sotw.settings import Settings
from sotw.warehouse import rows

HALF_LIVES = (30, 90, 180, 365, 730)
AS_OF = dt.datetime(2024, 6, 3, 15, 30)


def test_spellings_of_a_tag_are_one_and_stop_tags_say_nothing(check_model):
    check_model(
        "core.dim_tags",
        given={
            "staging.stg_artist_tags": """
                tag_key | artist_name_id
                post-rock | 1
                post rock | 2
                post rock | 3
                hip hop | 1
                seen_live | 1
                s | 1
            """,
            "core.dim_tag_synonyms": "spelling | tag\nhip hop | hip-hop",
            "core.dim_stop_tags": "tag | reason\nseen live | what somebody did",
        },
        expect="""
            tag_key | tag | is_stopped
            hip hop | hip-hop | false
            post rock | post rock | false
            post-rock | post rock | false
            s | s | true
            seen_live | seen_live | true
        """,
    )


def test_sources_count_alike_and_rare_tags_weigh_more(check_model):
    """ln(3/2) = .405: jazz, of one artist of two, has the idf 1.405; .25 of it and rock together are 1.060 long."""
    check_model(
        "core.fct_artist_tag_weights",
        given={
            "core.fct_source_tags": """
                artist_id | source | tag | weight
                1 | lastfm | rock | 1
                1 | lastfm | jazz | 0.5
                1 | spotify | rock | 1
                2 | lastfm | rock | 1
            """
        },
        expect="""
            artist_id | tag | weight | artists_count | idf | tf_idf
            1 | jazz | 0.25 | 1 | 1.4054651081081646 | 0.3314985293571203
            1 | rock | 1 | 2 | 1 | 0.9434557355986906
            2 | rock | 1 | 2 | 1 | 1
        """,
    )


@pytest.fixture(scope="module")
def decayed(all_models):
    """Forty artists with four plays each at random instants: their plays and what they weigh."""
    rng, names = random.Random(7), histories.Names()
    plays, times = [], {}
    for number in range(40):
        at = [AS_OF - dt.timedelta(seconds=rng.randrange(1, 900 * 86_400)) for _ in range(4)]
        times[f"Artist {number}"] = sorted(at)
        plays += histories.plays(1, sorted(at), names.track(f"Artist {number}", "Song"))
    person = {"listener_id": 1, "listener": "ana", "is_demo": False, "created_at": AS_OF}
    raw = {"listeners": [person], "plays": plays, "names": names.rows}
    models = select(all_models, ["fct_taste_artists", "dim_artists"])
    con = histories.built(histories.History(raw, Settings(), AS_OF), models)
    query = "from core.fct_taste_artists join core.dim_artists using (artist_id)"
    found = rows(con, f"{query} order by cutoff_at, artist_name")
    con.close()
    return times, found


def test_a_play_weighs_half_after_each_half_life_to_the_second(decayed):
    times, found = decayed
    assert len({row["cutoff_at"] for row in found}) >= 9
    for row in found:
        before = [at for at in times[row["artist_name"]] if at < row["cutoff_at"]]
        assert row["total_plays"] == len(before)
        for half_life in HALF_LIVES:
            days = [(row["cutoff_at"] - at) / dt.timedelta(days=1) for at in before]
            expected = sum(2 ** (-one / half_life) for one in days)
            assert row[f"decayed_{half_life}d_plays"] == pytest.approx(expected, rel=1e-9)


def test_newer_weighs_more(decayed):
    """Of two artists with as many plays, one each time later than the other."""
    times, found = decayed
    pairs = 0
    latest = [row for row in found if row["cutoff_at"] == AS_OF]
    for newer, older in itertools.permutations(latest, 2):
        later = zip(times[newer["artist_name"]], times[older["artist_name"]], strict=True)
        if all(one > other for one, other in later):
            pairs += 1
            for half_life in HALF_LIVES:
                name = f"decayed_{half_life}d_plays"
                assert newer[name] > older[name]
    assert pairs > 50


def test_a_month_that_is_as_the_one_before_has_not_drifted(check_model):
    """Two equal tags are 1 bit; a month without a tag of the one before has drifted all the way."""
    check_model(
        "marts.taste_drift",
        given={
            "marts.taste_months": """
                listener_id | month_date | tag | plays | share | tag_rank
                1 | 2024-01-01 | jazz | 2 | 0.5 | 1
                1 | 2024-01-01 | rock | 2 | 0.5 | 2
                1 | 2024-02-01 | jazz | 1 | 0.5 | 1
                1 | 2024-02-01 | rock | 1 | 0.5 | 2
                1 | 2024-04-01 | pop | 3 | 1 | 1
            """,
            "core.fct_plays": """
                listener_id | artist_id | local_date | is_in_charts
                1 | 5 | 2024-01-09 | true
                1 | 5 | 2024-02-09 | true
                1 | 6 | 2024-02-09 | true
                1 | 6 | 2024-04-30 | true
            """,
        },
        expect="""
            month_date | plays | new_artist_share | entropy_bits | drift | top_tag
            2024-01-01 | 1 | 1 | 1 | - | jazz
            2024-02-01 | 2 | 0.5 | 1 | 0 | jazz
            2024-04-01 | 1 | 0 | 0 | 1 | pop
        """,
    )


def test_a_step_to_another_tag_counts_within_a_sitting(check_model):
    check_model(
        "marts.taste_transitions",
        given={
            "core.fct_plays": """
                listener_id | artist_id | played_at | play_id | is_in_charts
                1 | 5 | 2024-01-09 10:00 | 1 | true
                1 | 6 | 2024-01-09 10:04 | 2 | true
                1 | 5 | 2024-01-09 10:08 | 3 | true
                1 | 6 | 2024-01-09 10:38 | 4 | true
                1 | 5 | 2024-01-09 10:40 | 5 | false
            """,
            "core.dim_artist_main_tags": "artist_id | main_tag\n5 | jazz\n6 | rock",
        },
        expect="""
            tag | next_tag | steps_count | share | lift
            jazz | rock | 1 | 1 | 2
            rock | jazz | 1 | 1 | 2
        """,
    )
