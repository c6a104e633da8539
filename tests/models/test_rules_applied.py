"""Rules as rows: what they exclude and for whom, how plays count, and that all can be undone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import histories
import pytest

from sotw.pipeline.models import select
from sotw.settings import Settings

if TYPE_CHECKING:
    from sotw import warehouse

DAY = dt.datetime(2024, 1, 6, 12)


class Listening:
    """Two listeners who play four songs each day for three days, and the rules they make."""

    def __init__(self, all_models) -> None:
        self.models = select(all_models, ["fct_plays", "counting_rules"])
        self.names = histories.Names()
        name = self.names.track
        self.songs = [name("Orsa", "Lys"), name("Orsa", "Dag"), name("Vind", "Lys"), name("V", "X")]
        self.album = self.names.album("Orsa", "Hav")
        self.plays: list[dict[str, Any]] = []
        for listener_id in (1, 2):
            for day in range(3):
                for place, song in enumerate(self.songs):
                    time = DAY + dt.timedelta(days=day, hours=place)
                    album = self.album if place == 1 else None
                    self.plays += histories.plays(listener_id, [time], song, album_name_id=album)
        self.items: list[dict[str, Any]] = []

    def raw(self, *rules: dict[str, Any]) -> histories.Raw:
        usual = {"purpose": "all", "created_at": DAY}
        return {
            "listeners": [
                {"listener_id": n, "listener": f"one {n}", "is_demo": False, "created_at": DAY}
                for n in (1, 2)
            ],
            "names": self.names.rows,
            "plays": self.plays,
            "playlist_items": self.items,
            "rules": [{"rule_id": n, **usual, **one} for n, one in enumerate(rules, start=1)],
        }

    def built(self, *rules: dict[str, Any]) -> warehouse.Connection:
        history = histories.History(self.raw(*rules), Settings(), dt.datetime(2024, 6, 1))
        return histories.built(history, self.models)

    def plays_out(
        self, *rules: dict[str, Any], column: str = "is_in_charts"
    ) -> set[tuple[Any, ...]]:
        """(listener, day, song) of plays that do not count for a purpose."""
        con = self.built(*rules)
        found = con.execute(
            f"select listener_id, day(local_date) - 6, track_name_id from core.fct_plays "
            f"where not {column}"
        ).fetchall()
        con.close()
        return {(listener, day, self.songs.index(song)) for listener, day, song in found}


@pytest.fixture
def listening_of_two(all_models) -> Listening:
    return Listening(all_models)


def every(*, listeners=(1, 2), days=(0, 1, 2), songs=(0, 1, 2, 3)) -> set[tuple[int, int, int]]:
    return {(one, day, song) for one in listeners for day in days for song in songs}


def test_what_is_excluded_is_what_the_rule_names(listening_of_two):
    one = listening_of_two
    orsa, lys = one.names.artist("Orsa"), one.songs[0]
    exclude = {"rule": "exclude"}
    cases = [
        ({"scope": "artist", "name_id": orsa}, every(songs=(0, 1))),
        ({"scope": "track", "name_id": lys}, every(songs=(0,))),
        ({"scope": "album", "name_id": one.album}, every(songs=(1,))),
        (
            {"scope": "track", "name_id": lys, "listener_id": 2},
            every(songs=(0,), listeners=(2,)),
        ),
        ({"scope": "dates", "from_date": dt.date(2024, 1, 8)}, every(days=(2,))),
        (
            {"scope": "dates", "to_date": dt.date(2024, 1, 6), "listener_id": 1},
            every(days=(0,), listeners=(1,)),
        ),
        (
            {"scope": "artist", "name_id": orsa, "from_date": dt.date(2024, 1, 7),
             "to_date": dt.date(2024, 1, 7)},
            every(songs=(0, 1), days=(1,)),
        ),
    ]  # fmt: skip
    for rule, expected in cases:
        assert one.plays_out(exclude | rule) == expected, rule


def test_a_playlist_is_about_its_own_listener(listening_of_two):
    one = listening_of_two
    item = {"listener_id": 2, "source": "spotify", "playlist": "Sleep", "added_at": DAY}
    item |= {"import_id": 1}
    one.items = [item | {"track_name_id": song} for song in one.songs[2:]]
    rule = {"rule": "exclude", "scope": "playlist", "playlist": "Sleep"}
    assert one.plays_out(rule) == every(listeners=(2,), songs=(2, 3))
    assert one.plays_out(rule | {"listener_id": 1}) == set()


def test_a_playlist_without_dates_is_excluded_like_any_other(listening_of_two):
    one = listening_of_two
    item = {"listener_id": 2, "source": "spotify", "playlist": "Sleep", "import_id": 1}
    one.items = [item | {"track_name_id": song, "added_at": None} for song in one.songs[2:]]
    assert one.plays_out({"rule": "exclude", "scope": "playlist", "playlist": "Sleep"}) == every(
        listeners=(2,), songs=(2, 3)
    )


def test_an_exclusion_is_for_its_purpose_and_deletes_nothing(listening_of_two):
    one = listening_of_two
    rule = {"rule": "exclude", "scope": "track", "name_id": one.songs[0], "purpose": "charts"}
    assert one.plays_out(rule) == every(songs=(0,))
    assert one.plays_out(rule, column="is_in_training") == set()
    assert one.plays_out(rule, column="is_counted") == set()
    training = rule | {"purpose": "training"}
    assert one.plays_out(training) == set()
    assert one.plays_out(training, column="is_in_training") == every(songs=(0,))


def test_an_excluded_name_stands_for_what_it_means_after_the_aliases(listening_of_two):
    one = listening_of_two
    vind, orsa = one.names.artist("Vind"), one.names.artist("Orsa")
    alias = {"rule": "alias", "scope": "artist", "name_id": vind, "target_name_id": orsa}
    exclude = {"rule": "exclude", "scope": "artist", "name_id": orsa}
    assert one.plays_out(alias, exclude) == every(songs=(0, 1, 2))


def test_a_rule_that_is_taken_back_leaves_every_table_as_it_was(listening_of_two):
    one = listening_of_two
    orsa, vind = one.names.artist("Orsa"), one.names.artist("Vind")
    rules = [
        {"rule": "alias", "scope": "artist", "name_id": vind, "target_name_id": orsa},
        {"rule": "alias", "scope": "track", "name_id": one.songs[0],
         "target_name_id": one.songs[1], "listener_id": 2},
        {"rule": "separate", "scope": "track", "name_id": one.songs[3]},
        {"rule": "exclude", "scope": "dates", "from_date": dt.date(2024, 1, 7)},
        {"rule": "count", "scope": "plays", "counting": "trackdone"},
    ]  # fmt: skip
    removed = [rule | {"removed_at": dt.datetime(2024, 2, 1)} for rule in rules]
    tables = [model.name for model in one.models if not model.is_view]
    found = []
    for some in ([], rules, removed):
        con = one.built(*some)
        found.append([con.execute(f"from {name} order by all").fetchall() for name in tables])
        con.close()
    assert found[0] == found[2]
    assert found[0] != found[1]


def test_the_order_of_raw_rows_changes_no_identity_and_no_rule(listening_of_two):
    one = listening_of_two
    lys = one.songs[0]
    twice = [
        {"rule": "alias", "scope": "track", "name_id": lys, "target_name_id": target}
        for target in one.songs[1:]
    ]
    rules = [*twice, {"rule": "exclude", "scope": "track", "name_id": one.songs[2]}]
    tables = [model.name for model in one.models if not model.is_view]
    found = []
    for turn in (1, -1):
        raw = {name: rows[::turn] for name, rows in one.raw(*rules).items()}
        history = histories.History(raw, Settings(), dt.datetime(2024, 6, 1))
        con = histories.built(history, one.models)
        found.append([con.execute(f"from {name} order by all").fetchall() for name in tables])
        con.close()
    assert found[0] == found[1]


def test_a_dated_alias_moves_the_plays_of_its_days_and_an_own_one_goes_first(listening_of_two):
    one = listening_of_two
    lys, dag, other, last = one.songs
    alias = {"rule": "alias", "scope": "track", "name_id": lys}
    dated = alias | {"target_name_id": dag, "from_date": dt.date(2024, 1, 7),
                     "to_date": dt.date(2024, 1, 7)}  # fmt: skip
    own = alias | {"target_name_id": last, "listener_id": 2}
    con = one.built(own, dated)
    found = con.execute(
        "select listener_id, day(local_date) - 6, track_id from core.fct_plays "
        f"where track_name_id = {lys} order by all"
    ).fetchall()
    assert found == [(1, 0, lys), (1, 1, dag), (1, 2, lys), *((2, day, last) for day in range(3))]
    assert other
    con.close()


def test_a_dated_alias_of_an_artist_leaves_a_song_that_its_target_lacks(listening_of_two):
    one = listening_of_two
    vind, orsa = one.names.artist("Vind"), one.names.artist("Orsa")
    rule = {"rule": "alias", "scope": "artist", "name_id": vind, "target_name_id": orsa}
    con = one.built(rule | {"listener_id": 1})
    query = "select distinct listener_id, track_id from core.fct_plays where track_name_id = "
    moved = con.execute(f"{query} {one.songs[2]} order by all").fetchall()
    assert moved == [(1, one.songs[0]), (2, one.songs[2])]
    con.close()
    con = one.built(rule | {"name_id": one.names.artist("V"), "listener_id": 1})
    stayed = con.execute(f"{query} {one.songs[3]} order by all").fetchall()
    assert stayed == [(1, one.songs[3]), (2, one.songs[3])]
    con.close()
