"""What a command refuses before it does anything, and with which exit code."""

from __future__ import annotations

from types import SimpleNamespace
from typing import get_type_hints

import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import commands, warehouse
from sotw.__main__ import app
from sotw.errors import SotwError
from sotw.learning.protocol import literals
from sotw.predictors.completion import models
from sotw.predictors.completion.predictor import Options as CompletionOptions
from sotw.predictors.presentation import Ask, to_show
from sotw.predictors.registry import PREDICTORS
from sotw.predictors.week_favorite.predictor import Options
from sotw.settings import POLICIES, Settings
from sotw.warehouse import listeners

COUNTS = "select (select count(*) from raw.plays), (select count(*) from raw.picks)"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A command in an empty folder; its exit code and words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOTW_WAREHOUSE", raising=False)
    monkeypatch.delenv("SOTW_SETTINGS", raising=False)
    return lambda words: said(CliRunner().invoke(app, words.split()))


def write(path, *names):
    """A warehouse of these listeners, nothing built."""
    path.parent.mkdir(exist_ok=True)
    with warehouse.writing(path) as con:
        for number, name in enumerate(names, start=1):
            con.execute("insert into raw.listeners values (?, ?, false, now())", [number, name])
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("evaluate nonsense", "no predictor is called 'nonsense'; there is week_favorite, comple"),
        ("evaluate --model nonsense", "no model is called 'nonsense'; there is conditional_logit"),
        ("evaluate completion --model x", "no model is called 'x'; there is boosting"),
        ("evaluate completion --task x", "'x' is not one of 'pre_play', 'post_play'"),
        ("evaluate --task pre_play", "No such option: --task"),
        ("train x", f"no predictor is called 'x'; there is {', '.join(PREDICTORS)}."),
        ("train completion --target x", "'x' is not one of 'completed'"),
        ("train completion --model x", "'x' is not one of 'boosting'"),
        ("train --output x", "--output is for --from"),
        ("train --from x --listener y", "leave out --listener"),
        ("predict --policy x", "'x' is not one of 'calendar', 'decision'"),
        ("report x", f"no predictor is called 'x'; there is {', '.join(PREDICTORS)}."),
        ("report --format pdf", "'pdf' is not one of 'html', 'md'"),
        ("report --policy x", "'x' is not one of 'calendar', 'decision'"),
        ("report completion --policy calendar", "No such option: --policy"),
        ("playlist nonsense", "no list is called 'nonsense'; there is resume, favorites, cold-"),
        ("playlist resume --format pdf", "no format is called 'pdf'; there is csv, m3u, jspf."),
        ("playlist resume --json --format csv", "--json is a form of its own"),
        ("rules add exclude", "name an artist, album, track, playlist, play, or days: --from."),
        ("rules add exclude --artist A --purpose x", "no purpose is called 'x'; there is charts"),
        ("rules add count x", "no counting rule is called 'x'; there is"),
        ("rules add alias --artist A", "an alias says what is meant"),
        ("rules review --kind x", "no kind is called 'x'; there is artist, track."),
        ("build --master spark://host:7077", "--master, --input, --output and --conf are for"),
        ("ingest --list x.csv", "--list reads nothing: leave out FILES."),
        ("ingest --encoding koi8-rr x.csv", "--encoding koi8-rr: allowed: utf-8"),
        ("ingest --zone Mars/Base x.csv", "--zone Mars/Base: allowed: a name such as"),
        ("ingest --delimiter xx x.csv", "--delimiter 'xx': allowed: a mark such as"),
        ("forget me --import 3", "name a listener or, with --import, an import; not both."),
        ("ingest --as plays x.csv", "'plays' is not one of 'favourites', 'favorites'"),
    ],
)
def test_wrong_usage_names_what_is_allowed_ends_with_2_and_does_nothing(
    run, tmp_path, words, expected
):
    code, text = run(words)
    assert code == 2, text
    assert expected in text
    assert list(tmp_path.iterdir()) == []


