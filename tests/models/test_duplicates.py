"""Records of several services that are one play: by hand, and against a second calculation."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import histories
import pytest
from independent_duplicates import duplicates

from sotw import warehouse
from sotw.pipeline.models import select
from sotw.settings import Settings

START = dt.datetime(2024, 1, 6, 12)
RANKS = ["spotify", "listenbrainz", "lastfm", "maloja"]
Row = dict[str, Any]


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


class World:
    """A listener's records, written second by second."""

    def __init__(self) -> None:
        self.names = histories.Names()
        self.plays: list[Row] = []
        self.stats: list[Row] = []
        self.seen: Counter[tuple[Any, ...]] = Counter()

    def report(self, source: str, *seconds: float, song: str = "Lys", **more: Any) -> None:
        artist, _, title = song.rpartition(" - ")
        track = self.names.track(artist or "Orsa", title)
        for second in seconds:
            key = (source, at(second), track)
            (row,) = histories.plays(1, [at(second)], track, source=source, **more)
            self.plays.append(row | {"ordinal": self.seen[key]})
            self.seen[key] += 1

    def heard(self, source: str, *spans: tuple[float, float], **more: Any) -> None:
        """Records with their length, stamped at the end, as Spotify makes them."""
        for begin, end in spans:
            length = round((end - begin) * 1000)
            self.report(source, end, time_kind="end", ms_played=length, **more)

    def lasts(self, seconds: int, song: str = "Lys") -> None:
        track = self.names.track("Orsa", song)
        fact = {"track_name_id": track, "source": "spotify", "fetched_at": START, "import_id": 1}
        self.stats.append(fact | {"duration_ms": seconds * 1000})

    def raw(self) -> histories.Raw:
        listener = {"listener_id": 1, "listener": "me", "is_demo": False}
        return {
            "listeners": [listener | {"created_at": START}],
            "names": self.names.rows,
            "plays": self.plays,
            "track_stats": self.stats,
        }

    def built(self, all_models) -> warehouse.Connection:
        models = select(all_models, ["fct_plays"])
        history = histories.History(self.raw(), Settings(), dt.datetime(2024, 6, 1))
        return histories.built(history, models)

    def result(self, all_models) -> tuple[list[tuple[str, float]], list[tuple[Any, ...]]]:
        """Plays as (source, second they began), and dropped records with theirs and the reason."""
        con = self.built(all_models)
        began = "date_diff('microsecond', timestamp '2024-01-06 12:00:00', played_at) / 1e6"
        plays = con.execute(f"select source, {began} from core.fct_plays order by all").fetchall()
        dropped = con.execute(
            f"select source, {began}, kept_source, reason from core.fct_duplicate_plays order by all"
        ).fetchall()
        assert len(plays) + len(dropped) == len(self.plays), "a record is lost"
        con.close()
        return plays, dropped


@pytest.fixture
def world() -> World:
    return World()


def test_two_services_that_begin_within_two_minutes_tell_of_one_play(world, all_models):
    world.report("lastfm", 0)
    world.report("listenbrainz", 120)
    plays, dropped = world.result(all_models)
    # It began when the first of them says, and is told by the one that tells more.
    assert plays == [("listenbrainz", 0.0)]
    assert dropped == [("lastfm", 0.0, "listenbrainz", "same start")]


def test_after_two_minutes_it_is_another_play(world, all_models):
    world.report("lastfm", 0)
    world.report("listenbrainz", 120.000001)
    assert len(world.result(all_models)[0]) == 2


def test_a_play_known_to_the_minute_is_anywhere_within_it(world, all_models):
    world.report("lastfm", 0, precision="minute")
    world.report("listenbrainz", 179)
    world.report("lastfm", 6000, precision="minute")
    world.report("listenbrainz", 6180)
    plays, dropped = world.result(all_models)
    assert len(plays) == 3
    assert [row[1] for row in dropped] == [0.0]


def test_different_songs_within_seconds_stay_however_short(world, all_models):
    """The counter-example: a time window without identity loses short tracks."""
    for second, song in enumerate(("Lys", "Regn", "Dag", "Natt", "Other - Lys")):
        world.report("lastfm", second, song=song)
        world.report("spotify", second, song=song + " 2")
    plays, dropped = world.result(all_models)
    assert len(plays) == 10
    assert not dropped


def test_versions_of_a_work_are_one_song_for_two_services(world, all_models):
    world.heard("spotify", (0, 200), song="Lys (Remastered 2011)")
    world.report("lastfm", 3, song="Lys")
    assert len(world.result(all_models)[0]) == 1


