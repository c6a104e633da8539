"""A path that a person names is that file or folder alone, however it is spelt."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import zipfile

import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import __main__ as command
from sotw import warehouse
from sotw.errors import SettingsError, SotwError, WarehouseError
from sotw.export import parquet
from sotw.ingest import ingest
from sotw.pipeline import spark
from sotw.settings import Settings

NOW = dt.datetime(2026, 1, 1, 12)
# Each is a pattern of ``e1`` to DuckDB, or its name cannot be escaped beside the others.
NAMES = ("e[1]", "e[!2]", "e*", "e?", "**", "{e1,e2}", "e\\1", "a:\\b [c", "md:e", "~", "'e' $1")
LEARNED = (
    *("runs", "models", "parameters", "artifacts", "metrics"),
    *("predictions", "arrays", "contributions"),
)


def history(folder, artist):
    """A Spotify history, which DuckDB reads itself, of one play in a folder."""
    folder.mkdir(parents=True)
    record = {
        "ts": "2025-01-01T10:00:00Z",
        "ms_played": 200_000,
        "master_metadata_track_name": "Song",
        "master_metadata_album_artist_name": artist,
        "spotify_track_uri": "spotify:track:0000000000000000000001",
    }
    file = folder / "Streaming_History_Audio_2025.json"
    file.write_text(json.dumps([record]))
    return file


def artists(path):
    with warehouse.reading(path) as con:
        query = "select distinct artist_name from raw.plays join raw.names on track_name_id"
        return [name for (name,) in con.execute(f"{query} = name_id").fetchall()]


def test_a_file_named_like_a_pattern_is_read_and_its_neighbours_are_not(tmp_path, empty_warehouse):
    files = {}
    for name in ("e1", "e2", "b [c", "1", *NAMES):
        files[name] = history(tmp_path / name, f"Of {name}")
    for name in NAMES:
        for meant in (files[name], files[name].parent):
            [receipt] = ingest(empty_warehouse, [meant], name, now=NOW).receipts
            assert receipt.rows_rejected == 0
    query = (
        "select listener, artist_name from raw.plays join raw.listeners using (listener_id)"
        " join raw.names on track_name_id = name_id"
    )
    heard = empty_warehouse.execute(query).fetchall()
    assert sorted(heard) == sorted((name, f"Of {name}") for name in NAMES)


def test_a_folder_for_temporary_files_named_like_a_pattern_is_refused(tmp_path, monkeypatch):
    file = history(tmp_path / "e", "Mine")
    packed = tmp_path / "e.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file, "history.json")
    (tmp_path / "t[1]").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t[1]"))
    result = CliRunner().invoke(
        command.app, ["ingest", str(packed), "--warehouse", str(tmp_path / "sotw.duckdb")]
    )
    assert isinstance(result.exception, SettingsError)
    assert "TMPDIR" in said(result)[1]


@pytest.mark.parametrize("name", NAMES)
def test_raw_is_exported_to_a_folder_of_any_name(tmp_path, name):
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path) as con:
        con.execute("insert into raw.settings values ('2025-01-01', true, true)")
        output = tmp_path / "out" / name
        (tmp_path / "out" / "e1").mkdir(parents=True)
        counts = parquet.export_raw(con, output)
        assert (output / "raw" / "settings" / "0.parquet").exists()
        assert counts["settings"] == 1
    assert not any((tmp_path / "out" / "e1").iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_taken_from_the_folder_that_is_named(tmp_path, name):
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path) as con:
        for folder, listener in (("e1", "stranger"), (name, "mine")):
            for table in LEARNED[:-1]:
                written(con, f"select * from ml.{table}", tmp_path / "in" / folder / table)
            written(
                con, "select * from ml.contributions", tmp_path / "in" / folder / "contributions"
            )
            query = f"select * replace (7 as listener_id, '{listener}' as listener) from ml.ledger"
            written(
                con, f"{query} right join (select 1) on true", tmp_path / "in" / folder / "ledger"
            )
    with pytest.raises(SotwError, match="predicts for mine, "):
        parquet.import_predictions(path, tmp_path / "in" / name, Settings())


def written(con, query, folder):
    folder.mkdir(parents=True)
    with warehouse.plainly_named(folder) as link:
        con.execute(f"copy ({query}) to '{link}/0.parquet' (format parquet)")


def test_a_backslash_in_the_name_of_a_warehouse_is_refused_and_names_no_other_file(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(WarehouseError, match="backslash"), warehouse.writing(tmp_path / "a\\b.db"):
        pass
    assert not any((tmp_path / "a").iterdir())


def test_a_warehouse_may_be_named_like_a_pattern(tmp_path):
    (tmp_path / "sx11'.duckdb").write_bytes(b"somebody's")
    file = history(tmp_path / "e", "Mine")
    path = tmp_path / "s*?[1]'.duckdb"
    arguments = ["--warehouse", str(path)]
    assert CliRunner().invoke(command.app, ["ingest", str(file), *arguments]).exit_code == 0
    forgotten = ["forget", "--import", "1", "--yes", *arguments]
    assert CliRunner().invoke(command.app, forgotten).exit_code == 0
    assert artists(path) == []
    assert (tmp_path / "sx11'.duckdb").read_bytes() == b"somebody's"


@pytest.mark.parametrize("names", [("in[1]", "out"), ("in", "out*"), ("in", "{a,b}")])
def test_spark_is_given_no_pattern(names):
    source, output = names
    with pytest.raises(SotwError, match="for a pattern of others"):
        spark.build([], master="local[1]", source=source, output=output)
