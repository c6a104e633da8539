"""YouTube Music, as Google Takeout sends it: ``watch-history.json``, and My Activity as JSON.

Most of such a file are videos of YouTube. Each is counted and rejected, and nothing that it says
is kept: what somebody watches is nobody's business here. The title of a record says that it was
watched, in the language of the account; where the language is unknown, the words that most titles
begin or end with are what says it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.google.pages import records_of_page
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import as_fields, as_list, batches
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import like_a_time, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "PLAY_MUSIC", "UNREAD", "is_google_page", "is_of_takeout", "is_play_music"]
__all__ += ["song_title"]

_BATCH = 50_000
_MUSIC = "YouTube Music"
PLAY_MUSIC = "Google Play Music"
_WATCHED = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # English, Spanish, Italian, Portuguese, French, Catalan, Romanian
        r"(?:Watched|Listened to) (.+)",
        r"(?:Has visto|Ha visto|Viste|Visto:?|Se ha visto|Has mirat) (.+)",
        r"(?:Hai guardato|Ha guardato|Hai visto|Guardato:?) (.+)",
        r"(?:Você assistiu|Assistiu|Viu|Visualizou) (?:ao? )?(.+)",
        r"(?:Vous avez regardé|A regardé|Tu as regardé|Vidéo regardée :|Regardé :) (.+)",
        r"(?:Ați vizionat|Ai vizionat|A vizionat|Vizionat:?) (.+)",
        # German, Dutch, and what is in their quotes
        r"(?:Du hast dir )?„(.+)“ angesehen",
        r"(?:Du hast dir )?(.+) angesehen",
        r"(?:Je hebt |U hebt )?(.+) bekeken",
        r"(?:Je hebt|U hebt|Heeft) naar (.+) gekeken",
        # The North
        r"(?:Du tittade på|Har tittat på|Tittade på|Har sett|Såg) (.+)",
        r"(?:Du så på|Så på|Har set|Du har set|Så|Du så|(?:Du h|H)ar sett på) (.+)",
        r"(?:Katsoit videon|Katsoit|Katsottu:?|Katsoi) (.+)",
        r"(.+) (?:katsottiin|katsottu)",
        # The Baltic
        r"(?:Žiūrėta:?|Žiūrėjote|Jūs noskatījāties|Noskatīts:?|Vaatasite(?: videot)?) (.+)",
        # Slavic, Hungarian, Greek
        r"(?:Obejrzano:?|Obejrzałeś|Obejrzałaś|Obejrzane:?) (.+)",
        r"(?:Zhlédnuto:?|Zhlédli jste(?: video)?|Sledov(?:áno:?|ali jste)) (.+)",
        r"(?:Pozreli ste si(?: video)?|Pozreté:?|Pogledali ste|Ogledali ste si) (.+)",
        r"(?:Вы посмотрели|Просмотрено|Посмотрели)(?: видео)?:? (?:\"(.+)\"|«(.+)»|(.+))",
        r"(?:Ви (?:переглянули|дивилися)|Переглянуто)(?: відео)?:? (?:\"(.+)\"|«(.+)»|(.+))",
        r"(?:Гледахте|Гледали сте|Изгледахте) (.+)",
        r"(?:Megtekintve:?|Meg(?:tekintett|nézett) videó:?|Megnézve:?) (.+)",
        r"(?:Παρακολουθήσατε(?: το(?: βίντεο)?)?) (.+)",
        # Turkish, Azerbaijani, Indonesian, Filipino, Vietnamese
        r"(.+) (?:adlı videoyu izlediniz|videosunu izlediniz|izlendi)",
        r"(?:İzlenen|Yeniden izlenen) video: (.+)",
        r"(?:Menonton|Telah menonton|Ditonton) (.+)",
        r"(?:Đã xem) (.+)",
        r"(.+) izlənildi",
        r"Pinanood ang (.+)",
        # Arabic, Persian, Urdu, Hebrew, Hindi, Bengali, Thai
        r"تمت مشاهدة (.+?)(?: \.)?",
        r"(?:شما )?(?:را تماشا کردید) (.+)",
        r"(.+) (?:را تماشا کردید|دیکھی|देखा(?: गया)?|দেখা হয়েছে)",
        r"צפית (?:בסרטון |ב-?) ?(.+)",
        r"ดู (.+) แล้ว",
        r"ดู (.+)",
        # Japanese, Korean, Chinese
        r"「(.+)」 ?を(?:視聴|再生)しました",
        r"(.+?) ?を(?:視聴|再生)しました",
        r"(?:시청함:?|시청한 동영상:?) (.+)",
        r"(.+?) ?(?:을\(를\)|를|을) 시청(?:했습니다|함)\.?",
        r"[你您]?(?:已?观看了?|已?觀看了?|看[过過了])[:：]? ?《(.+)》",
        r"[你您]?(?:已?观看了?|已?觀看了?|看[过過])[:：]? ?(.+)",
    )
)
# The channel that YouTube makes of an artist's music, in the languages of its pages.
_TOPIC = re.compile(
    r"(?:^|\s+)[-\u2013\u2014]\s+(?:Topic|Thema|Tema|Thème|Sujet|Tópico|Temat|Téma|Onderwerp|Ämne|Emne|Aihe"
    r"|Konu|Topik|Chủ đề|Тема|Θέμα|トピック|주제|主題|主题)$"
)
# A channel for songs whose artist has none.
_NO_ARTIST = re.compile(r"(?:release|various artists)", re.IGNORECASE)
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.)*")')
_HEADER = re.compile(r'"header"\s*:\s*"YouTube')
_PLAY_MUSIC_HEADER = re.compile(rf'"header"\s*:\s*"{PLAY_MUSIC}"')
_FOLDER = re.compile(r"YouTube\W.*YouTube Music$")
_HEAD_BYTES = 65_536
_LEAST_TITLES = 10
_SHARE_OF_TITLES = 0.6


def is_history(sample: Sample) -> bool:
    """Records of Google's activity, of YouTube among others."""
    is_of_youtube = _HEADER.search(sample.head) is not None
    return _is_activity(sample) and is_of_youtube and not _is_searches(sample)


