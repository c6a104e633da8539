"""The command line as a whole: options that mean the same are called the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer.main
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.commands import tables
from sotw.predictors.week_favorite.ranking import MetricRow


def options(command, name="sotw"):
    """The options of a command and of all below it, as (command, option)."""
    for one in command.params:
        yield from ((name, option) for option in one.opts)
    for word, below in getattr(command, "commands", {}).items():
        yield from options(below, f"{name} {word}")


def test_where_a_command_writes_is_called_output_everywhere():
    found = list(options(typer.main.get_command(app)))
    assert {name for name, option in found if option == "--output"} >= {
        *("sotw demo", "sotw report", "sotw train", "sotw redact", "sotw export parquet"),
        *("sotw playlist", "sotw build"),
    }
    assert "--out" not in {option for _, option in found}


@pytest.mark.parametrize("option", ["--out", "--output"])
def test_the_shorter_name_of_before_still_holds_and_is_not_shown(tmp_path, option):
    words = ["demo", option, str(tmp_path / "demo"), "--years", "0.6", "--plays", "1000"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "demo").is_dir()
    assert "--out " not in CliRunner().invoke(app, ["demo", "--help"]).output


def test_a_table_of_nothing_is_not_printed():
    one = MetricRow("ana", "pick", "calendar", "test", "most_plays", False, "", 0.5, 4, 0.1, 0.9)
    weeks = [replace(one, metric=metric) for metric in ("hit_at_1", "mrr")]
    text = tables.metrics(weeks)
    assert "most_plays" in text
    assert text.count("model") == 1
    rows = [replace(one, model="logit", metric=metric) for metric in ("hit_at_1", "precision")]
    assert tables.metrics([*weeks, *rows]).count("model") == 2
