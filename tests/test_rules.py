"""Rules: what a person says of names and plays, over the whole history, and taken back again."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import load_and_build
from sotw.errors import SettingsError, SotwError
from sotw.keys import strict_key
from sotw.rules import diff, rule
from sotw.rules import write as rules
from sotw.rules.rule import Wanted
from sotw.settings import Settings

ONLY = ("core.fct_plays", "core.fct_duplicate_plays", "core.dim_artists", "marts.counting_rules")
PLAYS = """\
utc_time,artist,album,track
2010-03-01 10:00:00,Lu$ha,First,Dawn
2010-03-02 10:00:00,Lu$ha,First,Dawn
2012-05-01 10:00:00,Lusha,Second,Dawn
2012-05-02 10:00:00,LUSHA,Second,Dusk
2013-01-01 10:00:00,Vole,First,Rise
2014-01-01 10:00:00,Vole,First,Rise
2014-06-01 10:00:00,Kindergarten Choir,Songs,Bus
"""


@pytest.fixture(scope="module", autouse=True)
def models_read_once(all_models):
    """Reading them takes longer than building what these tests need."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (load_and_build, diff):
            patch.setattr(module, "load_models", lambda: all_models)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "plays.csv").write_text(PLAYS)
    path = folder / "sotw.duckdb"
    load_and_build.run_ingest(path, [folder / "plays.csv"], "ana", Settings())
    (folder / "other.csv").write_text("utc_time,artist,track\n2014-02-01 10:00:00,Vole,Rise\n")
    load_and_build.run_ingest(path, [folder / "other.csv"], "ben", Settings())
    build(path)
    return path


@pytest.fixture
def path(built, tmp_path):
    copy = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, copy)
    return copy


def build(path):
    load_and_build.run_build(path, Settings(), only=ONLY)


def alias(artist, to, **more):
    return Wanted("alias", artist=artist, to_artist=to, **more)


def rows(path, query):
    with warehouse.reading(path) as con:
        return con.execute(query).fetchall()


def artists_of(path, listener="ana"):
    """Shown artist and number of plays."""
    query = "select artist_name, count(*) from core.fct_plays join core.dim_artists using"
    where = f"join raw.listeners using (listener_id) where listener = '{listener}'"
    return dict(rows(path, f"{query} (artist_id) {where} group by artist_name"))


def refused(path, wanted, match):
    before = path.read_bytes()
    with pytest.raises(SotwError, match=match):
        rules.add(path, wanted)
    assert path.read_bytes() == before


# --- adding ---------------------------------------------------------------------------------


def test_an_alias_brings_plays_of_all_years_together_under_the_name_that_is_meant(path):
    rules.add(path, alias("lu$ha", "Lusha"))
    build(path)
    assert artists_of(path) == {"Lusha": 4, "Vole": 2, "Kindergarten Choir": 1}


def test_a_rule_taken_back_leaves_no_trace_but_its_row(path):
    before = artists_of(path)
    rules.add(path, alias("Lu$ha", "Lusha"))
    build(path)
    rules.remove(path, 1)
    build(path)
    assert artists_of(path) == before
    assert rows(path, "select rule_id, removed_at is not null from raw.rules") == [(1, True)]


def test_a_dated_alias_is_for_the_plays_of_its_days_only_and_for_all_listeners(path):
    rules.add(path, alias("Vole", "Nutria", from_date=dt.date(2014, 1, 1)))
    build(path)
    assert artists_of(path)["Vole"] == 1
    assert artists_of(path)["Nutria"] == 1
    assert artists_of(path, "ben") == {"Nutria": 1}


def test_an_alias_of_one_listener_leaves_the_plays_of_others_alone(path):
    rules.add(path, alias("Vole", "Nutria", listener="ben"))
    build(path)
    assert artists_of(path, "ben") == {"Nutria": 1}
    assert artists_of(path)["Vole"] == 2


def test_a_target_that_is_not_there_gets_its_spelling_with_keys(path):
    [(last,)] = rows(path, "select max(name_id) from raw.names")
    rules.add(path, alias("Vole", "Nütria  Two"))
    query = "select name_id, artist_name, artist_key, artist_loose_key, key_version from raw.names"
    assert rows(path, f"{query} where name_id > {last}") == [
        (last + 1, "Nütria  Two", "nütria two", "nutria two", 2)
    ]