def is_play_music(sample: Sample) -> bool:
    """Records of the service that YouTube Music took the place of."""
    return _is_activity(sample) and _PLAY_MUSIC_HEADER.search(sample.head) is not None


def _is_activity(sample: Sample) -> bool:
    return {"header", "title", "time"} <= sample.json_paths


def _is_searches(sample: Sample) -> bool:
    return _is_activity(sample) and "search" in sample.head and "watch?v" not in sample.head


def _is_other_activity(sample: Sample) -> bool:
    return _is_activity(sample) and not is_history(sample) and not is_play_music(sample)


def _is_library(sample: Sample) -> bool:
    """The songs that somebody keeps or has uploaded: an id in any language, and names."""
    others = {name for name in sample.header[1:] if not name.startswith("artist_name")}
    return (
        {"song_title", "album_title"} <= set(sample.header)
        and others <= {"song_title", "album_title", "duration_seconds"}
        and len(others) < len(sample.header) - 1
    )


def is_google_page(sample: Sample) -> bool:
    """Takeout's choice where nobody chooses: the history as a web page."""
    head = sample.head[:4096].lstrip().lower()
    is_page = head.startswith(("<!doctype html", "<html"))
    return is_page and ("mdl-" in sample.head or "material-design-lite" in sample.head)


def is_of_takeout(sample: Sample) -> bool:
    """Whether something lies in the folder of all that Takeout writes, or in that of YouTube.

    The latter is called "YouTube and YouTube Music", in any language.
    """
    folders = re.split(r"[/\\]", sample.name)[:-1]
    return "Takeout" in folders or any(_FOLDER.match(folder) for folder in folders)


def _is_meant_to_be_read(sample: Sample) -> bool:
    is_history_of_any = is_history(sample) or _is_history_page(sample)
    return is_history_of_any or is_play_music(sample) or _is_damaged(sample)


