"""YouTube Music from Takeout: songs are kept in any language, videos are counted and not kept."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from sotw.ingest.formats.google.youtube import song_title

if TYPE_CHECKING:
    from pathlib import Path

VIDEO = "a YouTube video, not YouTube Music"


def song(title: str = "Watched Alpha", artist: str = "Tarn - Topic", **more: Any) -> dict[str, Any]:
    return {
        "header": "YouTube Music",
        "title": title,
        "titleUrl": "https://music.youtube.com/watch?v\u003dabcdefghijk",
        "subtitles": [{"name": artist, "url": "https://www.youtube.com/channel/UCplanted"}],
        "time": "2024-03-12T10:00:00.123Z",
        "products": ["YouTube"],
        "activityControls": ["YouTube watch history"],
    } | more


def video(title: str = "Watched my secret hobby") -> dict[str, Any]:
    return song(title, "Planted Channel") | {
        "header": "YouTube",
        "titleUrl": "https://www.youtube.com/watch?v=PlantedVideo",
    }


def write(path: Path, records: list[Any], **how: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, ensure_ascii=False, indent=2), **how)
    return path


def test_songs_are_plays_and_videos_are_counted(warehouse, tmp_path):
    records = [video(), song(), song("Watched Beta", "Okto", time="2024-03-12T09:00:00Z")]
    receipt = warehouse.one(write(tmp_path / "watch-history.json", records))
    assert (receipt.format, receipt.rows_read) == ("youtube music history", 3)
    assert receipt.reasons == {VIDEO: 1}
    assert warehouse.plays() == [
        (dt.datetime(2024, 3, 12, 9), "Okto", "Beta", 0, "second"),
        (dt.datetime(2024, 3, 12, 10, 0, 0, 123_000), "Tarn", "Alpha", 0, "second"),
    ]
    assert warehouse.rows("select distinct source, time_kind, ms_played from raw.plays") == [
        ("youtube_music", "start", None)
    ]


def test_the_recorded_history_is_read(warehouse, recorded):
    receipt = warehouse.one(recorded / "watch-history.json")
    assert (receipt.rows_kept, receipt.reasons) == (1, {VIDEO: 1, "no artist": 1})


def test_every_odd_record_is_rejected_with_its_reason(warehouse, tmp_path):
    bare = {key: value for key, value in song().items() if key not in ("subtitles", "titleUrl")}
    records = [
        song(),
        bare | {"title": "Watched a video that has been removed"},
        song(subtitles=[]),
        song(subtitles=["Tarn"]),
        song(subtitles=[{"name": 5}]),
        song(artist="Release - Topic"),
        song(artist=" - Topic"),
        song("Watched https://www.youtube.com/watch?v=gone"),
        song(title=None),
        song("Visited YouTube Music", titleUrl="https://music.youtube.com/"),
        song("Searched for Alpha", titleUrl="https://music.youtube.com/search?q=Alpha"),
        song(details=[{"name": "From Google Ads"}]),
        song(time=None),
        song(time="yesterday"),
        song(time="1970-01-01T00:00:00Z"),
        song(time="2031-01-01T00:00:00Z"),
        *(7, "text", None, [], {}, {"header": ["YouTube Music"]}),
    ]
    receipt = warehouse.one(write(tmp_path / "watch-history.json", records))
    assert receipt.rows_kept == 1
    assert receipt.reasons == {
        "a visit or a search, not a play": 2,
        "an advertisement": 1,
        "no artist": 6,
        "no time": 1,
        "no track": 2,
        # A list within the list is opened like pages that were joined.
        "not a record of activity": receipt.rows_read - 17 + 1,
        "time before 2002": 1,
        "time in the future": 1,
        "time not understood": 1,
    }


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Watched Watched", "Watched"),
        ("Listened to Alpha", "Alpha"),
        ("Has visto Alpha", "Alpha"),
        ("Hai guardato Alpha", "Alpha"),
        ("Ha visto Alpha", "Alpha"),
        ("Vous avez regard\u00e9\u00a0Alpha", "Alpha"),
        ("Voc\u00ea assistiu a Alpha", "Alpha"),
        ("Assistiu amor", "amor"),
        ("Alpha angesehen", "Alpha"),
        ("\u201eAlpha\u201c angesehen", "Alpha"),
        ("Du hast dir Alpha angesehen", "Alpha"),
        ("Alpha bekeken", "Alpha"),
        ("Obejrzano: Alpha", "Alpha"),
        (
            "\u0412\u044b \u043f\u043e\u0441\u043c\u043e\u0442\u0440\u0435\u043b\u0438 Alpha",
            "Alpha",
        ),
        ("Alpha \u3092\u8996\u8074\u3057\u307e\u3057\u305f", "Alpha"),
        ("Alpha\uc744(\ub97c) \uc2dc\uccad\ud588\uc2b5\ub2c8\ub2e4", "Alpha"),
        # As Takeout ends it, with a stop.
        ("Alpha \uc744(\ub97c) \uc2dc\uccad\ud588\uc2b5\ub2c8\ub2e4.", "Alpha"),
        ("Alpha adl\u0131 videoyu izlediniz", "Alpha"),
        ("\u0130zlenen video: Alpha", "Alpha"),
        ("Yeniden izlenen video: Alpha", "Alpha"),
        (
            "\u041f\u0440\u043e\u0441\u043c\u043e\u0442\u0440\u0435\u043d\u043e"
            " \u0432\u0438\u0434\u0435\u043e Alpha",
            "Alpha",
        ),
        ("Sledov\u00e1no Alpha", "Alpha"),
        ("Megtekintett vide\u00f3: Alpha", "Alpha"),
        ("\u4f60\u89c0\u770b\u4e86\u300aAlpha\u300b", "Alpha"),
        ("Je hebt naar Alpha gekeken", "Alpha"),
        ("Alpha katsottiin", "Alpha"),
        ("Zhl\xe9dli jste video Alpha", "Alpha"),
        (
            "\u0412\u044b \u043f\u043e\u0441\u043c\u043e\u0442\u0440\u0435\u043b\u0438"
            ' \u0432\u0438\u0434\u0435\u043e "Alpha"',
            "Alpha",
        ),
        (
            "\u041f\u0440\u043e\u0441\u043c\u043e\u0442\u0440\u0435\u043d\u043e"
            " \u0432\u0438\u0434\u0435\u043e \xabAlpha\xbb",
            "Alpha",
        ),
        (
            "\u0412\u0438 \u0434\u0438\u0432\u0438\u043b\u0438\u0441\u044f"
            " \u0432\u0456\u0434\u0435\u043e Alpha",
            "Alpha",
        ),
        (
            "\u041f\u0435\u0440\u0435\u0433\u043b\u044f\u043d\u0443\u0442\u043e"
            " \u0432\u0456\u0434\u0435\u043e: Alpha",
            "Alpha",
        ),
        ("\u0413\u043b\u0435\u0434\u0430\u0445\u0442\u0435 Alpha", "Alpha"),
        (
            "\u03a0\u03b1\u03c1\u03b1\u03ba\u03bf\u03bb\u03bf\u03c5\u03b8\u03ae\u03c3\u03b1\u03c4\u03b5"
            " \u03c4\u03bf \u03b2\u03af\u03bd\u03c4\u03b5\u03bf Alpha",
            "Alpha",
        ),
        ("Du har sett p\xe5 Alpha", "Alpha"),
        ("Pogledali ste Alpha", "Alpha"),
        ("Vaatasite videot Alpha", "Alpha"),
        ("Pinanood ang Alpha", "Alpha"),
        ("Alpha izl\u0259nildi", "Alpha"),
        ("\u062a\u0645\u062a \u0645\u0634\u0627\u0647\u062f\u0629 Alpha .", "Alpha"),
        (
            "\u0631\u0627 \u062a\u0645\u0627\u0634\u0627 \u06a9\u0631\u062f\u06cc\u062f Alpha",
            "Alpha",
        ),
        ("Alpha \u0926\u0947\u0916\u093e \u0917\u092f\u093e", "Alpha"),
        ("Alpha \u09a6\u09c7\u0996\u09be \u09b9\u09af\u09bc\u09c7\u099b\u09c7", "Alpha"),
        ("\u05e6\u05e4\u05d9\u05ea \u05d1-Alpha", "Alpha"),
        ("\u0e14\u0e39 Alpha", "Alpha"),
        ("\u770b\u4e86\u300aAlpha\u300b", "Alpha"),
        ("Alpha", "Alpha"),
        ("Two\nlines", "Two\nlines"),
    ],
)
def test_what_says_watched_is_no_part_of_the_title(title, found):
    assert song_title(title) == found


@pytest.mark.parametrize("shape", ["Zyrkat {}", "Il zyrkat {} o", "{} zyrk"])
def test_an_unknown_language_is_learned_from_the_titles(warehouse, tmp_path, shape):
    titles = [f"{word} {number}" for number in range(4) for word in ("Alpha", "Beta", "The Gamma")]
    records = [
        song(shape.format(title), time=f"2024-03-{day:02}T10:00:00Z")
        for day, title in enumerate(titles, 1)
    ]
    records.append(song("Qwert YouTube Music", titleUrl="https://music.youtube.com/"))
    warehouse.one(write(tmp_path / "watch-history.json", records))
    assert [title for _, _, title, *_ in warehouse.plays()] == titles


def test_few_titles_of_an_unknown_language_stay_as_they_are(warehouse, tmp_path):
    records = [song(f"Zyrkat {number}", time=f"2024-03-0{number}T10:00:00Z") for number in (1, 2)]
    warehouse.one(write(tmp_path / "watch-history.json", records))
    assert [title for _, _, title, *_ in warehouse.plays()] == ["Zyrkat 1", "Zyrkat 2"]


@pytest.mark.parametrize(
    ("channel", "artist"),
    [
        ("Tarn - Topic", "Tarn"),
        ("Tarn \u2013 Thema", "Tarn"),
        ("Tarn - \u30c8\u30d4\u30c3\u30af", "Tarn"),
        ("Hot - Topic - Topic", "Hot - Topic"),
        ("Topic", "Topic"),
        ("Release", "Release"),
        ("A-Topic", "A-Topic"),
    ],
)
def test_a_channel_made_by_youtube_is_its_artist(warehouse, tmp_path, channel, artist):
    warehouse.one(write(tmp_path / "watch-history.json", [song(artist=channel)]))
    assert [row[1] for row in warehouse.plays()] == [artist]


def test_again_and_my_activity_of_the_same_account_add_nothing_twice(warehouse, tmp_path):
    songs = [song(time=f"2024-03-{day:02}T10:00:00.5Z") for day in range(1, 10)]
    part = write(tmp_path / "Takeout/history/watch-history.json", [songs[4], video(), songs[3]])
    whole = write(tmp_path / "Takeout/My Activity/YouTube/MyActivity.json", songs)
    assert warehouse.one(part).rows_kept == 2
    again = warehouse.one(whole)
    assert (again.rows_kept, again.rows_known) == (7, 2)
    before = warehouse.plays()
    report = warehouse.ingest(tmp_path)
    assert [receipt.rows_kept for receipt in report.receipts] == [0, 0]
    assert warehouse.plays() == before


def test_my_activity_says_beside_its_heading_that_it_was_music(warehouse, tmp_path):
    other = {"header": "YouTube", "titleUrl": "https://www.youtube.com/watch?v=abcdefghijk"}
    records = [
        song("Watched By Address", time="2024-03-01T10:00:00Z", header="YouTube"),
        song("Watched By Details", time="2024-03-02T10:00:00Z")
        | other
        | {"details": [{"name": "From YouTube Music"}]},
        song("Watched By Product", time="2024-03-03T10:00:00Z")
        | other
        | {"products": ["YouTube", "YouTube Music"]},
        video() | {"details": [{"name": "From Google Ads"}]},
        video() | {"titleUrl": None, "details": "From YouTube", "products": 5},
    ]
    receipt = warehouse.one(write(tmp_path / "MyActivity.json", records))
    assert receipt.reasons == {VIDEO: 2}
    assert [title for _, _, title, *_ in warehouse.plays()] == [
        "By Address",
        "By Details",
        "By Product",
    ]


@pytest.mark.parametrize("name", ["Des annonces Google", "Aus Google Anzeigen", "Google 광고"])
def test_an_advertisement_is_none_of_the_plays_in_any_language(warehouse, tmp_path, name):
    records = [song(), song("Watched Advert", details=[{"name": name}])]
    receipt = warehouse.one(write(tmp_path / "watch-history.json", records))
    assert (receipt.rows_kept, receipt.reasons) == (1, {"an advertisement": 1})


@pytest.mark.parametrize(
    "heading",
    [
        "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2",
        "ID vid\u00e9o,Song Title,Album Title,Artist Name 1,Artist Name 2",
        "Song URL,Song Title,Album Title,Artist Names",
        "Song Title,Album Title,Artist Names,Duration Seconds",
    ],
)
def test_the_library_of_songs_is_named_and_not_used(warehouse, tmp_path, heading):
    path = tmp_path / "music-library-songs.csv"
    path.write_text(f"{heading}\n" + ",".join("abcde"[: heading.count(",") + 1]) + "\n")
    report = warehouse.ingest(path)
    [(_, message)] = report.unread
    assert not report.refused
    assert "the library of YouTube Music" in message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_encoding_is_read(warehouse, tmp_path, encoding):
    path = write(tmp_path / "h.json", [song("Watched \u00c9t\u00e9 \U0001f3b5")], encoding=encoding)
    warehouse.one(path)
    assert [title for _, _, title, *_ in warehouse.plays()] == ["\u00c9t\u00e9 \U0001f3b5"]


def test_a_history_that_is_cut_off_is_refused_whole(warehouse, tmp_path):
    path = write(tmp_path / "watch-history.json", [song(), song()])
    path.write_text(path.read_text()[:-40])
    [(_, message)] = warehouse.ingest(path).refused
    assert "cut off or damaged in element 2" in message
    assert "Planted" not in message
    assert warehouse.plays() == []


@pytest.mark.parametrize("text", ["[]", "[\n]", "", "  "])
def test_a_history_of_nothing_is_one_clear_line(warehouse, tmp_path, text):
    (tmp_path / "watch-history.json").write_text(text)
    assert len(warehouse.ingest(tmp_path).refused) == 1


def test_a_web_page_is_refused_with_the_way_to_json(warehouse, tmp_path):
    path = tmp_path / "Takeout/YouTube and YouTube Music/history/watch-history.html"
    path.parent.mkdir(parents=True)
    path.write_text(
        "<html><head><title>History</title><style>.mdl-grid{}</style></head>"
        '<body><div class="mdl-grid">YouTube Music<br>Watched planted</div></body></html>'
    )
    searches = path.with_name("search-history.html")
    searches.write_text(path.read_text())
    report = warehouse.ingest(tmp_path)
    [(name, message)] = report.refused
    assert name.endswith("watch-history.html")
    assert "choose 'YouTube and YouTube Music'" in message
    assert "JSON instead of HTML" in message
    assert [name.rpartition("/")[2] for name, _ in report.unread] == ["search-history.html"]


def test_what_else_takeout_sends_is_not_used_and_nothing_is_wrong(warehouse, tmp_path):
    folder = tmp_path / "Takeout/YouTube and YouTube Music"
    write(folder / "history/watch-history.json", [song()])
    searches = song("Searched for planted", titleUrl="https://www.youtube.com/results?search_query")
    write(folder / "history/search-history.json", [searches | {"header": "YouTube"}])
    write(tmp_path / "Takeout/My Activity/Maps/MyActivity.json", [song() | {"header": "Maps"}])
    (folder / "subscriptions.csv").write_text("Channel Id,Channel Url,Channel Title\nUC1,http,X\n")
    (tmp_path / "Takeout/archive_browser.html").write_text("<!DOCTYPE html><html></html>")
    report = warehouse.ingest(tmp_path)
    assert not report.refused
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    assert len(report.unread) == 4


def test_nothing_of_a_video_is_kept_or_said(warehouse, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    removed = song("Watched planted removal") | {"subtitles": None}
    report = warehouse.ingest(
        write(tmp_path / "watch-history.json", [song(), video(), removed, {"x": "planted too"}])
    )
    assert report.receipts[0].rows_rejected == 3
    tables = warehouse.rows("select table_name from duckdb_tables() where schema_name = 'raw'")
    said = [repr(warehouse.rows(f"from raw.{table}")) for (table,) in tables]
    for planted in ("secret hobby", "Planted", "planted", "UCplanted", "abcdefghijk"):
        assert not any(planted in text for text in [*said, caplog.text, repr(report)]), planted
