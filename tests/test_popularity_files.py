"""What is done with a learned popularity: files scored, the contract's report, the page."""

from __future__ import annotations

import json
import stat

import numpy as np
import pandas as pd
import popular
import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import learn, score_file
from sotw.errors import SotwError
from sotw.learning.train import train
from sotw.plain_text import shown as seen
from sotw.predictors.popularity import intervals, of_file, shown
from sotw.predictors.popularity.predictor import PREDICTOR, Options
from sotw.settings import Settings


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A catalogue with a known rule, learned from."""
    path = tmp_path_factory.mktemp("rule") / "rule.csv"
    con = popular.built(popular.write(path, popular.tracks(300)))
    report = train(con, PREDICTOR, Settings(), now=warehouse.utc_now())
    yield con, report
    con.close()


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Twelve tracks, of which three break the contract."""
    rows = popular.tracks(12)
    rows[1] |= {"track_popularity": 150}
    rows[2] |= {"tempo": "fast"}
    rows[3] |= {"danceability": 1.5}
    con = popular.built(popular.write(tmp_path_factory.mktemp("odd") / "odd.csv", rows))
    yield con
    con.close()


@pytest.fixture(scope="module")
def trained_file(learned, tmp_path_factory):
    """The learned warehouse as a file, and a folder for what is written."""
    con, _ = learned
    folder = tmp_path_factory.mktemp("score")
    path = folder / "sotw.duckdb"
    con.execute(f"attach '{path}' as saved (storage_version 'v1.0.0')")
    [(own,)] = con.execute("select current_database()").fetchall()
    con.execute(f"copy from database {own} to saved")
    con.execute("detach saved")
    return path, folder