def _is_damaged(sample: Sample) -> bool:
    """Whether something that should be a history cannot be read, or is nothing."""
    *folders, name = re.split(r"[/\\]", sample.name)
    if _is_activity(sample) or not name.lower().endswith(".json"):
        return False
    if name.lower() == "watch-history.json":
        return True
    # In other languages it has another name; of the files there, histories alone are JSON.
    if not any(_FOLDER.match(folder) for folder in folders) or sample.size > _HEAD_BYTES:
        return False
    try:
        json.loads(sample.head)
    except (ValueError, RecursionError):
        return True
    return False


def read_history(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """The songs of a history; its videos are counted.

    Raises:
        SourceError: The text is cut off.
    """
    find_title = partial(song_title, learned=_learned(sample.head))
    with open_text(document, sample) as stream:
        batch: list[dict[str, Any]] = []
        for element in elements(stream, document.name):
            tally.read += 1
            batch.append(_play(element, find_title) | {"line": tally.read})
            if len(batch) == _BATCH:
                yield _table(batch)
                batch = []
        if batch:
            yield _table(batch)


def _read_page(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """The songs of a history that is a web page."""
    with open_text(document, sample) as stream:
        records = records_of_page(stream)
        yield from batches("plays", records, partial(_play_of_page, song_title), tally)


def _play_of_page(find_title: Callable[[str], str], record: dict[str, Any]) -> dict[str, Any]:
    play = _play(record, find_title)
    is_timed = "played_at" in play
    return play | {"time_kind": "start", "time_precision": "second" if is_timed else None}


def _is_history_page(sample: Sample) -> bool:
    """The history of what was watched, not that of searches."""
    is_watched = "youtube.com/watch" in sample.head
    return is_google_page(sample) and is_watched


def _table(plays: list[dict[str, Any]]) -> pa.Table:
    names = ("line", "reason", "record", "artist", "track", "played_at")
    columns: dict[str, list[Any]] = {name: [play.get(name) for play in plays] for name in names}
    columns["time_precision"] = [None if at is None else "second" for at in columns["played_at"]]
    return table("plays", columns | {"time_kind": ["start"] * len(plays)})


def _play(element: Any, find_title: Callable[[str], str]) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """One record as a play, or the reason why it is none: then without a word of it."""
    if not isinstance(element, dict) or not isinstance(element.get("header"), str):
        return {"reason": "not a record of activity"}
    link = element.get("titleUrl")
    details = [str(one.get("name")) for one in map(as_fields, as_list(element.get("details")))]
    if not _is_of_music(element, link, details):
        return {"reason": "a YouTube video, not YouTube Music"}
    if any("Google" in name or "광고" in name for name in details):
        return {"reason": "an advertisement"}
    if isinstance(link, str) and "watch?" not in link and "youtu.be/" not in link:
        return {"reason": "a visit or a search, not a play"}
    artist = _artist(element.get("subtitles"))
    if artist is None:
        return {"reason": "no artist"}
    title = element.get("title")
    track = clean(find_title(title)) if isinstance(title, str) else None
    if track is None or track.startswith(("https://", "http://")):
        return {"reason": "no track"}
    text = element.get("time")
    if not isinstance(text, str) or not text.strip():
        return {"reason": "no time", "record": f"{artist}, {track}"[:MOST_RECORD_CHARACTERS]}
    if (moment := parse_time(text.strip())) is None:
        record = f"{artist}, {track}, {like_a_time(text)}"[:MOST_RECORD_CHARACTERS]
        return {"reason": "time not understood", "record": record}
    return {"artist": artist, "track": track, "played_at": moment[0]}


def _is_of_music(element: dict[str, Any], link: Any, details: list[str]) -> bool:  # noqa: ANN401 - JSON
    """Whether it was heard in YouTube Music: My Activity may say so beside its heading."""
    return (
        element["header"].strip() == _MUSIC
        or (isinstance(link, str) and link.startswith("https://music.youtube.com/"))
        or any(_MUSIC in name for name in details)
        or _MUSIC in as_list(element.get("products"))
    )


def _artist(subtitles: Any) -> str | None:  # noqa: ANN401 - JSON
    """The channel, without what says that YouTube made it."""
    first = subtitles[0] if isinstance(subtitles, list) and subtitles else None
    name = first.get("name") if isinstance(first, dict) else None
    artist = clean(name) if isinstance(name, str) else None
    if artist is None:
        return None
    bare = _TOPIC.sub("", artist)
    return None if bare != artist and _NO_ARTIST.fullmatch(bare) else clean(bare)


def song_title(title: str, learned: tuple[str, str] = ("", "")) -> str:
    """What was watched, without the words that say so.

    Args:
        title: Of a record: ``Watched Song``.
        learned: How titles begin and end in a language that is not known here.
    """
    title = title.strip().replace("\u00a0", " ")
    before, after = learned
    if before or after:
        if title.startswith(before) and title.endswith(after):
            return title[len(before) : len(title) - len(after)]
        return title
    found = next((found for mark in _WATCHED if (found := mark.fullmatch(title))), None)
    # Of a mark with a choice of quotes one group speaks.
    return title if found is None else found[found.lastindex or 0]


def _learned(head: str) -> tuple[str, str]:
    """What most titles begin and end with, where no known words do; nothing where nothing is."""
    titles = list(dict.fromkeys(_unquoted(found[1]) for found in _TITLE.finditer(head)))
    if len(titles) < _LEAST_TITLES:
        return "", ""
    is_known = [any(mark.fullmatch(title) for mark in _WATCHED) for title in titles]
    if sum(is_known) * 2 >= len(titles):
        return "", ""
    words = [title.split(" ") for title in titles]
    before = _common(words)
    after = _common([row[::-1] for row in words])[::-1]
    return "".join(f"{word} " for word in before), "".join(f" {word}" for word in after)


def _common(rows: Sequence[list[str]]) -> list[str]:
    """The first words that most rows share, leaving one at least for the song."""
    found: list[str] = []
    while True:
        depth = len(found)
        following = Counter(
            row[depth] for row in rows if row[:depth] == found and len(row) > depth + 1
        )
        if not following:
            return found
        word, count = following.most_common(1)[0]
        if count < _SHARE_OF_TITLES * len(rows):
            return found
        found.append(word)


def _unquoted(text: str) -> str:
    """A JSON string's text; as it stands where it cannot be read."""
    try:
        found = str(json.loads(text))
    except ValueError:
        found = text.strip('"')
    return found.strip().replace("\u00a0", " ")


_AS_JSON = (
    "a web page without a history of what was watched. At takeout.google.com choose 'YouTube "
    "and YouTube Music', then 'Multiple formats', then JSON instead of HTML for history"
)

FORMATS: tuple[Format, ...] = (
    Format("youtube music history", "plays", "youtube_music", is_history, read_history),
    Format("youtube music page", "plays", "youtube_music", _is_history_page, _read_page),
)
UNREAD: tuple[Unread, ...] = (
    Unread(
        "google searches",
        lambda sample: is_google_page(sample) and "search" in sample.name.lower(),
        "a history of searches, which holds no plays.",
    ),
    Unread(
        "google history as a page",
        lambda sample: is_google_page(sample) and not _is_history_page(sample),
        f"{_AS_JSON}.",
        is_refused=True,
    ),
    Unread(
        "youtube music library",
        _is_library,
        "the library of YouTube Music, songs without times; sotw reads watch-history.json of the "
        "same archive.",
    ),
    Unread(
        "google activity",
        _is_other_activity,
        "activity of Google without plays; sotw reads watch-history.json of YouTube and "
        "YouTube Music.",
    ),
    Unread(
        "google takeout",
        lambda sample: is_of_takeout(sample) and not _is_meant_to_be_read(sample),
        "holds no plays; sotw reads watch-history.json of the same archive.",
    ),
)
