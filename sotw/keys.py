"""The keys by which two spellings of a name are one.

DuckDB has neither NFKC nor casefold, so keys are computed here, once for each new spelling, and
stored in raw.names with ``KEY_VERSION``. Change a rule, and you raise the version.

* strict: case, width, blanks and invisible characters do not count.
* loose: accents, vowel marks and punctuation do not count either, and what a program has written
  for a character (``&amp;``, UTF-8 read as Windows' alphabet) is that character.
* work: of a title; version suffixes do not count either.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["KEY_VERSION", "among", "keys_of_title", "loose_key", "strict_key", "work_key"]

KEY_VERSION = 2

# Shown as nothing, so two names that differ in them look the same: zero-width blanks and joiners,
# direction marks, the soft hyphen, the byte order mark, NUL.
_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\x00\xad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e",
    )
)

# Letters with a stroke or a ligature: NFKD leaves them whole. Lower case is enough after casefold.
_UNDECOMPOSED = str.maketrans(
    dict(zip("øđðłħıŧƀɨʉƶə", "oddlhitbiuze", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng"}
)

_NO_WORD_ASCII = re.compile(r"[^a-z0-9]+")

# What a version suffix says, matched against its loose key as a whole. A remix is another
# recording in its own right and stays.
_VERSION = re.compile(
    r"""
      (?:\w+\ )*?(?:re\ ?master(?:ed|izado|is[eé])?)(?:\ .*)?       # 2011 Remaster, Remastered 2009
    | (?:recorded\ )?live(?:\ (?:at|in|from|on|version|session|sessions|recording|acoustic)\b.*
        |\ \d{4})?
    | (?:\d{4}\ )?(?:radio|single|album|original|extended|short|long|lp|7|12|full\ length|video
        |studio|acoustic|mono|stereo|demo|clean|explicit|deluxe|bonus|unplugged|re\ recorded)
        (?:\ (?:edit|mix|version|cut|track|edition|session|recording|remaster))*(?:\ \d{4})?
    | (?:\d{4}\ )(?:mix|version|edit|edition|recording)
    | (?:\w+\ )?anniversary(?:\ .*)?
    | from\ .*\b(?:soundtrack|motion\ picture|film|movie|series|sessions?)\b.*
    | (?:feat|ft|featuring)\ .+
    """,
    re.VERBOSE,
)
# Only inside brackets: without them "with …" and "from …" are too often part of the title.
_GUEST = re.compile(r"(?:with|con|avec)\ .+")
_MAY_HAVE_VERSION = re.compile(r"[(\[]|\s[-–—]\s|\sf(?:ea)?t")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_DASHED = re.compile(r"^(.*\S)\s+[-–—]\s+(\S.*)$")
_UNBRACKETED_GUEST = re.compile(r"\s(?:feat\.?|ft\.|featuring)\s.+$", re.IGNORECASE)


# Bytes that mean nothing in the alphabet of Windows.
_UNDEFINED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# A first byte of UTF-8 and the bytes that follow it, each as the character that Windows shows.
_FOLLOWING = (
    "[\x80-\xbf"
    + "".join(
        bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in _UNDEFINED
    )
    + "]"
)
_READ_AS_WINDOWS = re.compile(
    f"(?:[\xc2-\xdf]{_FOLLOWING}|[\xe0-\xef]{_FOLLOWING}{{2}}|[\xf0-\xf4]{_FOLLOWING}{{3}})+"
)


def strict_key(text: str | None) -> str | None:
    """NFKC, no invisible characters, stripped, blanks collapsed, casefolded; null when empty."""
    if text is None:
        return None
    if text.isascii() and "\x00" not in text:
        return " ".join(text.lower().split()) or None
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    # Casefold may undo the composition (ΐ), and the key of a key must be the key.
    text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.split()) or None


def loose_key(text: str | None) -> str | None:
    """The strict key without accents and punctuation; where nothing is left, the strict key."""
    # What was meant may be blank: then it is what is written.
    strict = strict_key(_as_meant(text)) or strict_key(text)
    return None if strict is None else _loosen(strict)


def work_key(title: str | None) -> str | None:
    """The loose key of a title without what only names its version; never empty.

    Removed are bracketed and dashed suffixes that say remaster, live, radio edit, single or album
    version, acoustic, demo, mono, a year's mix, an anniversary edition or a soundtrack, and guests
    after ``feat.``, ``ft.`` or ``(with …)``. Kept are remixes and instrumentals (other
    recordings), parts and numbers. A title that is nothing but such words keeps them.
    """
    return keys_of_title(title)[2]


def keys_of_title(title: str | None) -> tuple[str | None, str | None, str | None]:
    """The strict, the loose and the work key of a title."""
    strict = strict_key(title)
    if strict is None:
        return None, None, None
    # What was meant may be blank: then it is what is written.
    meant = strict_key(_as_meant(title)) or strict
    loose = _loosen(meant)
    return strict, loose, _without_version(meant) if _MAY_HAVE_VERSION.search(meant) else loose


def _without_version(strict: str) -> str:
    """The work key of a title that may name a version."""
    work = _BRACKETS.sub(lambda match: "" if _is_version(match[1], True) else match[0], strict)
    while (dashed := _DASHED.match(work)) and _is_version(dashed[2], False):
        work = dashed[1]
    work = _UNBRACKETED_GUEST.sub("", work).strip()
    return _loosen(work) if work else _loosen(strict)


def _as_meant(text: str | None) -> str | None:
    """A text whose characters a program has written otherwise, as it was; others as they are."""
    if text is None:
        return None
    if "&" in text and _ENTITY.search(text):
        # What was escaped twice is unescaped twice.
        text = html.unescape(html.unescape(text))
    if not text.isascii() and _READ_AS_WINDOWS.search(text):
        text = _READ_AS_WINDOWS.sub(_decoded, text)
    return text


def _decoded(match: re.Match[str]) -> str:
    """UTF-8 that was read as the alphabet of Windows or Latin 1; as it is where it is none."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return match[0].encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return match[0]


def _is_version(suffix: str, is_bracketed: bool) -> bool:
    words = _loosen(suffix.strip()) if suffix.strip() else ""
    if _VERSION.fullmatch(words):
        return True
    return is_bracketed and _GUEST.fullmatch(words) is not None


def _loosen(strict: str) -> str:
    if strict.isascii():
        return _NO_WORD_ASCII.sub(" ", strict).strip() or strict
    plain = unicodedata.normalize("NFKD", strict.translate(_UNDECOMPOSED))
    # Composed again: kana and Hangul lose no accent, they were only taken apart.
    plain = unicodedata.normalize("NFC", "".join(map(_loose_letter, plain)))
    return " ".join(plain.split()) or strict


@lru_cache(maxsize=8192)
def _loose_letter(letter: str) -> str:
    # Classes from 200 are marks above, below and through a letter, and those from 10 to 35 the
    # vowels of Hebrew and Arabic, which most texts leave out. Other ones (nukta, kana voice marks,
    # virama) change the sound and are letters to their readers.
    mark = unicodedata.combining(letter)
    if mark >= 200 or 10 <= mark <= 35:
        return ""
    return " " if unicodedata.category(letter)[0] in "PSZC" else letter


def among(names: Collection[str], listener: str) -> str | None:
    """The name that means a listener, capital and small letters being one.

    Null where there is none, or two that only so differ.
    """
    if listener in names:
        return listener
    alike = [name for name in names if name.casefold() == listener.casefold()]
    return alike[0] if len(alike) == 1 else None
