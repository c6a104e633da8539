"""What a file calls a song is never an order to a terminal, a spreadsheet or a reader's eye."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import logging
import sys
from pathlib import Path

import pytest
import typer
from rich.console import Console

from sotw import __main__ as command
from sotw import commands
from sotw.commands import tables
from sotw.plain_text import Door, shown, spreadsheet_cell
from sotw.playlists import write as playlists
from sotw.report import page
from sotw.report.parts import Part, Table
from sotw.text_table import table

# Sets the title of a terminal; clears it, by eight bits; turns what follows around.
EVIL = "a\x1b]0;owned\x07b\x9b2Jc\u202ed\u2066e\r"
SEEN = r"a\u001b]0;owned\u0007b\u009b2Jc\u202ed\u2066e\u000d"
SONG = {
    "list_rank": 1,
    "spotify_track_id": None,
    "artist_name": "=cmd|' /C calc'!A0",
    "track_name": EVIL,
    "duration_ms": None,
    "score": -0.5,
    "reason": "+1",
}
LIST = playlists.Playlist("resume", "ana", dt.datetime(2025, 1, 1), (SONG,), False)


@pytest.fixture(autouse=True)
def _without_a_warehouse(monkeypatch, tmp_path):
    """The checkout may hold one, of which a command would speak."""
    monkeypatch.setenv("SOTW_WAREHOUSE", str(tmp_path / "none" / "sotw.duckdb"))


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["sotw", *words])
    with pytest.raises(SystemExit) as ended:
        command.main()
    return ended.value.code, "".join(capsys.readouterr())


def test_whatever_a_command_prints_or_logs_its_controls_are_seen(monkeypatch, capsys):
    app = typer.Typer()

    @app.callback(invoke_without_command=True)
    def talk() -> None:
        sys.stdout.write(EVIL)
        sys.stderr.write(EVIL)
        sys.stdout.writelines([EVIL])
        commands.print_json({EVIL: [EVIL]})

    monkeypatch.setattr(command, "app", app)
    streams = sys.stdout, sys.stderr
    code, said = run(monkeypatch, capsys)
    assert (code, said.count(SEEN)) == (0, 3)
    assert shown(said) == said
    assert streams == (sys.stdout, sys.stderr)


def test_what_is_printed_as_json_is_the_same_json():
    text = json.dumps({EVIL: f"{EVIL}\t\n"}, ensure_ascii=False)
    assert json.loads(shown(text)) == {EVIL: f"{EVIL}\t\n"}


def test_no_letter_of_a_language_or_smiling_face_is_a_control():
    names = "עברית العربية हिन्दी 한국어 Ünï 👩‍👩‍👧 a\tb\nc"
    assert shown(names) == names


USAGES = [[EVIL], ["playlist", EVIL], ["pick", "a - b", EVIL], [f"-{EVIL}"], ["doctor", EVIL]]


@pytest.mark.parametrize("words", USAGES)
def test_wrong_usage_and_errors_say_a_name_with_its_controls_seen(monkeypatch, capsys, words):
    code, said = run(monkeypatch, capsys, *words)
    assert code == 2
    assert not [letter for letter in ("\x07", "\x1b]", "\x9b", "\u202e") if letter in said]


def test_an_error_says_a_name_with_its_controls_seen(monkeypatch, capsys, tmp_path):
    code, said = run(monkeypatch, capsys, "ingest", str(tmp_path / EVIL))
    assert code == 1
    assert SEEN in said
    assert shown(said) == said


def test_a_log_shows_controls_in_its_file_too(monkeypatch, capsys, tmp_path):
    app = typer.Typer()
    app.callback()(commands._common)

    @app.command()
    def talk() -> None:
        logging.getLogger("sotw").warning("%s", EVIL)

    monkeypatch.setattr(command, "app", app)
    monkeypatch.setattr(logging.root, "handlers", [])
    run(monkeypatch, capsys, "--log-file", str(tmp_path / "log"), "talk")
    assert SEEN in (tmp_path / "log").read_text()
    for handler in logging.root.handlers:
        handler.close()


def test_colours_of_help_go_past_the_door_and_names_do_not():
    stream = io.StringIO()
    door = Door(stream)
    console = Console(file=door, force_terminal=True, color_system="standard")
    console.print("[red]help[/red]")
    assert "\x1b[31m" in stream.getvalue()
    assert door.isatty() is False


def test_a_row_of_a_table_is_one_line_whose_columns_stand_below_each_other():
    first, second, third, fourth = table(
        [{"name": "x\ny", "n": 1}, {"name": EVIL, "n": 2}], ["name", "n"]
    ).splitlines()
    assert len({len(line) for line in (first, second, third, fourth)}) == 1
    assert third.startswith(r"x\u000ay ")
    receipt = dict.fromkeys(("read", "kept", "known", "rejected"), 0)
    receipt |= {"file": "a\nsotw: all is lost", "format": "refused", "note": "no", "listener": ""}
    assert "\nsotw: all is lost" not in tables.receipts([receipt | {"reasons": {}}])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1", "\n=1"])
def test_a_cell_is_no_formula(text):
    assert spreadsheet_cell(text) == f"'{shown(text)}"
    assert spreadsheet_cell(f"a{text}") == shown(f"a{text}")


def test_a_list_for_spreadsheets_has_no_formula_and_its_numbers_are_numbers():
    [row] = csv.DictReader(io.StringIO(playlists.as_csv(LIST)))
    assert row["artist"] == "'=cmd|' /C calc'!A0"
    assert (row["score"], row["reason"]) == ("-0.500000", "'+1")
    assert row["track"] == SEEN
    m3u = playlists.as_m3u(LIST)
    assert shown(m3u) == m3u
    # JSPF is data: what another program reads is the name.
    assert json.loads(playlists.as_jspf(LIST))["playlist"]["track"][0]["title"] == EVIL


def test_a_page_shows_controls_in_its_sentences_tables_and_plots(tmp_path):
    plot = {"data": {"values": [{"song": EVIL}]}, "mark": "bar"}
    part = Part("key", EVIL, EVIL, plot=plot, table=Table((EVIL,), ((EVIL,),)))
    document = page.Document("toy", EVIL, {EVIL: EVIL}, (("a", EVIL, (part,)),), is_demo=False)
    made = page._shown(document)
    texts = json.dumps(dataclasses.asdict(made), ensure_ascii=False)
    assert shown(texts) == texts
    assert "\\u001b" not in texts.replace("\\\\u001b", "")
    page.write(document, Path(tmp_path / "toy.html"))
    written = (tmp_path / "toy.html").read_text()
    assert "\u202e" not in written.replace(page._library(), "")
    assert SEEN in written
