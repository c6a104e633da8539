"""Takeout's history as a web page holds the same plays as that in JSON."""

from __future__ import annotations

import datetime as dt

import pytest

CELL = (
    '<div class="outer-cell mdl-cell"><div class="mdl-grid"><div class="header-cell">'
    '<p class="mdl-typography--title">{header}<br></p></div>'
    '<div class="content-cell mdl-cell mdl-typography--body-1">{title}<br>'
    '<a href="https://www.youtube.com/channel/UC">{channel}</a><br>{time}<br></div></div></div>'
)
LINK = '<a href="https://{host}.youtube.com/watch?v=abc">Arms &amp; Legs</a>'


def page(*cells: str) -> str:
    head = "<!DOCTYPE html><html><head><title>Watch history</title></head><body>"
    return f'{head}<div class="mdl-grid">{"".join(cells)}</div></body></html>'


def cell(time: str, title: str = "Watched {}", host: str = "music") -> str:
    return CELL.format(
        header="YouTube Music" if host == "music" else "YouTube",
        title=title.format(LINK.format(host=host)),
        channel="Okto - Topic",
        time=time,
    )


@pytest.mark.parametrize(
    ("time", "title"),
    [
        ("May 17, 2023, 10:05:30\u202fAM CEST", "Watched {}"),
        ("17.05.2023, 10:05:30 MESZ", "{} angesehen"),
        ("17 mai 2023, 10:05:30 CEST", "Vous avez regardé {}"),
        ("17 May 2023, 08:05:30 UTC", "Watched {}"),
    ],
)
def test_a_page_gives_the_play_under_its_names_at_its_instant(warehouse, tmp_path, time, title):
    path = tmp_path / "watch-history.html"
    path.write_text(page(cell(time, title), cell(time, title, "www")), encoding="utf-8")
    receipt = warehouse.one(path)
    assert receipt.reasons == {"a YouTube video, not YouTube Music": 1}
    at = dt.datetime(2023, 5, 17, 8, 5, 30)
    assert warehouse.plays() == [(at, "Okto", "Arms & Legs", 0, "second")]
    assert warehouse.one(path).rows_known == 1


def test_a_zone_that_means_several_is_asked_for(warehouse, tmp_path):
    path = tmp_path / "watch-history.html"
    path.write_text(page(cell("May 17, 2023, 10:05:30 AM IST")), encoding="utf-8")
    assert warehouse.one(path).reasons == {"time not understood": 1}
