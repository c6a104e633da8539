"""What was exported, imported and exported again says what is known by then."""

from __future__ import annotations

import datetime as dt

import pytest
from test_export_plays import EARLIER, PLAYS, anew, rows, spotify_file, take

from sotw.export.plays import export_plays

__all__ = ["anew"]


@pytest.mark.parametrize("form", ["parquet", "listenbrainz"])
def test_a_start_found_out_after_an_own_export_goes_before_what_that_export_said(
    anew, tmp_path, form
):
    starts = [dt.datetime(2024, 3, 14, 7, 56, 1), dt.datetime(2024, 3, 14, 7, 55, 30)]
    tables = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for began, table in zip(starts, tables, strict=True):
        uts = int(began.replace(tzinfo=dt.UTC).timestamp())
        table.write_text(EARLIER.format(uts=uts), "utf-8")
    export_plays(anew(spotify_file(tmp_path), tables[0]), form, "ana", tmp_path / "plays")
    con = anew(tmp_path / "plays")
    assert rows(con, PLAYS)[0][0] == starts[0]
    take(con, tables[1])
    plays = rows(con, PLAYS)
    assert plays[0][0] == starts[1], "the second service did not see it begin earlier"
    export_plays(con, form, "ana", tmp_path / "again")
    assert rows(anew(tmp_path / "again"), PLAYS) == plays