def test_every_title_that_an_id_gives_a_recording_names_its_work(world, all_models):
    world.heard("spotify", (0, 200), (6000, 6200), song="Aftenlys", spotify_track_id="s1")
    world.heard("spotify", (3000, 3200), song="Aftenlyz", spotify_track_id="s1")
    world.report("lastfm", 3, song="Aftenlyz (Remastered 2011)")
    world.report("lastfm", 3003, song="Aftenlys (Live)")
    # And from title to title: what another recording of the work is called too.
    world.heard("spotify", (9000, 9200), song="Aftenlyz (Live)", spotify_track_id="s2")
    world.heard("spotify", (12000, 12200), song="Aftenlyx (Live)", spotify_track_id="s2")
    world.report("lastfm", 12003, song="Aftenlys (Live)")
    # A song of the same name by another artist is another work.
    world.report("lastfm", 6003, song="Sol - Aftenlyz")
    plays, dropped = world.result(all_models)
    assert [row[1] for row in dropped] == [3.0, 3003.0, 12003.0]
    assert len(plays) == 6


def test_a_guest_in_the_name_of_the_artist_or_of_the_song_makes_no_second_play(world, all_models):
    world.heard("spotify", (0, 200), song="Orsa - Lys (feat. Vind)")
    world.report("lastfm", 3, song="Orsa feat. Vind - Lys")
    world.report("lastfm", 20, song="Orsa ft. Vind - Lys")
    # Another artist with the guest, and a name that only begins alike.
    world.report("lastfm", 4, song="Sol feat. Vind - Lys")
    world.report("lastfm", 5, song="Orsa Feature - Lys")
    plays, dropped = world.result(all_models)
    assert [source for source, _ in plays] == ["lastfm", "lastfm", "spotify"]
    assert [(row[1], row[2]) for row in dropped] == [(3.0, "spotify"), (20.0, "spotify")]


@pytest.mark.parametrize("skew", [-100, -40, 0, 5, 40, 119])
def test_three_plays_in_a_row_reported_by_two_services_are_three(world, all_models, skew):
    world.report("listenbrainz", 0, 60, 120)
    world.report("lastfm", *(second + skew for second in (0, 60, 120)))
    assert len(world.result(all_models)[0]) == 3


def test_repeats_that_a_service_missed_are_not_dropped_with_others(world, all_models):
    world.heard("spotify", (0, 200), (200, 400), (400, 600))
    world.report("lastfm", 1, 401)
    plays, dropped = world.result(all_models)
    assert [source for source, _ in plays] == ["spotify"] * 3
    assert [row[1] for row in dropped] == [1.0, 401.0]


def test_a_service_that_stamps_the_end_is_compared_with_the_whole_play(world, all_models):
    world.heard("spotify", (0, 200))
    world.report("lastfm", 205)
    world.heard("spotify", (5000, 5200), (5200, 5400), (5400, 5600))
    world.report("lastfm", 5200, 5400, 5600)
    plays, dropped = world.result(all_models)
    assert [second for _, second in plays] == [0, 5000, 5200, 5400]
    assert {row[3] for row in dropped} == {"stamped later"}


def test_the_length_of_the_song_stands_for_the_end_where_nobody_says_it(world, all_models):
    world.lasts(200)
    world.report("listenbrainz", 0)
    world.report("lastfm", 198)
    world.report("listenbrainz", 9000)
    world.report("lastfm", 9261)
    assert len(world.result(all_models)[0]) == 3


def test_a_length_that_only_the_play_states_stands_for_the_end_too(world, all_models):
    world.report("lastfm", 0)
    world.report("listenbrainz", 420, duration_ms=420_000)
    plays, dropped = world.result(all_models)
    assert plays == [("listenbrainz", 0.0)]
    assert dropped == [("lastfm", 0.0, "listenbrainz", "stamped later")]


def test_a_record_of_a_few_seconds_does_not_swallow_a_play_that_counts(world, all_models):
    world.heard("spotify", (0, 5))
    world.report("lastfm", 2)
    assert len(world.result(all_models)[0]) == 2


def test_three_services_tell_of_one_play_and_what_stays_is_not_dropped(world, all_models):
    world.heard("spotify", (0, 200))
    world.report("listenbrainz", 2)
    world.report("lastfm", 4)
    plays, dropped = world.result(all_models)
    assert plays == [("spotify", 0.0)]
    assert {row[2] for row in dropped} == {"spotify"}


def test_nearness_is_not_handed_on_from_record_to_record(world, all_models):
    world.report("spotify", 0)
    world.report("listenbrainz", 110)
    world.report("lastfm", 220)
    plays, _ = world.result(all_models)
    assert plays == [("lastfm", 220.0), ("spotify", 0.0)]


def test_a_second_scrobbler_of_one_service_is_dropped_by_spelling_or_soon_after(world, all_models):
    world.lasts(200)
    world.report("lastfm", 0, 1000)
    world.report("lastfm", 30, song="LYS!")
    world.report("lastfm", 1055)
    plays, dropped = world.result(all_models)
    assert [second for _, second in plays] == [0, 1000]
    assert [row[3] for row in dropped] == ["spelled otherwise", "again within a minute"]


def test_a_song_of_unknown_length_may_be_heard_again_after_half_a_minute(world, all_models):
    world.report("lastfm", 0, 45, 90)
    world.report("lastfm", 9000, 9020)
    assert len(world.result(all_models)[0]) == 4


