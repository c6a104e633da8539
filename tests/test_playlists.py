"""Lists of songs as files, and how good the list would have been in the past."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import stat
from urllib.parse import urlparse

import heard
import histories
import numpy as np
import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import drafting
from sotw.errors import SotwError
from sotw.plain_text import spreadsheet_cell
from sotw.playlists import replay
from sotw.playlists import write as playlists
from sotw.render import render


@pytest.fixture(scope="module")
def con(all_models):
    found = heard.built(heard.history(), all_models)
    yield found
    found.close()


@pytest.fixture(scope="module")
def lists(con):
    return {name: playlists.read(con, name, heard.LISTENER) for name in playlists.TITLES}


@pytest.mark.parametrize("name", playlists.TITLES)
def test_a_csv_says_all_that_the_mart_says_in_its_order(con, lists, name):
    rows = list(csv.DictReader(io.StringIO(playlists.as_csv(lists[name]), newline="")))
    mart = f"marts.{name.replace('-', '_')}_playlist"
    found = warehouse.rows(con, f"from {mart} order by list_rank")
    assert len(rows) == len(found) > 0
    for row, song in zip(rows, found, strict=True):
        names = spreadsheet_cell(song["track_name"]), spreadsheet_cell(song["artist_name"])
        assert (row["track"], row["artist"]) == names
        address = song["spotify_track_id"] and f"spotify:track:{song['spotify_track_id']}"
        assert row["uri"] == (address or "")
        for column, text in row.items():
            if isinstance(song.get(column), float):
                assert float(text) == pytest.approx(song[column], abs=5e-7)
                assert re.fullmatch(r"\d\.\d{6}", text)
    assert list(rows[0])[:4] == ["rank", "uri", "track", "artist"]
    assert {"plays", "reason"} <= set(rows[0])


def test_the_lists_hold_what_a_player_could_stumble_over(lists):
    found = [song for one in lists.values() for song in one.songs]
    assert {song["track_name"] for song in found} >= set(heard.TITLES)
    assert any(song["spotify_track_id"] is None for song in found)
    assert any(not song["is_played"] for song in lists["cold-start"].songs)
    assert lists["favorites"].songs[0]["artist_name"] == "Cy"


@pytest.mark.parametrize("name", playlists.TITLES)
def test_an_m3u_has_two_lines_a_song_and_one_comment_for_a_song_without_address(lists, name):
    first, title, *lines = playlists.as_m3u(lists[name]).splitlines()
    assert first == "#EXTM3U"
    assert title == f"#PLAYLIST:{lists[name].title}"
    for song in lists[name].songs:
        shown = " ".join(f"{song['artist_name']} - {song['track_name']}".split())
        line = lines.pop(0)
        if song["spotify_track_id"] is None:
            assert line == f"# no address is known: {shown}"
            continue
        assert line == f"#EXTINF:-1,{shown}"
        assert lines.pop(0) == f"spotify:track:{song['spotify_track_id']}"
    assert not lines


def test_a_known_length_is_stated_in_seconds_and_in_jspf_in_milliseconds(lists):
    [song, *_] = [one for one in lists["resume"].songs if one["spotify_track_id"]]
    one = playlists.Playlist("resume", "me", dt.datetime(2024, 1, 1), ({**song},), True)
    one.songs[0]["duration_ms"] = 123_600
    assert "#EXTINF:124," in playlists.as_m3u(one)
    assert json.loads(playlists.as_jspf(one))["playlist"]["track"][0]["duration"] == 123_600


# The attributes of xspf.org/jspf that a playlist and a track may have, and what each holds.
PLAYLIST = {"title": str, "creator": str, "date": str, "track": list}
TRACK = {
    "title": str,
    "creator": str,
    "identifier": list,
    "location": list,
    "duration": int,
    "annotation": str,
}


@pytest.mark.parametrize("name", playlists.TITLES)
def test_a_jspf_has_only_what_the_form_knows_and_every_song_in_its_order(lists, name):
    [(root, found)] = json.loads(playlists.as_jspf(lists[name])).items()
    assert root == "playlist"
    assert {key: type(value) for key, value in found.items()} == PLAYLIST
    assert dt.datetime.fromisoformat(found["date"]) == heard.AS_OF.replace(tzinfo=dt.UTC)
    assert len(found["track"]) == len(lists[name].songs)
    for track, song in zip(found["track"], lists[name].songs, strict=True):
        assert all(isinstance(value, TRACK[key]) for key, value in track.items())
        assert (track["title"], track["creator"]) == (song["track_name"], song["artist_name"])
        assert track["annotation"] == song["reason"]
        addresses = [*track.get("identifier", ()), *track.get("location", ())]
        assert bool(addresses) == (song["spotify_track_id"] is not None)
        assert all(urlparse(one).scheme and urlparse(one).path for one in addresses)
        assert all(song["spotify_track_id"] in one for one in addresses)


@pytest.mark.parametrize("form", playlists.FORMATS)
def test_a_file_holds_the_text_byte_by_byte_is_private_and_can_be_written_again(
    lists, tmp_path, form
):
    output = tmp_path / "new" / f"list.{form}"
    for _ in range(2):
        playlists.write(lists["resume"], form, output)
    assert output.read_bytes() == playlists.FORMATS[form](lists["resume"]).encode()
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert [one.name for one in output.parent.iterdir()] == [output.name]


def test_a_file_that_cannot_be_written_is_named_with_what_to_do(lists, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SotwError, match=r"list\.csv: not written: .*Name another file with --out"):
        playlists.write(lists["resume"], "csv", tmp_path / "file" / "list.csv")


@pytest.mark.parametrize(
    ("name", "saved", "expected"),
    [
        ("resume", False, "sotw train completion"),
        ("favorites", False, "sotw train completion"),
        ("cold-start", False, "YourLibrary.json"),
        ("cold-start", True, "no play of this listener is scored yet"),
    ],
)
def test_an_empty_list_says_what_it_lacks(all_models, name, saved, expected):
    con = heard.built(heard.history(saved=saved), all_models, is_scored=False)
    with pytest.raises(SotwError, match=expected):
        playlists.read(con, name, heard.LISTENER)
    con.close()


def test_before_a_build_and_for_a_stranger_the_error_says_what_there_is(con, empty_warehouse):
    histories.load(empty_warehouse, {"listeners": heard.history().raw["listeners"]})
    with pytest.raises(SotwError, match=r"not built yet\. Run `sotw build`"):
        playlists.read(empty_warehouse, "resume", heard.LISTENER)
    with pytest.raises(SotwError, match=f"'stranger'; there is {re.escape(heard.LISTENER)}"):
        playlists.read(con, "resume", "stranger")
    with pytest.raises(SotwError, match="no list is called 'x'; there is resume, favorites"):
        playlists.read(con, "x", heard.LISTENER)


# --- replay ----------------------------------------------------------------------------------

CUTOFFS = [dt.datetime(2023, 2, 1), dt.datetime(2023, 5, 1)]


def replayed(con, cutoffs=CUTOFFS, days=28):
    con.execute("create or replace temp table replay_cutoffs (cutoff_at timestamp)")
    con.execute("insert into temp.replay_cutoffs select unnest(?)", [cutoffs])
    query = render("score/replay_candidates.sql")
    cursor = con.execute(
        f"from ({query}) order by cutoff_at, track_id", {"listener_id": 1, "days": days}
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def ranks(rows, cutoff):
    return [
        {name: value for name, value in row.items() if not name.startswith("next_")}
        for row in rows
        if row["cutoff_at"] == cutoff
    ]


def test_an_order_at_an_instant_does_not_know_the_plays_after_it(con, all_models):
    other = heard.built(heard.changed(heard.history(), CUTOFFS[0]), all_models)
    before, after = replayed(con), replayed(other)
    other.close()
    assert len(ranks(before, CUTOFFS[0])) > 10
    assert ranks(before, CUTOFFS[0]) == ranks(after, CUTOFFS[0])
    # They do change what comes later, and what is right.
    assert ranks(before, CUTOFFS[1]) != ranks(after, CUTOFFS[1])
    assert (
        before[0]["next_completed_plays"] + after[0]["next_completed_plays"]
        == (before[0]["next_plays"])
    )


def test_the_order_of_the_list_at_the_end_is_the_order_of_the_mart(con):
    ordered = sorted(replayed(con, [heard.AS_OF]), key=lambda row: row["resume_rank"])
    query = "select track_id from marts.resume_playlist where plays > 0 order by list_rank"
    mart = [one for (one,) in con.execute(query).fetchall()]
    assert [row["track_id"] for row in ordered] == mart


def test_popularity_last_played_and_what_came_are_as_plain_python_counts_them(con):
    query = "select track_id, ended_at, played_at, is_completed from core.fct_outcomes"
    plays = con.execute(f"{query} where is_completed is not null").fetchall()
    for cutoff in CUTOFFS:
        rows = [row for row in replayed(con) if row["cutoff_at"] == cutoff]
        earlier = [play for play in plays if play[1] < cutoff]
        until = cutoff + dt.timedelta(days=28)
        later = [play for play in plays if cutoff <= play[2] < until]
        assert later
        tracks = sorted({play[0] for play in earlier})
        own = {track: [play for play in earlier if play[0] == track] for track in tracks}
        popular = sorted(
            tracks,
            key=lambda track: (-sum(play[3] for play in own[track]), -len(own[track]), track),
        )
        last = sorted(tracks, key=lambda track: max(play[1] for play in own[track]), reverse=True)
        by = {name: sorted(rows, key=lambda row, name=name: row[name]) for name in rows[0]}
        assert [row["track_id"] for row in by["popularity_rank"]] == popular
        assert [row["track_id"] for row in by["last_played_rank"]] == last
        for row in rows:
            after = [play for play in later if play[0] == row["track_id"]]
            assert row["next_plays"] == len(after)
            assert row["next_completed_plays"] == sum(play[3] for play in after)


def test_metrics_of_one_instant_are_hand_arithmetic(monkeypatch):
    monkeypatch.setattr(replay, "SIZES", (2, 9))
    completed = np.array([0.0, 3.0, 0.0, 1.0])
    plays = np.array([2.0, 4.0, 0.0, 1.0])
    found = replay.of_order(completed > 0, completed, plays)
    second, fourth = 1 / np.log2(3), 1 / np.log2(5)
    assert found == pytest.approx(
        {
            "precision_at_2": 1 / 2,
            "ndcg_at_2": second / (1 + second),
            "completed_share_at_2": 3 / 6,
            "precision_at_9": 2 / 4,
            "ndcg_at_9": (second + fourth) / (1 + second),
            "completed_share_at_9": 4 / 7,
        }
    )
    silent = replay.of_order(completed > 0, np.zeros(4), np.zeros(4))
    assert np.isnan(silent["completed_share_at_2"])


def test_a_random_order_is_expected_to_reach_the_mean_over_orders(monkeypatch):
    monkeypatch.setattr(replay, "SIZES", (3,))
    random = np.random.default_rng(1)
    completed = random.integers(0, 2, 12).astype(float)
    plays = completed + random.integers(0, 2, 12)
    drawn = []
    for _ in range(4000):
        place = random.permutation(12)
        one = replay.of_order(completed[place] > 0, completed[place], plays[place])
        drawn.append([one["precision_at_3"], one["ndcg_at_3"]])
    wanted = replay.of_random_order(completed > 0, completed, plays)
    mean = np.mean(drawn, axis=0)
    assert mean == pytest.approx([wanted["precision_at_3"], wanted["ndcg_at_3"]], abs=0.015)
    assert wanted["completed_share_at_3"] == completed.sum() / plays.sum()


def test_instants_are_of_plays_the_model_was_not_fitted_on_and_a_window_apart(con):
    found = replay.replay(con, heard.LISTENER)
    query = "select min(played_at), max(ended_at) from core.fct_outcomes join ml.predictions"
    rest = "using (listener_id, source, reported_at, track_name_id, ordinal) where split = 'test'"
    [(first, last)] = con.execute(f"{query} {rest}").fetchall()
    assert found.first == first
    steps = (found.last - found.first) // dt.timedelta(days=28)
    assert found.instants + found.silent == steps + 1
    assert found.last + dt.timedelta(days=28) <= last < found.last + dt.timedelta(days=56)
    assert set(found.metrics) == {"resume", "popularity", "last_played", "random_order"}
    for metrics in (*found.metrics.values(), *found.differences.values()):
        for one in metrics:
            assert one.low <= one.value <= one.high
            assert one.n == found.instants
    own = {one.metric: one.value for one in found.metrics["resume"]}
    other = {one.metric: one.value for one in found.metrics["popularity"]}
    assert {one.metric: one.value for one in found.differences["popularity"]} == pytest.approx(
        {name: own[name] - other[name] for name in own}
    )


def test_of_many_short_windows_some_are_taken_all_over_the_time(con):
    found = replay.replay(con, heard.LISTENER, days=1)
    assert 2 < found.instants + found.silent <= replay.MOST_INSTANTS
    assert (found.last - found.first).days > 200


def test_a_verdict_names_only_what_an_interval_leaves_no_doubt_of():
    def metric(name, low, high):
        return replay.Metric(name, (low + high) / 2, 9, low, high)

    metrics = (metric("a", 0.1, 0.2), metric("b", -0.1, 0.2), metric("c", -0.2, -0.1))
    found = replay.Replay(
        "me", 28, heard.AS_OF, heard.AS_OF, 9, 0, 1.0, 1.0, {}, {"popularity": metrics}
    )
    assert replay.verdicts(found) == ["Against popularity: better in a; worse in c."]


@pytest.mark.parametrize(
    ("days", "expected"), [(300, "are needed for 2 instants"), (0, "--days 0 is not allowed")]
)
def test_too_long_and_too_short_windows_are_refused(con, days, expected):
    with pytest.raises(SotwError, match=expected):
        replay.replay(con, heard.LISTENER, days=days)


def test_a_replay_without_scored_plays_says_how_to_get_them(all_models):
    con = heard.built(heard.history(), all_models, is_scored=False)
    with pytest.raises(SotwError, match="sotw train completion"):
        replay.replay(con, heard.LISTENER)
    con.close()


# --- the command -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(con, tmp_path_factory):
    path = tmp_path_factory.mktemp("warehouse") / "w.duckdb"
    con.execute(f"attach '{path}' as copied (storage_version 'v1.0.0')")
    [(name,)] = con.execute("select current_database()").fetchall()
    con.execute(f"copy from database {name} to copied")
    con.execute("detach copied")
    return path


def sotw(file, *words):
    return CliRunner().invoke(app, [*map(str, words), "--warehouse", str(file)])


def test_the_command_prints_writes_and_replays(file, tmp_path, lists):
    shown = sotw(file, "playlist", "resume")
    assert shown.exit_code == 0, shown.output
    assert lists["resume"].title in shown.stdout
    # A title with a line break is one row like any other.
    assert "Three #EXTINF:-1,line" in shown.stdout
    for form, text in playlists.FORMATS.items():
        printed = sotw(file, "playlist", "favorites", "--format", form)
        assert printed.stdout == text(lists["favorites"])
        output = tmp_path / f"list.{form}"
        done = sotw(file, "playlist", "cold-start", "--output", output)
        assert f"written as {form}" in done.stdout
        assert output.read_text(encoding="utf-8") == text(lists["cold-start"])
    found = sotw(file, "playlist", "resume", "--replay", "--days", "14")
    assert found.exit_code == 0, found.output
    assert "in the 14 days after" in found.stdout
    assert "resume minus popularity" in found.stdout
    as_json = json.loads(sotw(file, "playlist", "resume", "--replay", "--json").stdout)
    assert as_json["days"] == 28


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["resume", "--format", "xspf"], "no format is called 'xspf'; there is csv, m3u, jspf."),
        (["favorites", "--replay"], "--replay is for `sotw playlist resume`"),
        (["resume", "--days", "3"], "--days is for --replay"),
        (["resume", "--replay", "--output", "x"], "leave out --format, --output"),
    ],
)
def test_options_that_do_not_fit_are_refused(file, words, expected):
    found = sotw(file, "playlist", *words)
    code, text = said(found)
    assert code == 2
    assert expected in text


def test_what_was_written_is_told_as_json_where_that_is_asked_for(file, tmp_path, lists):
    output = tmp_path / "list.csv"
    done = sotw(file, "playlist", "cold-start", "--output", output, "--json")
    found = json.loads(done.stdout)
    assert (found["file"], found["format"]) == (str(output), "csv")
    assert found["songs"] == len(lists["cold-start"].songs)
    lacking = [playlists.uri(song) is None for song in lists["cold-start"].songs]
    assert found["without_spotify_id"] == sum(lacking)
    assert output.read_text(encoding="utf-8") == playlists.as_csv(lists["cold-start"])


def test_training_on_a_warehouse_of_an_older_sotw_keeps_the_training_and_names_the_build(
    file, tmp_path, caplog
):
    older = tmp_path / "older.duckdb"
    older.write_bytes(file.read_bytes())
    opened = warehouse.connect(older)
    opened.execute("drop table core.dim_spotify_ids; drop table marts.resume_playlist")
    opened.execute("drop table marts.songs_of_the_week")
    done = drafting.rebuild_after_ml(opened, heard.history().settings)
    opened.close()
    built = {timing.model for timing in done}
    assert {"marts.track_completion_scores", "marts.songs_of_the_week"} <= built
    assert "marts.resume_playlist" not in built
    assert "marts.resume_playlist: not built, as core.dim_spotify_ids is not" in caplog.text
