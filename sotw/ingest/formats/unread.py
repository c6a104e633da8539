"""What lies beside exports, or is taken for one: told by its first bytes.

Pictures, papers and the like are passed over in silence; what somebody may have meant to import
is refused, with what to do instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sotw.ingest.formats.google.youtube import is_google_page, is_of_takeout
from sotw.ingest.reading.format import Unread

if TYPE_CHECKING:
    from sotw.ingest.reading.texts import Sample

__all__ = ["UNREAD"]

_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x01\x00",
)
_SOUNDS = (
    b"ID3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"fLaC",
    b"OggS",
    b"\x1aE\xdf\xa3",
    b"FORM",
)
_PACKED = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xfd7zXZ\x00",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_PAPERS = (".docx", ".odt", ".pages", ".pptx", ".odp", ".key", ".epub", ".doc", ".ppt", ".msg")
_READ_ME = re.compile(
    r"(?:read[ _-]?me|licen[cs]e|copying|changelog|attribution|credits)[^.]*"
    r"(?:\.(?:txt|md|rst|rtf|html?))?",
    re.IGNORECASE,
)
_PLAYBACK = re.compile(r"\d{9,10}:\d+:\d+:/")
_GUIDES = ("archive_browser.html", "index.html", "help.html")


def _file_name(sample: Sample) -> str:
    return re.split(r"[/\\]", sample.name)[-1].lower()


def _is_tar(sample: Sample) -> bool:
    # The mark stands 257 bytes into the file, which may be taken for UTF-16 for all its NULs.
    return b"ustar" in sample.head[:512].encode(sample.encoding or "utf-8", "ignore")[:512]


def _is_picture(sample: Sample) -> bool:
    magic = sample.magic
    if magic.startswith(b"BM"):
        # Also the start of a text; a bitmap has four bytes of nothing in its head.
        return magic[6:10] == bytes(4)
    start = sample.head[:1000].lstrip().lower()
    is_svg = start.startswith("<") and "<svg" in start and "xmlns" in start
    is_webp = magic.startswith(b"RIFF") and magic[8:12] == b"WEBP"
    is_heic = magic[4:8] == b"ftyp" and magic[8:11] in (b"hei", b"mif", b"avi", b"hev")
    return magic.startswith(_PICTURES) or is_svg or is_webp or is_heic


def _is_sound(sample: Sample) -> bool:
    magic = sample.magic
    is_named = magic.startswith(_SOUNDS) and not magic.startswith((b"FORM",))
    is_aiff = magic.startswith(b"FORM") and magic[8:11] == b"AIF"
    is_wave = magic.startswith(b"RIFF") and magic[8:12] in (b"WAVE", b"AVI ")
    # ID3 is three letters that a table may begin with; a version follows them in a sound.
    if magic.startswith(b"ID3"):
        return magic[3] < 10
    return is_named or is_aiff or is_wave or magic[4:8] == b"ftyp"


def _is_packed(sample: Sample) -> bool:
    if sample.magic.startswith(b"BZh"):
        return sample.magic[4:10] == b"1AY&SY"
    return sample.magic.startswith(_PACKED) or _is_tar(sample)


def _is_sheet(sample: Sample) -> bool:
    return sample.magic.startswith((b"PK", _OLD_OFFICE)) and _file_name(sample).endswith(_SHEETS)


def _is_paper(sample: Sample) -> bool:
    magic = sample.magic
    is_office = magic.startswith((b"PK", _OLD_OFFICE)) and _file_name(sample).endswith(_PAPERS)
    return is_office or magic.startswith((b"%PDF", b"{\\rtf"))


def _is_left_over(sample: Sample) -> bool:
    name = _file_name(sample)
    is_of_windows = name in ("thumbs.db", "ehthumbs.db", "desktop.ini")
    return is_of_windows or "[.ShellClassInfo]" in sample.head[:200]


def _is_read_me(sample: Sample) -> bool:
    name = _file_name(sample)
    is_prose = not sample.is_json and len(sample.header) < 4
    return is_prose and (_READ_ME.fullmatch(name) is not None or name in _GUIDES)


def _is_playback_log(sample: Sample) -> bool:
    """What Rockbox writes since version 4: a time, two durations and the path of a sound."""
    lines = [line for line in sample.head.splitlines()[:20] if line and not line.startswith("#")]
    return bool(lines) and all(_PLAYBACK.match(line) for line in lines[:5])


def _is_page(sample: Sample) -> bool:
    head = sample.head[:1000].lstrip().lower()
    is_html = head.startswith(("<!doctype html", "<html", "<head", "<!-- saved from url"))
    return is_html and not is_google_page(sample) and not is_of_takeout(sample)


def _is_itunes(sample: Sample) -> bool:
    head = sample.head[:4096]
    return head.lstrip().startswith("<?xml") and "<plist" in head


def _is_lastfm_xml(sample: Sample) -> bool:
    head = sample.head.lstrip()
    return (
        head.startswith("<")
        and re.search(r"<(?:lfm|recenttracks|lovedtracks|scrobbles)\b", head) is not None
    )


def _is_playlist(sample: Sample) -> bool:
    head = sample.head.lstrip()
    return head.startswith(("#EXTM3U", "[playlist]")) or (
        head.startswith("<") and "<trackList" in head
    )


UNREAD: tuple[Unread, ...] = (
    Unread("left by the system", _is_left_over, "left by the system; holds no plays."),
    Unread("read me", _is_read_me, "a text about other files; holds no plays."),
    Unread(
        "database",
        lambda sample: sample.magic.startswith(b"SQLite format 3"),
        "an SQLite database of another program, which sotw does not open. Use that program's own "
        "export and import the file: Maloja, Koito and Pano Scrobbler write JSON, others CSV or "
        "what they send to Last.fm or ListenBrainz.",
        is_refused=True,
    ),
    Unread(
        "duckdb",
        lambda sample: sample.magic[8:12] == b"DUCK",
        "a DuckDB database, a warehouse rather than an export. Name it with --warehouse, or import "
        "the exports that it was made of.",
        is_refused=True,
    ),
    Unread(
        "spreadsheet",
        _is_sheet,
        "a spreadsheet (Deezer's export is one). Open it, save the sheet of plays as CSV (UTF-8) "
        "and import that.",
        is_refused=True,
    ),
    Unread("paper", _is_paper, "a document to read; holds no plays."),
    Unread("picture", _is_picture, "a picture; holds no plays."),
    Unread("sound", _is_sound, "a recording; sotw reads what was played, not the music."),
    Unread(
        "archive",
        _is_packed,
        "an archive that is neither a zip nor of tar or gzip. Unpack it and import the files.",
        is_refused=True,
    ),
    Unread(
        "zip",
        lambda sample: sample.magic.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")),
        "a zip archive under another name, or a document of an office. Unpack it and import the "
        "files; of a spreadsheet, save the sheet of plays as CSV.",
        is_refused=True,
    ),
    Unread(
        "old office",
        lambda sample: sample.magic.startswith(_OLD_OFFICE),
        "a document of an old office. Save the sheet of plays as CSV (UTF-8) and import that.",
        is_refused=True,
    ),
    Unread(
        "arrow",
        lambda sample: sample.magic.startswith(b"ARROW1"),
        "an Arrow file. Save the table as Parquet or CSV and import that.",
        is_refused=True,
    ),
    Unread(
        "itunes library",
        _is_itunes,
        "a library of iTunes, which has counts and no times of plays. Ask for your data at "
        "privacy.apple.com and import that archive.",
        is_refused=True,
    ),
    Unread(
        "lastfm xml",
        _is_lastfm_xml,
        "an answer of Last.fm as XML. Export the history as JSON or CSV and import that.",
        is_refused=True,
    ),
    Unread(
        "playlist",
        _is_playlist,
        "a playlist of a player, which has songs and no times of plays. Export the history of the "
        "plays and import that.",
        is_refused=True,
    ),
    Unread(
        "playback.log",
        _is_playback_log,
        "Rockbox's own log of playback, which has paths and no names. On the player run the plugin "
        "Last.fm scrobbler, which makes .scrobbler.log of it, and import that.",
        is_refused=True,
    ),
    Unread(
        "web page",
        _is_page,
        "a web page. Ask the service for its export as JSON or CSV and import that.",
        is_refused=True,
    ),
)