def test_equal_stamps_of_one_spelling_are_one_play_unless_they_lie_in_a_queue(world, all_models):
    world.report("lastfm", 0, 0)
    kept, dropped = world.result(all_models)
    assert (len(kept), [row[-1] for row in dropped]) == (1, ["same row"])
    world.report("lastfm", *(600 + second for second in (0, 1, 1, 2, 3)))
    kept, dropped = world.result(all_models)
    assert (len(kept), len(dropped)) == (6, 1)


def test_repeats_that_say_how_long_they_were_stay(world, all_models):
    world.heard("spotify", (0, 40), (40, 80), (80, 120))
    assert len(world.result(all_models)[0]) == 3


def test_account_data_of_a_compilation_is_the_play_of_the_extended_history(world, all_models):
    same = {"time_kind": "end", "ms_played": 123_456}
    world.report("spotify", 60, song="Various - Lys", precision="minute", **same)
    world.report("spotify", 100, song="Orsa - Lys", **same)
    world.report("spotify", 60, song="Various - Regn", precision="minute", **same)
    world.report("spotify", 300, song="Various - Lys", precision="minute", **same)
    plays, dropped = world.result(all_models)
    assert len(plays) == 3
    assert [row[3] for row in dropped] == ["account data"]


def test_podcasts_are_never_matched(world, all_models):
    world.report("spotify", 0, content_type="podcast")
    world.report("lastfm", 0)
    assert len(world.result(all_models)[0]) == 2


def random_world(seed: int) -> World:
    """Few songs, often again, by services that miss plays, are late, or stamp the end."""
    rng = random.Random(seed)
    world = World()
    late = {source: rng.choice([0, 0, 3, 50, 110]) for source in RANKS}
    ends = rng.choice([None, "maloja", "lastfm"])
    second = 0
    for _ in range(rng.randint(5, 40)):
        length = rng.choice([31, 45, 61, 180, 240])
        song = rng.choice(["Lys", "Lys", "Regn"])
        for source in RANKS:
            if rng.random() < 0.3:
                continue
            if source == "spotify":
                world.heard(source, (second, second + length), song=song)
                continue
            stamp = second + late[source] + rng.choice([0, 0, 1, 7]) + length * (source == ends)
            is_minute = rng.random() < 0.3
            precision = "minute" if is_minute else "second"
            stamp = stamp // 60 * 60 if is_minute else stamp
            world.report(source, stamp, song=song, precision=precision)
        second += length + rng.choice([0, 0, 1, 60, 130, 400])
    # Second scrobblers are checked by hand: a service does not repeat itself here.
    last: dict[tuple[str, int], dt.datetime] = {}
    kept = []
    for row in sorted(world.plays, key=lambda row: row["played_at"]):
        before = last.get((row["source"], row["track_name_id"]))
        if before is None or (row["played_at"] - before).total_seconds() >= 30:
            kept.append(row)
            last[row["source"], row["track_name_id"]] = row["played_at"]
    rng.shuffle(kept)
    world.plays = kept
    return world


def found(con: warehouse.Connection) -> set[tuple[Any, Any]]:
    keys = ("source", "reported_at", "track_name_id", "ordinal")
    return {
        (tuple(row[key] for key in keys), tuple(row[f"kept_{key}"] for key in keys))
        for row in warehouse.rows(con, "from core.fct_duplicate_plays")
    }


def test_duplicates_equal_an_independent_calculation(all_models):
    total = 0
    for seed in range(25):
        world = random_world(seed)
        con = world.built(all_models)
        expected = duplicates(world.plays)
        assert found(con) == expected, seed
        total += len(expected)
        check_invariants(con)
        con.close()
    assert total > 500


def check_invariants(con: warehouse.Connection) -> None:
    """Nothing is lost, what stays is a play, and it has one record of another service at most."""
    key = "listener_id, source, reported_at, track_name_id, ordinal"
    counts = [
        con.execute(f"select count(*) from {table}").fetchall()[0][0]
        for table in ("staging.stg_plays", "core.fct_reported_plays", "core.fct_plays")
    ]
    dropped = warehouse.rows(con, "from core.fct_duplicate_plays")
    assert counts[0] == counts[1] == counts[2] + len(dropped)
    kept_key = key.replace(", ", ", kept_").replace("kept_listener_id", "listener_id")
    strangers = (
        f"select {kept_key} from core.fct_duplicate_plays except select {key} from core.fct_plays"
    )
    assert not con.execute(strangers).fetchall()
    services = Counter(
        (row["source"], *(row[f"kept_{name}"] for name in key.split(", ")[1:]), row["listener_id"])
        for row in dropped
        if row["reason"] in ("same start", "stamped later")
    )
    assert set(services.values()) <= {1}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_in_a_random_history(seed, all_models):
    con = histories.built(histories.listening(seed), select(all_models, ["fct_plays"]))
    check_invariants(con)
    con.close()
