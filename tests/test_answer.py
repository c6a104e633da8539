"""What a person reads: a sentence and tables that fit, whatever the terminal's width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from sotw.predictors.answer import Answer, places, typed
from sotw.text_table import table

ROWS = [
    {"#": "1", "song": "Ein sehr langer Name - " + "la " * 20, "chance": "24 %", "why": "x" * 60},
    {"#": "2=", "song": "上海 - 千本桜千本桜千本桜", "chance": "5 %", "why": "short"},
]
COLUMNS = ("#", "song", "chance", "why")


@pytest.mark.parametrize("columns", [80, 100])
def test_a_table_fits_and_what_is_cut_short_says_so(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = table(ROWS, COLUMNS, shortened={"song": 30, "why": 16}).splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert len(lines) == 4
    assert lines[0].split() == [*COLUMNS]
    assert lines[2].count("…") == 2
    places_of_chance = {cell_len(line[: line.index("%")]) for line in lines[2:]}
    assert len(places_of_chance) == 2  # 24 % and 5 % begin in one column, wide letters or not
    assert cell_len(lines[2].split("24")[0]) == cell_len(lines[3].split("5 %")[0])


def test_columns_go_before_rows_break_and_the_last_line_names_them(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    rows = [{f"metric {number}": ".207 [.098, .384]" for number in range(6)}]
    *lines, last = table(rows, list(rows[0])).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == 3
    assert lines[0].split("  ")[-1].strip() == "metric 3"
    assert last == "No room for: metric 4, metric 5."
    assert "metric 5" in table(rows, list(rows[0]), most=0).splitlines()[0]


def test_equal_candidates_share_a_place():
    assert places([0.24, 0.05, 0.049, 0.046, 0.03]) == ["1", "2=", "2=", "2=", "5"]
    assert places([0.02] * 3) == ["1=", "1=", "1="]
    assert places([0.3]) == ["1"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Band - Song", '"Band - Song"'),
        ("It's - So", '"It\'s - So"'),
        ('A$AP - "Q"', "'A$AP - \"Q\"'"),
        ("--week", "--week"),
    ],
)
def test_a_command_can_be_typed_as_it_stands(word, said):
    assert typed("sotw", "pick", word) == f"sotw pick {said}"


def test_an_answer_is_the_sentence_then_what_stands_behind_it_then_the_list(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = Answer(
        expects="Song of the week: a song.",
        speaks_for=("3 plays", "new"),
        speaks_against=("1 day",),
        record="right in 9 of 14 weeks when this sure. " * 4,
        next=("sotw pick X", "if so."),
        entries=({"#": "1", "song": "X", "against": ""},),
    )
    lines = said.text().splitlines()
    assert lines[:3] == [
        "Song of the week: a song.",
        "  for      3 plays; new",
        "  against  1 day",
    ]
    assert max(map(len, lines)) <= 80
    assert lines[-3].split() == ["#", "song"]  # nobody has anything against it
    assert lines[-1].split() == ["1", "X"]
