"""`sotw forget`: what one import brought, or all of a listener, goes for good; all else stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import forget, load_and_build, picks
from sotw.errors import SotwError
from sotw.rules import write as rules
from sotw.settings import Settings

DEFAULTS = Settings()
AT = 1_704_100_000


@pytest.fixture(autouse=True)
def few_models(monkeypatch):
    """What is built anew is tested elsewhere."""
    monkeypatch.setattr(forget, "prepare", lambda *_, **__: None)
    monkeypatch.setattr(forget, "build", lambda *_, **__: [])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sotw.duckdb"


def plays(folder, name, *rows):
    file = folder / name
    file.write_text("uts,artist,track\n" + "".join(f"{at},{song}\n" for at, song in rows))
    return file


def ingest(path, *files, listener="ana", **options):
    report, _ = load_and_build.run_ingest(path, files, listener, DEFAULTS, **options)
    return report


def rows(path, query):
    with warehouse.reading(path) as con:
        return con.execute(query).fetchall()


def everything(path):
    """All rows of raw, but for the receipts and when they were written."""
    with warehouse.reading(path) as con:
        listed = "select table_name from duckdb_tables() where schema_name = 'raw'"
        names = {name for (name,) in con.execute(listed).fetchall()}
        return {
            name: sorted(map(str, con.execute(f"from raw.{name}").fetchall()))
            for name in names - {"schema_version", "last_ids"}
        }


def run(path, *arguments, said=None):
    return CliRunner().invoke(app, ["forget", *arguments, "--warehouse", str(path)], input=said)


def test_what_an_import_brought_goes_and_all_else_stays(path, tmp_path):
    kept = plays(tmp_path, "kept.csv", (AT, "Okto,Arms"), (AT + 60, "Okto,Legs"))
    wrong = plays(tmp_path, "wrong.csv", (AT + 120, "Xyzzyband,Plugh"), (5, "Oddreject,Song"))
    ingest(path, kept)
    before = everything(path)
    ingest(path, wrong)
    assert b"Xyzzyband" in path.read_bytes()
    done = run(path, "--import", "2", "--yes")
    assert done.exit_code == 0, done.output
    for line in ("raw.imports: 1 rows removed", "raw.plays: 1 rows", "raw.rejects: 1 rows"):
        assert line in done.output
    assert everything(path) == before
    for word in (b"Xyzzyband", b"xyzzyband", b"Oddreject", b"wrong.csv"):
        assert word not in path.read_bytes()
    assert ingest(path, kept).receipts[0].rows_known == 2


def test_it_asks_first_and_says_what_the_import_is(path, tmp_path):
    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms"), (AT + 60, "Okto,Legs")))
    before = path.read_bytes()
    done = run(path, "--import", "1", said="n\n")
    assert done.exit_code == 1
    assert "Import 1: x.csv, lastfm table for ana" in done.output
    assert "has 2 rows here. Remove them?" in done.output
    assert path.read_bytes() == before
    assert run(path, "--import", "1", said="y\n").exit_code == 0
    assert rows(path, "select count(*) from raw.plays") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("zoe",), "no listener is called 'zoe'; there is ana."),
        (("--import", "7"), "no import has the number 7. `sotw ingest --list` has all."),
    ],
)
def test_what_is_not_there_is_refused_before_it_is_asked_about(path, tmp_path, arguments, said):
    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms")))
    done = run(path, *arguments, said="y\n")
    assert "?" not in done.output
    assert said in str(done.exception)


@pytest.mark.parametrize("arguments", [(), ("ana", "--import", "1")])
def test_a_listener_or_an_import_is_named_and_not_both(path, tmp_path, arguments):
    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms")))
    assert run(path, *arguments).exit_code == 2
    assert rows(path, "select count(*) from raw.plays") == [(1,)]


def test_files_that_overlapped_are_named_and_bring_back_what_they_had(path, tmp_path):
    one = plays(tmp_path, "one.csv", (AT, "Okto,Arms"), (AT + 60, "Okto,Legs"))
    two = plays(tmp_path, "two.csv", (AT + 60, "Okto,Legs"), (AT + 120, "Okto,Eyes"))
    ingest(path, one)
    ingest(path, two)
    done = run(path, "--import", "1", "--yes")
    assert "import them again: two.csv" in done.output
    assert rows(path, "select count(*) from raw.plays") == [(1,)]
    assert ingest(path, two).receipts[0].rows_kept == 1
    assert run(path, "--import", "2", "--yes").exit_code == 0
    assert rows(path, "select count(*) from raw.imports") == [(0,)], "the same file again goes too"


def test_files_that_brought_their_own_rows_and_know_them_again_are_not_named(path, tmp_path):
    one = plays(tmp_path, "one.csv", (AT, "Okto,Arms"))
    two = plays(tmp_path, "two.csv", (AT + 60, "Okto,Legs"))
    ingest(path, one, two)
    ingest(path, one, two)
    done = run(path, "--import", "1", "--yes")
    assert done.exit_code == 0, done.output
    assert "import them again" not in done.output
    assert "two.csv" not in done.output


def test_equal_plays_are_numbered_without_gaps_after_an_import_is_gone(path, tmp_path):
    ingest(path, plays(tmp_path, "one.csv", (AT, "Okto,Arms")))
    ingest(path, plays(tmp_path, "three.csv", *[(AT, "Okto,Arms")] * 3))
    forget.forget_file(path, forget.file_of(path, 1), DEFAULTS)
    assert rows(path, "select ordinal from raw.plays order by all") == [(0,), (1,)]


def test_the_same_file_of_another_listener_stays(path, tmp_path):
    file = plays(tmp_path, "x.csv", (AT, "Okto,Arms"))
    ingest(path, file, listener="ana")
    ingest(path, file, listener="ben")
    done = run(path, "--import", "2", "--yes", "--json")
    found = json.loads(done.stdout)
    assert (found["imports"], found["listeners"], found["import_again"]) == ([2], ["ben"], [])
    assert rows(path, "select listener from raw.listeners") == [("ana",)]
    assert rows(path, "select count(*) from raw.plays") == [(1,)]


def test_a_listener_stays_while_anything_else_of_theirs_is_there(path, tmp_path):
    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms")))
    picks = tmp_path / "picks.csv"
    picks.write_text("picked_at,artist,track\n2024-01-06T13:00:00Z,Okto,Arms\n")
    ingest(path, picks)
    run(path, "--import", "1", "--yes")
    assert rows(path, "select listener from raw.listeners") == [("ana",)]
    assert rows(path, "select count(*) from raw.picks") == [(1,)]
    run(path, "--import", "2", "--yes")
    assert rows(path, "select count(*) from raw.listeners") == [(0,)]


def test_what_waits_in_the_inbox_outlives_the_import_of_a_file(path, tmp_path):
    from sotw.warehouse import inbox

    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms")))
    picks.run_pick(path, "Okto", "Arms", "ana")
    run(path, "--import", "1", "--yes")
    assert inbox.waiting(path) == 1


def test_metadata_is_taken_back_and_plays_stay(path, tmp_path):
    ingest(path, plays(tmp_path, "x.csv", (AT, "Okto,Arms")))
    genres = tmp_path / "genres.json"
    genres.write_text(json.dumps({"Krautrock": ["Okto"], "Dub": ["Okto"]}))
    ingest(path, genres)
    forget.forget_file(path, forget.file_of(path, 2), DEFAULTS)
    assert rows(path, "select count(*) from raw.artist_tags") == [(0,)]
    assert rows(path, "select count(*) from raw.plays") == [(1,)]


def test_scores_of_the_listener_go_with_an_import_and_those_of_others_stay(path, tmp_path):
    ingest(path, plays(tmp_path, "a.csv", (AT, "Okto,Arms")), listener="ana")
    ingest(path, plays(tmp_path, "b.csv", (AT, "Okto,Legs")), listener="ben")
    ingest(path, plays(tmp_path, "c.csv", (AT, "Okto,Eyes")), listener="ben")
    with warehouse.writing(path) as con:
        con.execute(
            "insert into ml.predictions by name select 'r' as run_id, 'p' as predictor, 't' as"
            " task, 'y' as target, 'm' as model, listener_id, 1 as track_id, 'test' as split,"
            " 'pick' as label_kind, 0.5 as score, 0.5 as probability from raw.listeners"
        )
    run(path, "--import", "3", "--yes")
    assert rows(
        path, "select listener from ml.predictions join raw.listeners using (listener_id)"
    ) == [("ana",)]


def test_rejects_that_a_later_import_of_the_file_holds_go_with_any_of_them(path, tmp_path):
    file = plays(tmp_path, "x.csv", (AT, "Okto,Arms"), (5, "Okto,Old"))
    for _ in range(3):
        ingest(path, file)
    assert rows(path, "select import_id from raw.rejects") == [(3,)]
    run(path, "--import", "1", "--yes")
    assert rows(path, "select count(*) from raw.rejects") == [(0,)]
    assert rows(path, "select count(*) from raw.imports") == [(0,)]


def numbers(path):
    return [row["import_id"] for row in forget.imports(path)]


def test_the_number_of_an_import_that_is_gone_is_never_given_again(path, tmp_path):
    first = plays(tmp_path, "first.csv", (AT, "Okto,Arms"))
    second = plays(tmp_path, "second.csv", (AT + 60, "Okto,Legs"))
    third = plays(tmp_path, "third.csv", (AT + 120, "Okto,Eyes"))
    ingest(path, first, second)
    assert run(path, "--import", "2", "--yes").exit_code == 0
    ingest(path, third)
    assert numbers(path) == [1, 3]
    assert run(path, "--import", "2", "--yes").exit_code == 1
    assert rows(path, "select count(*) from raw.plays") == [(2,)]
    for number in ("1", "3"):
        assert run(path, "--import", number, "--yes").exit_code == 0
    ingest(path, first)
    assert numbers(path) == [4]


def test_no_listener_name_or_rule_gets_the_number_of_a_forgotten_one(path, tmp_path):
    ingest(path, plays(tmp_path, "a.csv", (AT, "Okto,Arms")))
    ingest(path, plays(tmp_path, "b.csv", (AT, "Arko,Legs")), listener="ben")
    with warehouse.writing(path) as con:
        rule = rules.Wanted("exclude", listener="ben", artist="Arko")
        given = rules.insert(con, rule, now=warehouse.utc_now()).rule.rule_id
    before = rows(path, "select name_id from raw.names")
    forget.forget_listener(path, "ben", DEFAULTS)
    ingest(path, plays(tmp_path, "c.csv", (AT, "Utko,Eyes")), listener="cleo")
    assert rows(path, "select listener_id from raw.listeners order by all") == [(1,), (3,)]
    new = rows(path, "select name_id from raw.names where artist_name = 'Utko'")
    assert new
    assert not {*new} & {*before}
    with warehouse.writing(path) as con:
        rule = rules.Wanted("exclude", listener="cleo", artist="Utko")
        assert rules.insert(con, rule, now=warehouse.utc_now()).rule.rule_id == given + 1


def test_a_demo_moved_aside_takes_its_numbers_along(path, tmp_path):
    with warehouse.writing(path) as con:
        con.execute("insert into raw.listeners values (5, 'demo', true, now()::timestamp)")
    ingest(path, plays(tmp_path, "a.csv", (AT, "Okto,Arms")))
    assert rows(path, "select listener_id, listener from raw.listeners") == [(6, "ana")]


def test_a_late_confirmation_removes_nothing_but_what_was_asked_about(path, tmp_path):
    file = plays(tmp_path, "a.csv", (AT, "Okto,Arms"))
    ingest(path, file, listener="ben")
    asked = forget.file_of(path, 1)
    assert asked.emptied == {"ben": 1}
    # Meanwhile somebody else imports more of the listener.
    ingest(path, plays(tmp_path, "b.csv", (AT + 60, "Okto,Legs")), listener="ben")
    with pytest.raises(SotwError, match="another command changed"):
        forget.forget_file(path, asked, DEFAULTS)
    assert rows(path, "select count(*) from raw.plays") == [(2,)]
    asked = replace(asked, receipt=asked.receipt | {"sha256": "0" * 64}, emptied={})
    with pytest.raises(SotwError, match="another command changed"):
        forget.forget_file(path, asked, DEFAULTS)


def test_a_listener_who_was_forgotten_and_came_back_is_not_the_one_meant(
    path, tmp_path, monkeypatch
):
    file = plays(tmp_path, "a.csv", (AT, "Okto,Arms"))
    ingest(path, file, listener="ben")
    asked = iter([1, 2])
    monkeypatch.setattr(forget, "listener_id", lambda *_: next(asked))
    with pytest.raises(SotwError, match="another command changed"):
        forget.forget_listener(path, "ben", DEFAULTS)
    assert rows(path, "select count(*) from raw.plays") == [(1,)]
