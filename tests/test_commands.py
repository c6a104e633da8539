"""The command line as a whole: options that mean the same are called the same."""

from __future__ import annotations

import pytest
import typer.main
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.predictors.presentation import difference_table, model_table


def options(command, name="sotw"):
    """The options of a command and of all below it, as (command, option)."""
    for one in command.params:
        yield from ((name, option) for option in one.opts)
    if hasattr(command, "list_commands"):
        for word in command.list_commands(None):
            yield from options(command.get_command(None, word), f"{name} {word}")


def test_where_a_command_writes_is_called_output_everywhere():
    found = list(options(typer.main.get_command(app)))
    assert {name for name, option in found if option == "--output"} >= {
        *("sotw demo", "sotw report completion", "sotw train completion", "sotw redact"),
        *("sotw playlist", "sotw build", "sotw export parquet"),
    }
    assert "--out" not in {option for _, option in found}


@pytest.mark.parametrize("option", ["--out", "--output"])
def test_the_shorter_name_of_before_still_holds_and_is_not_shown(tmp_path, option):
    words = ["demo", option, str(tmp_path / "demo"), "--years", "0.6", "--plays", "1000"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "demo").is_dir()
    assert "--out " not in CliRunner().invoke(app, ["demo", "--help"]).output


def row(model, metric, value=0.5):
    return {"model": model, "metric": metric, "value": value, "low": 0.1, "high": 0.9, "n": 4}


def test_a_table_has_the_metrics_that_are_there_in_words():
    rows = [row("most_plays", "hit_at_1"), row("most_plays", "mrr"), row("logit", "hit_at_1")]
    words = {"hit_at_1": "Hit@1", "nll": "NLL", "mrr": "MRR"}
    header, _, first, second = model_table(rows, words).splitlines()
    assert header.split() == ["model", "Hit@1", "MRR"]
    assert first.count(".500 [.100, .900]") == 2
    assert second.count(".500 [.100, .900]") == 1
    rows.append(row("logit", "mrr_over_most_plays", -0.25))
    head, _, line = difference_table(rows, words).splitlines()
    assert head.startswith("… over most_plays")
    assert line.startswith("logit ")
    assert "-.250 [+.100, +.900]" in line