def test_a_new_target_of_a_track_gets_its_artist_too(path):
    wanted = Wanted("alias", artist="Vole", track="rise", to_artist="Nutria", to_track="Raise")
    rules.add(path, wanted)
    found = rows(path, "select kind, artist_name, title from raw.names order by name_id desc")
    assert found[:2] == [("track", "Nutria", "Raise"), ("artist", "Nutria", None)]
    build(path)
    assert artists_of(path)["Nutria"] == 2


def test_an_alias_to_another_spelling_of_the_same_name_changes_what_is_shown(path):
    rules.add(path, alias("Lusha", "LUSHA"))
    build(path)
    assert artists_of(path)["LUSHA"] == 2
    refused(path, alias("Vole", "Vole"), "is spelled so already")


def test_the_same_rule_again_says_that_it_is_there_and_writes_nothing(path):
    first = rules.add(path, alias("Lu$ha", "Lusha"))
    published = path.read_bytes()
    again = rules.add(path, alias("LU$HA", "Lusha"))
    assert first.is_new
    assert not again.is_new
    assert again.rule == first.rule
    assert path.read_bytes() == published


def test_a_rule_taken_back_can_be_added_again_under_a_new_id(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    rules.remove(path, 1)
    assert rules.add(path, alias("Lu$ha", "Lusha")).rule.rule_id == 2


def test_a_name_that_nothing_has_is_refused_with_the_nearest(path):
    refused(path, alias("Lucha", "X"), "no artist in the warehouse is called 'Lucha'.*'LUSHA'")
    wanted = Wanted("exclude", artist="vole", track="Rice")
    refused(path, wanted, "no track by 'vole' in the warehouse is called 'Rice'.*'Rise'")
    refused(path, Wanted("exclude", artist="Mole", track="Rise"), "no artist .* 'Mole'.*'Vole'")
    refused(path, Wanted("exclude", artist=" "), "no artist")


def test_a_title_of_several_albums_wants_its_artist(path):
    refused(path, Wanted("exclude", album="First"), "by 'Lu\\$ha', 'Vole'. Say --artist")
    assert rules.add(path, Wanted("exclude", album="second")).rule.scope == "album"
    refused(path, Wanted("exclude", track="Rise"), "Say --artist")


def test_unknown_listeners_playlists_purposes_and_counting_rules_are_refused(path):
    refused(path, alias("Vole", "X", listener="cleo"), "there is ana, ben")
    refused(path, Wanted("exclude", playlist="Kids"), "No playlist is imported")
    with pytest.raises(SettingsError, match="charts, training, all"):
        rules.add(path, Wanted("exclude", artist="Vole", purpose="chart"))
    with pytest.raises(SettingsError, match="allowed: default, all, lastfm"):
        rules.add(path, Wanted("count", counting="kioto"))


def test_a_playlist_is_named_as_it_is(path):
    with warehouse.writing(path) as con:
        values = (
            "1 as listener_id, 'x' as source, ? as playlist, 1 as track_name_id, 1 as import_id"
        )
        query = f"insert into raw.playlist_items by name select {values}"
        con.execute(query, ["For the kids"])
    refused(path, Wanted("exclude", playlist="for kids"), "The nearest: 'For the kids'")
    assert rules.add(path, Wanted("exclude", playlist="For the kids")).is_new


def test_days_the_wrong_way_round_and_rules_about_nothing_are_refused(path):
    days = {"from_date": dt.date(2014, 1, 2), "to_date": dt.date(2014, 1, 1)}
    refused(path, Wanted("exclude", artist="Vole", **days), "turn them round")
    refused(path, Wanted("exclude"), "what is the rule about")
    refused(path, Wanted("alias", artist="Vole"), "--to")
    refused(path, alias("Vole", "\u200b "), "empty")
    refused(path, Wanted("alias", artist="Vole", to_track="X"), "--track")


def test_a_name_is_kept_apart_for_everybody_and_always(path):
    for more in ({"listener": "ana"}, {"from_date": dt.date(2014, 1, 1)}):
        refused(path, Wanted("separate", artist="Vole", **more), "no dates, no listener")


def test_an_exclusion_keeps_plays_out_of_its_purpose_and_deletes_none(path):
    rules.add(path, Wanted("exclude", artist="kindergarten choir", purpose="training"))
    rules.add(path, Wanted("exclude", to_date=dt.date(2010, 3, 1), listener="ana"))
    build(path)
    query = "select count(*), count(*) filter (is_in_charts), count(*) filter (is_in_training)"
    assert rows(path, f"{query} from core.fct_plays where listener_id = 1") == [(7, 6, 5)]


# --- contradictions -------------------------------------------------------------------------


def test_two_aliases_of_one_name_contradict_each_other_on_common_days_only(path):
    rules.add(path, alias("Vole", "Nutria", to_date=dt.date(2013, 12, 31)))
    overlapping = alias("vole", "Otter", from_date=dt.date(2013, 12, 31))
    refused(path, overlapping, "rule 1 says otherwise: artist 'Vole' is read as 'Nutria' until")
    assert rules.add(path, alias("Vole", "Otter", from_date=dt.date(2014, 1, 1))).is_new
    assert rules.add(path, alias("Vole", "Otter", listener="ben")).is_new


def test_aliases_in_a_circle_are_refused(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    refused(path, alias("Lusha", "Lu$ha"), "sotw rules remove 1")
    rules.add(path, alias("Lusha", "Vole"))
    refused(path, alias("Vole", "lu$ha"), "rule 2 says otherwise")


def test_aliases_of_other_days_are_no_circle(path):
    rules.add(path, alias("Lu$ha", "Lusha", to_date=dt.date(2011, 1, 1)))
    assert rules.add(path, alias("Lusha", "Lu$ha", from_date=dt.date(2012, 1, 1))).is_new


def test_a_chain_longer_than_the_models_follow_is_refused(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    rules.add(path, alias("Lusha", "Vole"))
    refused(path, alias("Vole", "Kindergarten Choir"), "chain of more than 2 aliases")
    build(path)
    assert artists_of(path) == {"Vole": 6, "Kindergarten Choir": 1}


def test_a_name_cannot_be_kept_apart_and_read_as_another(path):
    rules.add(path, Wanted("separate", artist="Lu$ha"))
    refused(path, alias("Lu$ha", "Lusha"), "rule 1 says otherwise.*kept apart")
    rules.remove(path, 1)
    rules.add(path, alias("Lu$ha", "Lusha"))
    refused(path, Wanted("separate", artist="LU$HA"), "rule 2 says otherwise")


def test_a_name_that_is_read_as_no_other_cannot_be_kept_apart(path):
    refused(path, Wanted("separate", artist="Kindergarten Choir"), "nothing to keep apart")


def test_a_listener_counts_by_one_rule_at_a_time(path):
    rules.add(path, Wanted("count", counting="koito", listener="ana"))
    refused(path, Wanted("count", counting="maloja", listener="ana"), "counted as 'koito' does")
    assert rules.add(path, Wanted("count", counting="maloja")).is_new


def test_an_unknown_id_is_refused_and_removing_twice_changes_nothing(path):
    with pytest.raises(SotwError, match="no rule has the id 7; there is none"):
        rules.remove(path, 7)
    rules.add(path, alias("Lu$ha", "Lusha"))
    first = rules.remove(path, 1)
    assert rules.remove(path, 1) == first
    with warehouse.reading(path) as con:
        assert rules.listed(con) == []
        assert rules.listed(con, has_removed=True) == [first]


# --- what they change -----------------------------------------------------------------------


def change(found, artist):
    [one] = [one for one in found.artists if one.artist == artist]
    return one.before["plays"], one.after["plays"]


def test_without_new_rules_the_diff_is_empty_and_says_every_year(path):
    found = diff.diff(path)
    assert [one.is_change for one in found.years] == [False] * len(found.years)
    assert [(one.listener, one.year) for one in found.years] == [
        *[("ana", year) for year in (None, 2010, 2012, 2013, 2014)],
        *[("ben", year) for year in (None, 2014)],
    ]
    assert (found.artists, found.doubts) == ((), ())


def test_the_diff_says_before_a_build_what_the_build_then_makes(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    rules.add(path, Wanted("exclude", artist="Vole", purpose="charts"))
    found = diff.diff(path)
    assert (change(found, "Lu$ha"), change(found, "Lusha")) == ((2, 0), (2, 4))
    whole = found.years[0]
    assert (whole.before["artists"], whole.after["artists"]) == (4, 3)
    assert (whole.before["chart_plays"], whole.after["chart_plays"]) == (7, 5)
    assert whole.before["training_plays"] == whole.after["training_plays"] == 7
    build(path)
    again = diff.diff(path)
    assert [one.before for one in again.years] == [one.after for one in found.years]
    assert again.artists == ()


def test_a_rule_can_be_tried_without_being_written(path):
    before = path.read_bytes()
    found = diff.diff(path, wanted=alias("Vole", "Nutria", from_date=dt.date(2014, 1, 1)))
    assert (change(found, "Vole"), change(found, "Nutria")) == ((3, 1), (0, 2))
    assert path.read_bytes() == before
    left = {file.name for file in path.parent.iterdir()}
    assert not {name for name in left if "rules" in name}


def test_a_rule_can_be_tried_as_taken_back(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    build(path)
    found = diff.diff(path, without=[1])
    assert change(found, "LUSHA") == (4, 2)
    with pytest.raises(SotwError, match="no rule has the id 9"):
        diff.diff(path, without=[9])


def test_a_trial_says_which_other_rules_are_not_built_yet(path):
    rules.add(path, alias("Lu$ha", "Lusha"))
    found = diff.diff(path, wanted=Wanted("exclude", artist="Vole"))
    assert found.doubts == ("Newer than the last build, so in it as well: rules 1.",)


def test_plays_that_are_not_built_yet_are_named_as_another_cause(path, tmp_path):
    (tmp_path / "more.csv").write_text("utc_time,artist,track\n2015-01-01 10:00:00,Vole,Rise\n")
    load_and_build.run_ingest(path, [tmp_path / "more.csv"], "ana", Settings())
    assert "was imported after the last build" in diff.diff(path).doubts[0]


def test_nothing_is_compared_before_a_build(tmp_path):
    (tmp_path / "plays.csv").write_text(PLAYS)
    path = tmp_path / "sotw.duckdb"
    load_and_build.run_ingest(path, [tmp_path / "plays.csv"], "ana", Settings())
    with pytest.raises(SotwError, match="nothing is built yet"):
        diff.diff(path)
    with warehouse.reading(path) as con, pytest.raises(SotwError, match="Run `sotw build`"):
        diff.counting_rules(con)


# --- commands -------------------------------------------------------------------------------


def run(path, *arguments):
    found = CliRunner().invoke(app, [*arguments, "--warehouse", str(path)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.stdout


def test_the_commands_add_list_and_remove_rules(path):
    said = run(path, "rules", "add", "alias", "--artist", "Lu$ha", "--to", "Lusha")
    assert "Rule 1: artist 'Lu$ha' is read as 'Lusha'." in said
    run(path, "rules", "add", "exclude", "--artist", "Vole", "--until", "2013-01-31")
    run(path, "rules", "add", "separate", "--artist", "Lusha")
    run(path, "rules", "add", "count", "koito", "--listener", "ana")
    assert "It is there" in run(path, "rules", "add", "count", "koito", "--listener", "ana")
    assert run(path, "rules", "list").splitlines() == [
        "   1  artist 'Lu$ha' is read as 'Lusha'",
        "   2  artist 'Vole' is left out of charts and training until 2013-01-31",
        "   3  artist 'LUSHA' is kept apart from all others",
        "   4  plays are counted as 'koito' does, for ana",
    ]
    assert "Taken back: rule 3" in run(path, "rules", "remove", "3")
    assert "kept apart" not in run(path, "rules", "list")
    found = json.loads(run(path, "rules", "list", "--all", "--json"))
    assert [one["removed_at"] is None for one in found] == [True, True, False, True]


def test_the_diff_and_a_trial_are_printed_with_both_counts(path):
    assert "The rules change no count" in run(path, "rules", "diff")
    arguments = ["rules", "add", "alias", "--artist", "Lu$ha", "--to", "Lusha", "--dry-run"]
    assert "Lusha   2 -> 4" in run(path, *arguments)
    assert run(path, "rules", "list") == (
        "No rules. `sotw rules add --help` says which there can be.\n"
    )
    found = json.loads(run(path, *arguments, "--json"))
    assert found["years"][0]["after"]["artists"] == 3


def test_counting_rules_stand_side_by_side_with_the_one_in_use(path):
    found = json.loads(run(path, "compare-rules", "--json"))
    used = {one["listener"]: one["counting"] for one in found if one["is_in_use"]}
    assert used == {"ana": "default", "ben": "default"}
    assert {one["counting"] for one in found} == set(rule.COUNTINGS)
    assert "default" in run(path, "compare-rules")


def test_names_of_the_tests_are_apart_by_strict_key():
    assert strict_key("Lu$ha") != strict_key("Lusha")


# --- one play -------------------------------------------------------------------------------


def play_of(path, day):
    """The play_id that marts.plays shows, of ana's play of a day."""
    query = (
        f"select play_id from core.fct_plays where local_date = date '{day}' and listener_id = 1"
    )
    [(found,)] = rows(path, query)
    return found


def counted(path, column="is_in_charts"):
    """Days of ana's plays that count, with artist and title."""
    query = f"""
        select local_date::varchar, artist_name, track_name from core.fct_plays
        inner join core.dim_tracks using (track_id)
        where listener_id = 1 and {column} order by local_date
    """
    return rows(path, query)


def test_one_play_is_left_out_or_corrected_and_all_is_undone(path):
    before = counted(path)
    left_out = rules.add(path, Wanted("exclude", play=play_of(path, "2013-01-01"))).rule
    said = "play of 'Vole' - 'Rise' at 2013-01-01 10:00:00 UTC (lastfm) is left out of charts"
    assert rule.described(left_out).startswith(said)
    wanted = Wanted("fix", play=play_of(path, "2014-06-01"), to_track="Lorry")
    shown = diff.diff(path, wanted=wanted)
    assert [(one.listener, one.after["chart_plays"]) for one in shown.years if one.is_change][
        :1
    ] == [("ana", 6)]
    fixed = rules.add(path, wanted).rule
    assert rule.described(fixed).endswith("is one of 'Kindergarten Choir' - 'Lorry', for ana")
    assert not rules.add(path, wanted).is_new
    refused(path, Wanted("fix", play=wanted.play, to_track="Bike"), "says otherwise")
    refused(path, Wanted("fix", play=wanted.play, to_track="Bus"), "what was heard instead")
    refused(path, Wanted("exclude", play=7), "no play 7. marts.plays has")
    build(path)
    gone = [one for one in before if one[0] != "2013-01-01"]
    assert counted(path) == [*gone[:-1], ("2014-06-01", "Kindergarten Choir", "Lorry")]
    assert len(counted(path, "true")) == len(before)
    for one in (left_out, fixed):
        rules.remove(path, one.rule_id)
    build(path)
    assert counted(path) == before


def test_a_rule_about_a_play_stays_with_it_when_another_service_and_the_second_are_known(path):
    rules.add(path, Wanted("fix", play=play_of(path, "2014-01-01"), to_artist="Shrew"))
    more = path.parent / "listens.jsonl"
    listen = {"listened_at": 1388570402, "track_metadata": {}}
    listen["track_metadata"] = {"artist_name": "Vole", "track_name": "Rise"}
    # Before all others, so that the ids of the next build are other ones.
    early = listen | {"listened_at": 1262340000}
    more.write_text(f"{json.dumps(listen)}\n{json.dumps(early)}\n")
    load_and_build.run_ingest(path, [more], "ana", Settings())
    build(path)
    heard = [one for one in counted(path) if one[2] == "Rise"]
    assert heard == [
        ("2010-01-01", "Vole", "Rise"),
        ("2013-01-01", "Vole", "Rise"),
        ("2014-01-01", "Shrew", "Rise"),
    ]


def test_the_commands_name_a_play_by_its_id(path):
    runner = CliRunner()
    play = str(play_of(path, "2013-01-01"))
    where = ["--warehouse", str(path)]
    done = runner.invoke(app, ["rules", "add", "exclude", "--play", play, *where])
    assert done.exit_code == 0, done.output
    done = runner.invoke(app, ["rules", "list", *where])
    assert "play of 'Vole' - 'Rise' at 2013-01-01" in done.output
    done = runner.invoke(
        app, ["rules", "add", "exclude", "--play", play, "--artist", "Vole", *where]
    )
    assert done.exit_code == 2
    done = runner.invoke(app, ["rules", "add", "fix", "--play", play, *where])
    assert done.exit_code == 1
    assert "what was heard instead" in str(done.exception)
    assert runner.invoke(app, ["rules", "remove", "1", *where]).exit_code == 0