def test_the_names_that_a_command_allows_are_those_the_code_knows():
    names = {name: literals(hint) for name, hint in get_type_hints(CompletionOptions).items()}
    assert names["task"] == models.TASKS
    assert names["target"] == tuple(models.TARGETS)
    assert names["model"] == (models.DEFAULT, models.LINEAR_DEFAULT)
    assert {*literals(get_type_hints(Options)["policy"])} == {*POLICIES}


# --- whose ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["train", "evaluate", "predict", "playlist resume"])
def test_an_unknown_listener_is_refused_before_anything_is_done(run, tmp_path, words):
    path = write(tmp_path / "w.duckdb", "ana", "ben")
    before = path.stat().st_mtime_ns
    code, text = run(f"{words} --listener nobody --warehouse w.duckdb")
    assert code == 1
    if words != "predict" and words != "evaluate":  # they say first that nothing is built
        assert "no listener is called 'nobody'; there is ana, ben." in text
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("words", ["predict", "playlist resume", "report"])
def test_of_several_listeners_one_has_to_be_named(run, tmp_path, words):
    write(tmp_path / "w.duckdb", "zoe", "ana", "ben")
    code, text = run(f"{words} --warehouse w.duckdb")
    assert code == 1
    assert "w.duckdb: whose? There is ana, ben, zoe. Name one with --listener" in text


def test_who_is_meant_without_a_name(tmp_path):
    path = write(tmp_path / "one.duckdb", "ana")
    assert commands.listener_of(None, Settings(), path) == "ana"
    assert commands.listener_of("ben", Settings(), path) == "ben"
    several = write(tmp_path / "two.duckdb", "ana", "ben")
    assert commands.listener_of(None, Settings(listener="ben"), several) == "ben"
    assert commands.listener_of(None, Settings(), tmp_path / "none.duckdb") == "me"


@pytest.mark.parametrize(
    ("asked", "stated", "trained", "expected"),
    [
        ("ben", "ana", ["ana", "ben"], "ben"),
        (None, "ana", ["ben", "ana"], "ana"),
        (None, "me", ["ana", "ana"], "ana"),
        (None, "me", ["ana", "ben"], None),
        ("ben", "me", ["ana"], None),
    ],
)
def test_the_ranking_after_a_training_is_nobody_elses(asked, stated, trained, expected):
    run = SimpleNamespace(trained=[SimpleNamespace(about={"listener": one}) for one in trained])
    assert to_show(run, Ask(Settings(listener=stated), asked, Options())) == expected


def test_a_message_names_some_of_many_listeners(tmp_path):
    path = write(tmp_path / "w.duckdb", *(f"one {n:02}" for n in range(23)))
    with warehouse.reading(path) as con:
        assert listeners.listener_id(con, "one 07") == 8
        with pytest.raises(SotwError, match=r"'me'; there is one 00, .*, one 19 and 3 more\.$"):
            listeners.listener_id(con, "me")


# --- what is done meanwhile ------------------------------------------------------------------


def test_an_import_says_in_the_log_which_file_is_done(run, tmp_path, caplog):
    caplog.set_level("INFO", "sotw.commands")
    (tmp_path / "plays.csv").write_text("artist,track,time\nQuill,Tune,2024-01-02 10:00:00\n")
    code, text = run("ingest --as favorites plays.csv --warehouse w.duckdb")
    assert code == 0, text
    found = [one.message for one in caplog.records if one.name == "sotw.commands"]
    assert [line.split(":")[0] for line in found] == ["plays.csv"]
    with warehouse.reading(tmp_path / "w.duckdb") as con:
        [(plays, picks)] = con.execute(COUNTS).fetchall()
    assert (plays, picks) == (0, 1)


def test_a_bar_shows_names_as_they_are(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with commands.Progress(is_silent=False) as progress:
        progress("[/live] at home")
        assert progress.bar.tasks[0].total is None
        progress("core.fct_plays", 3, 9)
        assert (progress.bar.tasks[0].completed, progress.bar.tasks[0].total) == (2, 9)
