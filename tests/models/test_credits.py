"""Who is credited with a track: by a service's list, by "feat.", never by a comma alone."""

from __future__ import annotations

import datetime as dt
import json

import histories
import pytest

from sotw.actions import prepare
from sotw.ingest import ingest
from sotw.pipeline.models import select
from sotw.settings import ListenerSettings, Settings
from sotw.warehouse.credits import credits_of_text

NOW = dt.datetime(2026, 1, 1)
AT = 1_740_823_200


@pytest.mark.parametrize(
    ("artist", "title", "credited"),
    [
        ("Oma Reed", "Salt", []),
        ("Oma Reed, Pell", "Salt", []),
        ("Oma Reed feat. Pell", "Salt", ["Oma Reed", "Pell*"]),
        ("Oma Reed", "Salt (ft. Pell) - Live", ["Oma Reed", "Pell*"]),
        ("Oma Reed", "Salt feat. Pell (Live)", ["Oma Reed", "Pell*"]),
        ("Oma Reed", "Salt [Featuring Oma Reed]", ["Oma Reed"]),
        ("Oma Reed", "Great feat of strength", []),
        # Both are artists by themselves; of the others one is not known.
        ("Oma Reed", "Salt (feat. Pell & Bram)", ["Oma Reed", "Pell*", "Bram*"]),
        ("Oma Reed", "Salt (feat. Pell & the Tide)", ["Oma Reed", "Pell & the Tide*"]),
        ("Oma Reed", "Salt (feat. Bram, Pell and Co)", ["Oma Reed", "Bram, Pell and Co*"]),
    ],
)
def test_a_text_names_its_guests_and_a_comma_parts_nobody_without_evidence(artist, title, credited):
    found = credits_of_text(artist, title, {"oma reed", "pell", "bram"})
    assert [f"{name}{'*' if is_guest else ''}" for name, is_guest in found] == credited


def _alias(name):
    return [{"alias": name, "source": "Canonical", "is_primary": True}]


def _files(folder):
    """Koito and ListenBrainz tell one play in other orders; Maloja lists two, Last.fm a comma."""
    koito = {
        "version": "1",
        "listens": [
            {
                "listened_at": "2025-03-01T10:00:00Z",
                "track": {"duration": 200, "aliases": _alias("Babe")},
                "album": {"aliases": _alias("Alb")},
                "artists": [
                    {"is_primary": False, "aliases": _alias("Hynd")},
                    {"is_primary": False, "aliases": _alias("UB Six")},
                ],
            }
        ],
    }
    mapped = [
        {"artist_credit_name": "Hynd", "join_phrase": " with "},
        {"artist_credit_name": "Crisp", "join_phrase": " feat. "},
        {"artist_credit_name": "Zed", "join_phrase": " & "},
        {"artist_credit_name": "Yot", "join_phrase": ""},
    ]
    listens = [
        {"artist_name": "UB Six feat. Hynd", "track_name": "Babe"},
        {"artist_name": "Hynd", "track_name": "Wine", "mbid_mapping": {"artists": mapped}},
    ]
    maloja = {"artists": ["Pell", "Oma"], "title": "Salt", "length": 200}
    texts = {
        "koito.json": json.dumps(koito),
        "listens.jsonl": "".join(
            json.dumps({"listened_at": AT + 4_000 * number, "track_metadata": one}) + "\n"
            for number, one in enumerate(listens)
        ),
        "maloja.json": json.dumps({"scrobbles": [{"time": AT + 90_000, "track": maloja}]}),
        "lastfm.csv": 'uts,artist,track\n1741000000,"Oma, Pell",Sand\n',
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_credits_of_all_sources_come_together_and_charts_count_the_first_or_all(
    tmp_path, all_models
):
    con = histories.empty()
    for _ in range(2):
        ingest(con, [_files(tmp_path)], "me", now=NOW)
        settings = Settings(default=ListenerSettings(artist_credits="all"))
        prepare.prepare(con, settings, NOW)
    chosen = ["core.fct_track_credits", "core.fct_daily_items"]
    histories.materialize(con, select(all_models, chosen))
    query = (
        "select distinct track_name, credit_position, artists.artist_name, credit_role"
        " from core.fct_track_credits inner join core.fct_plays using (track_id)"
        " inner join core.dim_tracks using (track_id) inner join core.dim_artists as artists"
        " on fct_track_credits.artist_id = artists.artist_id order by all"
    )
    assert con.execute(query).fetchall() == [
        ("Babe", 1, "UB Six", "main"),
        ("Babe", 2, "Hynd", "guest"),
        ("Salt", 1, "Pell", "main"),
        ("Salt", 2, "Oma", "joint"),
        ("Sand", 1, "Oma, Pell", "main"),
        ("Wine", 1, "Hynd", "main"),
        ("Wine", 2, "Crisp", "joint"),
        ("Wine", 3, "Zed", "guest"),
        ("Wine", 4, "Yot", "guest"),
    ]
    heard = (
        "select artist_name, sum(plays) from core.fct_daily_items inner join core.dim_artists"
        " on item_id = artist_id where item_kind = 'artist' group by all order by all"
    )
    everybody = {"Crisp": 1, "Hynd": 2, "Oma": 1, "Oma, Pell": 1}
    everybody |= {"Pell": 1, "UB Six": 1, "Yot": 1, "Zed": 1}
    assert dict(con.execute(heard).fetchall()) == everybody
    prepare.prepare(con, Settings(), NOW)
    con.execute("drop schema if exists staging cascade; drop schema if exists core cascade")
    histories.materialize(con, select(all_models, chosen))
    first = {"Hynd": 1, "Oma, Pell": 1, "Pell": 1, "UB Six": 1}
    assert dict(con.execute(heard).fetchall()) == first
    con.close()