def sotw(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_file_is_scored_row_by_row_and_what_breaks_the_contract_is_not(trained_file):
    path, folder = trained_file
    rows = popular.tracks(40, seed=9)
    rows[3] |= {"danceability": 7}
    rows[5] = dict(rows[4])
    rows[8] |= {"track_name": ""}
    given = popular.write(folder / "new.csv", rows)
    output = folder / "out" / "said.csv"
    words = ("score", "popularity", given, "--output", output, "--warehouse", path)
    done = sotw(*words)
    assert done.exit_code == 3, (done.output, done.exception)
    assert "38 of 40 rows of new.csv are scored" in done.output
    assert "Not scored: line 5: danceability out of range: 7" in done.output
    found = pd.read_csv(output)
    stated = pd.read_csv(given)
    pd.testing.assert_frame_equal(found[[*stated.columns]], stated)
    is_scored = found["prediction"].notna().to_numpy()
    assert np.flatnonzero(~is_scored).tolist() == [3, 8]
    assert found["not_scored"].notna().to_numpy().tolist() == (~is_scored).tolist()
    scored = found[is_scored]
    assert scored.loc[4, "prediction"] == scored.loc[5, "prediction"]
    error = scored["prediction"] - scored["track_popularity"]
    assert np.sqrt((error**2).mean()) < 8  # the rule that it was learned from
    inside = scored["track_popularity"].between(
        scored["prediction_pi_lower"], scored["prediction_pi_upper"]
    )
    assert inside.mean() > 0.85
    assert scored["bucket"].tolist() == [of_file.bucket(one) for one in scored["prediction"]]
    report = json.loads((folder / "out" / "said.contract.json").read_text())
    assert (report["result"], report["mode"]) == ("fail", "lenient")
    assert report["catalogues"]["new"]["errors"] == ["danceability: 1 not in 0 to 1"]
    assert "danceability" in (folder / "out" / "said.contract.html").read_text()
    good = popular.write(folder / "good.csv", popular.tracks(5, seed=4))
    done = sotw("score", "popularity", good, "--output", output, "--warehouse", path, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["scored"] == 5


def test_a_strict_contract_refuses_what_a_lenient_one_leaves_out(
    trained_file, odd, tmp_path, monkeypatch
):
    path, _ = trained_file
    (tmp_path / "sotw.toml").write_text('catalogue_contract = "strict"')
    monkeypatch.setenv("SOTW_SETTINGS", str(tmp_path / "sotw.toml"))
    rows = popular.tracks(5, seed=9)
    rows[3] |= {"tempo": "fast"}
    given = popular.write(tmp_path / "new.csv", rows)
    output = tmp_path / "said.csv"
    done = sotw("score", "popularity", given, "--output", output, "--warehouse", path)
    assert "line 5: tempo not of its type: fast" in str(done.exception)
    assert not output.exists()
    assert (tmp_path / "said.contract.json").exists()
    [task] = PREDICTOR.tasks(odd, Settings(catalogue_contract="strict"), Options())
    with pytest.raises(SotwError, match=r"odd: 3 rows break the contract.*strict"):
        PREDICTOR.rows(odd, task)
    [task] = PREDICTOR.tasks(odd, Settings(), Options())
    with pytest.raises(SotwError, match="tracks of 3 artists keep the contract"):
        PREDICTOR.rows(odd, task)


@pytest.mark.parametrize("ending", ["csv", "contract.json", "contract.html"])
def test_scoring_takes_the_place_of_nothing_that_is_somebodys(trained_file, tmp_path, ending):
    path, _ = trained_file
    given = popular.write(tmp_path / "new.csv", popular.tracks(5, seed=9))
    (tmp_path / f"said.{ending}").write_text("mine,is,this\n")
    words = ("score", "popularity", given, "--output", tmp_path / "said.csv")
    done = sotw(*words, "--warehouse", path)
    assert f"said.{ending}: is there already" in str(done.exception)
    assert (tmp_path / f"said.{ending}").read_text() == "mine,is,this\n"
    assert not [*tmp_path.glob(".sotw-*")]


def test_a_scored_file_is_there_whole_and_for_its_owner_alone(trained_file, tmp_path, monkeypatch):
    path, _ = trained_file
    given = popular.write(tmp_path / "new.csv", popular.tracks(5, seed=9))
    words = ("score", "popularity", given, "--output", tmp_path / "said.csv", "--warehouse", path)
    assert sotw(*words).exit_code == 0
    made = [one for one in tmp_path.iterdir() if one != given]
    assert {stat.S_IMODE(one.stat().st_mode) for one in made} == {0o600}
    assert len(made) == 3
    before = (tmp_path / "said.csv").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(score_file, "_write", full)
    assert "No space left" in str(sotw(*words).exception)
    assert (tmp_path / "said.csv").read_bytes() == before


def test_controls_in_a_catalogue_are_seen_in_what_is_left_beside_it(trained_file, tmp_path):
    path, _ = trained_file
    rows = popular.tracks(5, seed=9)
    rows[3] |= {"tempo": "\x1b]0;owned\x07\x9b2J\u202efast"}
    given = popular.write(tmp_path / "\u202enew.csv", rows)
    done = sotw(
        "score", "popularity", given, "--output", tmp_path / "said.csv", "--warehouse", path
    )
    assert done.exit_code == 3, (done.output, done.exception)
    for ending in ("json", "html"):
        text = (tmp_path / f"said.contract.{ending}").read_text()
        assert seen(text) == text
        assert r"\u001b]0;owned" in text


def test_buckets_are_system_e_s():
    words = [of_file.bucket(one) for one in (0, 20, 20.1, 40, 60, 60.5, 80, 80.1, 100)]
    assert words == [
        "bust", "bust", "not successful", "not successful", "maybe a hit", "great chance",
        "great chance", "absolute hit", "absolute hit",
    ]  # fmt: skip


def test_the_page_says_how_good_it_is_and_where_it_fails(trained_file):
    pytest.importorskip("altair")
    path, folder = trained_file
    done = sotw(
        "report", "popularity", "--output", folder / "page", "--format", "md", "--warehouse", path
    )
    assert done.exit_code == 0, (done.output, done.exception)
    text = (folder / "page" / "popularity.md").read_text()
    for heading in (
        "How good, beside the baselines", "What is said against what is", "heteroscedasticity",
        "normality", "permutation importance", "Coverage of the 95 % intervals by tenths",
        "Scalings of ridge regression", "VIF",
    ):  # fmt: skip
        assert heading in text, heading
    assert json.loads((folder / "page" / "popularity.contract.json").read_text())["catalogues"]


def test_a_run_and_an_evaluation_are_said_in_eighty_columns(learned):
    con, report = learned
    said = shown.trained(con, report, None)
    assert said.text.startswith("rule: of ")
    assert "explains" in said.text
    assert "Chosen by RMSE on validation rows" in said.details
    assert max(map(len, f"{said.text}\n{said.details}".splitlines())) <= 80
    heads = [line.split()[-1] for line in said.details.splitlines() if line.startswith("model ")]
    assert heads == ["width"]
    heads = [line.split()[-1] for line in said.details.splitlines() if line.startswith("held %")]
    assert heads == ["10", "10"]


def test_a_bound_that_is_cut_leaves_out_no_popularity():
    random = np.random.default_rng(3)
    truth = random.integers(0, 101, 400).astype(float)
    said = truth + random.normal(0, 30, 400)
    for widths in (intervals.split(said, truth), intervals.mondrian(said, truth)):
        half = np.asarray(widths.halves)[np.searchsorted(widths.edges, said, "right")]
        low, high = widths.around(said)
        assert low.min() >= 0
        assert high.max() <= 100
        assert (low > said - half).any()
        is_held = np.abs(truth - said) <= half
        np.testing.assert_array_equal((low <= truth) & (truth <= high), is_held)


def test_each_run_leaves_how_the_contract_is_kept(trained_file):
    path, _ = trained_file
    paths = learn.leave_documents(path, Settings(), "popularity", "20200101T000000")
    stem = path.parent / "runs" / "popularity-20200101T000000.contract"
    assert paths == [stem.with_name(f"{stem.name}.{end}") for end in ("json", "html")]
    assert json.loads(paths[0].read_text())["catalogues"]["rule"]["rows"] == 300
    assert "<h2>rule: " in paths[1].read_text()
    assert learn.leave_documents(path, Settings(), "completion", "20200101T000000") == []
