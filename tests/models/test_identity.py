"""Which spellings are one artist and one track: by rule, id and key, and what is shown of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import histories
import pytest

from sotw.pipeline.models import select
from sotw.settings import Settings

if TYPE_CHECKING:
    from sotw import warehouse

NOON = dt.datetime(2024, 1, 6, 12)
MBIDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(4)]
NOBODY = "89ad4ac3-39f7-470e-963a-56509c546377"


class World:
    """Plays of spellings with the ids their sources state, and rules about them."""

    def __init__(self, all_models) -> None:
        self.models = select(all_models, ["dim_tracks", "dim_artists"])
        self.names = histories.Names()
        self.plays: list[dict[str, Any]] = []
        self.stats: list[dict[str, Any]] = []
        self.rules: list[dict[str, Any]] = []
        self.hour = 0

    def play(self, artist: str, title: str = "Lys", *, times: int = 1, **ids: str | None) -> int:
        track = self.names.track(artist, title)
        for _ in range(times):
            self.hour += 1
            self.plays += histories.plays(1, [NOON + dt.timedelta(hours=self.hour)], track, **ids)
        return track

    def isrc(self, track: int, isrc: str) -> None:
        fact = {"track_name_id": track, "source": "spotify", "fetched_at": NOON, "import_id": 1}
        self.stats.append(fact | {"isrc": isrc})

    def rule(self, rule: str, scope: str, name_id: int, target_name_id: int | None = None) -> None:
        row = {"rule_id": len(self.rules) + 1, "rule": rule, "scope": scope, "name_id": name_id}
        row |= {"target_name_id": target_name_id, "purpose": "all", "created_at": NOON}
        self.rules.append(row)

    def built(self) -> warehouse.Connection:
        listener = {"listener_id": 1, "listener": "me", "is_demo": False, "created_at": NOON}
        raw: histories.Raw = {"listeners": [listener], "names": self.names.rows}
        raw |= {"plays": self.plays, "track_stats": self.stats, "rules": self.rules}
        con = histories.built(
            histories.History(raw, Settings(), dt.datetime(2025, 1, 1)), self.models
        )
        for kind in ("artist", "track"):
            table = f"core.dim_{kind}_aliases"
            shown = f"select count(*) filter (where is_shown) from {table} group by {kind}_id"
            assert {row[0] for row in con.execute(shown).fetchall()} <= {1}
            wrong = f"from {table} where {kind}_id > {kind}_name_id"
            assert not con.execute(wrong).fetchall()
        return con

    def clusters(self, kind: str) -> set[frozenset[str]]:
        name = "artist_name" if kind == "artist" else "artist_name || ' - ' || track_name"
        con = self.built()
        rows = con.execute(f"select {kind}_id, {name} from core.dim_{kind}_aliases").fetchall()
        con.close()
        return {frozenset(name for one, name in rows if one == key) for key, _ in rows}

    def shown(self) -> set[str]:
        con = self.built()
        query = "select artist_name || ' - ' || track_name from core.dim_tracks"
        rows = con.execute(query).fetchall()
        con.close()
        return {name for (name,) in rows}


@pytest.fixture
def world(all_models) -> World:
    return World(all_models)


def groups(*names: str) -> set[frozenset[str]]:
    return {frozenset(one.split(" = ")) for one in names}


def test_artists_are_one_by_loose_key_or_by_the_id_most_records_state(world):
    world.play("Orsa", artist_mbid=MBIDS[1], times=2)
    world.play("ÓRSA!")
    world.play("Orsa Band", artist_mbid=MBIDS[1])
    # A wrong id in a minority of records, and one that says nobody.
    world.play("Vind", artist_mbid=MBIDS[1])
    world.play("Vind", artist_mbid=MBIDS[2], times=2)
    world.play("Half", artist_mbid=MBIDS[1])
    world.play("Half", artist_mbid=MBIDS[3])
    world.play("Sampler", artist_mbid=NOBODY)
    world.play("Other Sampler", artist_mbid=NOBODY)
    assert world.clusters("artist") == groups(
        "Orsa = ÓRSA!", "Orsa Band", "Vind", "Half", "Sampler", "Other Sampler"
    )


def test_an_id_of_an_artist_joins_only_names_that_are_alike(world):
    """Last.fm gives a collaboration, and a soundtrack, the id of one of its artists."""
    world.play("Great Singer", artist_mbid=MBIDS[1], times=3)
    world.play("The Great Singer", artist_mbid=MBIDS[1])
    world.play("Graet Singer", artist_mbid=MBIDS[1])
    world.play("Another Person", artist_mbid=MBIDS[1], times=2)
    world.play("A Third Voice & Great Singer", artist_mbid=MBIDS[1])
    assert world.clusters("artist") == groups(
        "Great Singer = The Great Singer", "Graet Singer", "Another Person",
        "A Third Voice & Great Singer",
    )  # fmt: skip


def test_what_is_shown_is_the_spelling_played_most_and_of_equals_the_one_without_marks(world):
    world.play("ORSA", "LYS", times=2)
    world.play("Orsa", "Lys", times=3)
    world.play("Saddle &amp; Barrow", "Don&#39;t Go")
    world.play("Saddle & Barrow", "Don't Go")
    assert world.shown() == {"Orsa - Lys", "Saddle & Barrow - Don't Go"}


def test_two_spellings_that_one_album_holds_are_two_songs(world):
    album = world.names.album("Orsa", "Nat")
    other = world.names.album("Orsa", "Dag")
    world.play("Orsa", "Exchange", album_name_id=album)
    world.play("Orsa", "(Exchange)", album_name_id=album)
    world.play("Orsa", "Lys", album_name_id=album)
    world.play("Orsa", "[Lys]", album_name_id=other)
    assert world.clusters("track") == groups(
        "Orsa - Exchange", "Orsa - (Exchange)", "Orsa - Lys = Orsa - [Lys]"
    )


def test_a_rule_goes_before_an_id_and_an_id_before_a_key(world):
    world.play("Orsa", artist_mbid=MBIDS[1])
    world.play("Orsa Band", artist_mbid=MBIDS[1])
    world.play("Vind")
    world.rule("separate", "artist", world.names.artist("Orsa Band"))
    world.rule("alias", "artist", world.names.artist("Vind"), world.names.artist("Orsa Band"))
    assert world.clusters("artist") == groups("Orsa", "Orsa Band = Vind")


def test_what_an_alias_means_is_shown_whoever_was_there_first(world):
    world.play("Orsa")
    world.play("Vind")
    world.rule("alias", "artist", world.names.artist("Orsa"), world.names.artist("Vind"))
    assert world.clusters("artist") == groups("Orsa = Vind")
    assert world.shown() == {"Vind - Lys"}


def test_an_alias_of_an_alias_means_what_that_one_means(world):
    for name in ("A", "B", "C"):
        world.play(name)
    artist = world.names.artist
    world.rule("alias", "artist", artist("A"), artist("B"))
    world.rule("alias", "artist", artist("B"), artist("C"))
    assert world.shown() == {"C - Lys"}


def test_a_fix_of_the_spelling_goes_before_what_another_alias_means(world):
    world.play("orsa")
    world.play("Vind")
    artist = world.names.artist
    world.rule("alias", "artist", artist("orsa"), artist("Orsa"))
    world.rule("alias", "artist", artist("Vind"), artist("orsa"))
    assert world.shown() == {"Orsa - Lys"}


def test_rules_that_lead_in_a_circle_still_show_one_name_of_each(world):
    for name in ("A", "B", "C", "D"):
        world.play(name)
    artist = world.names.artist
    for one, other in (("A", "B"), ("B", "A"), ("C", "D"), ("D", "B")):
        world.rule("alias", "artist", artist(one), artist(other))
    assert world.shown()


def test_an_alias_moves_a_track_to_the_artist_that_is_meant(world):
    track = world.play("Orsa", "Lys")
    target = world.play("Vind", "Lys (Live)")
    world.play("Orsa", "Dag")
    world.rule("alias", "track", track, target)
    assert world.shown() == {"Vind - Lys (Live)", "Orsa - Dag"}


def test_an_id_of_a_recording_makes_titles_one_and_mbids_only_within_an_artist(world):
    world.play("Orsa", "Lys", spotify_track_id="s1")
    world.play("Orsa feat. Vind", "Lys - 2011 Remaster", spotify_track_id="s1")
    world.play("Orsa", "Something Else", spotify_track_id="s1")
    world.isrc(world.play("Dag", "Aften"), "I1")
    world.isrc(world.play("Natt", "Aften"), "I1")
    world.play("Orsa", "Regn", track_mbid="m1")
    world.play("Orsa", "Regn (Live)", track_mbid="m1")
    world.play("Vind", "Regn", track_mbid="m1")
    assert world.clusters("track") == groups(
        "Orsa - Lys = Orsa feat. Vind - Lys - 2011 Remaster",
        "Orsa - Something Else",
        "Dag - Aften = Natt - Aften",
        "Orsa - Regn = Orsa - Regn (Live)",
        "Vind - Regn",
    )


def test_ids_lead_from_title_to_title_and_one_that_many_claim_names_none(world):
    for number in range(5):
        for one in (number, number + 1):
            world.play("Orsa", f"A Title of Letters {number}", spotify_track_id=f"s{one}")
    for number in range(9):
        world.play("Vind", f"Title {number}", spotify_track_id="many")
    sizes = Counter(len(one) for one in world.clusters("track"))
    assert sizes == {5: 1, 1: 9}


def test_a_track_that_is_kept_apart_is_merged_by_neither_id_nor_loose_title(world):
    world.play("Orsa", "Lys", spotify_track_id="s1")
    apart = world.play("Orsa", "Lys!", spotify_track_id="s1")
    world.play("Orsa", "Lys?", spotify_track_id="s1")
    world.rule("separate", "track", apart)
    assert world.clusters("track") == groups("Orsa - Lys = Orsa - Lys?", "Orsa - Lys!")


def test_versions_are_tracks_of_one_work_of_one_artist(world):
    world.play("Orsa", "Lys")
    world.play("Orsa", "Lys (Live)")
    world.play("Vind", "Lys")
    con = world.built()
    rows = con.execute("select track_id, work_id from core.dim_track_aliases order by 1").fetchall()
    con.close()
    first, live, other = (track for track, _ in rows)
    assert rows == [(first, first), (live, first), (other, other)]


def test_a_song_with_guests_is_a_work_of_its_first_artist_who_stays_another(world):
    world.play("Orsa", "Lys")
    world.play("Orsa feat. Vind", "Lys")
    world.play("Nobody feat. Vind", "Lys")
    con = world.built()
    rows = con.execute(
        "select track_id, work_id, artist_id from core.dim_track_aliases order by 1"
    ).fetchall()
    con.close()
    first, guested, other = (track for track, *_ in rows)
    assert [row[:2] for row in rows] == [(first, first), (guested, first), (other, other)]
    assert len({row[2] for row in rows}) == 3


def test_a_later_import_leaves_the_integers_as_they_are(world):
    for number in range(4):
        world.play(f"Orsa {number}", spotify_track_id=f"s{number}")
    query = "select track_name_id, track_id, artist_id from core.dim_track_aliases order by all"
    con = world.built()
    before = con.execute(query).fetchall()
    con.close()
    world.play("ORSA 0")
    world.play("New", spotify_track_id="s1")
    con = world.built()
    assert con.execute(query).fetchall()[:4] == before
    con.close()


@pytest.mark.parametrize(
    ("method", "title", "ids"),
    [("same name", "LYS", None), ("loose name", "Lys!", None), ("id", "Lys - 2011 Remaster", "s1")],
)
def test_the_reason_why_a_spelling_is_a_track_is_said(world, method, title, ids):
    world.play("Orsa", "Lys", spotify_track_id="s1")
    track = world.play("Orsa", title, spotify_track_id=ids)
    con = world.built()
    query = "select match_method from core.dim_track_aliases where track_name_id = ?"
    assert con.execute(query, [track]).fetchall() == [(method,)]
    con.close()
