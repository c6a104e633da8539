"""How a file was read: what a person said of it holds until something else is said.

raw.imports keeps with each receipt what was said and the content does not tell (encoding,
delimiter, zone, order of dates, columns, that it holds favourites), as JSON. Another reading of
the same bytes for the same listener takes the place of the earlier one: nobody means to have a
file's plays twice, once as mojibake.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sotw.errors import SettingsError, SourceError
from sotw.ingest.reading.documents import DEMO_LISTENER
from sotw.ingest.reading.texts import Reading, take_sample
from sotw.ingest.recognise import judge
from sotw.ingest.statements import run

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.format import Format, Unread
    from sotw.ingest.reading.texts import Sample

__all__ = ["PLAIN", "Recognised", "Way", "checked_reading", "invented_listener", "recognised"]


@dataclass(frozen=True, slots=True)
class Way:
    """In which way a document is read.

    Attributes:
        is_favorites: Somebody said that it holds favourites, and by its content it does not.
        note: What to say of it in the receipt.
        coming: Fingerprints of documents, and how many of each are still to be read.
    """

    is_favorites: bool = False
    note: str | None = None
    coming: Mapping[str, int] = field(default_factory=dict)

    def said(self, sample: Sample) -> str | None:
        """For raw.imports, once the document has been read; null: as the content tells."""
        said = sample.stated | ({"as": "favourites"} if self.is_favorites else {})
        return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


PLAIN = Way()
DATE_ORDERS = ("dmy", "mdy", "ymd")
# What --columns may name.
COLUMNS = ("artist", "track", "album", "time", "date", "artist_mbid", "track_mbid", "album_mbid")
# As raw.imports spells it, in the order of Reading.
_SAID = ("encoding", "delimiter", "zone", "date-order", "columns")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document with what it was recognised as.

    Attributes:
        sample: Its head, encoding and fingerprint.
        found: Its format, or what it is that is not read.
        way: In which way it is to be read.
        is_again: It was imported before and, as it seems, read in another way. It goes first, so
            that files which overlap it are compared with the new reading.
    """

    sample: Sample
    found: Format | Unread
    way: Way
    is_again: bool


def invented_listener(document: Document, sample: Sample) -> str | None:
    """Who is invented in a document, by the demo's list or by its own mark; else null."""
    return document.demo_listener or (DEMO_LISTENER if sample.is_synthetic else None)


def checked_reading(
    encoding: str | None,
    delimiter: str | None,
    zone: str | None,
    date_order: str | None = None,
    columns: str | None = None,
) -> Reading:
    """What a person said of the files, refused where it means nothing.

    Raises:
        SettingsError: No such encoding, zone or order, no delimiter of one character, or columns
            that are unknown, named twice or not enough for a play.
    """
    if encoding is not None and not _is_of_texts(encoding):
        raise SettingsError(f"--encoding {encoding}: allowed: utf-8, cp1252, utf-16 and so on")
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum():
            raise SettingsError(f"--delimiter {delimiter!r}: allowed: a mark such as ';', or tab")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(
                f"--zone {zone}: allowed: a name such as Europe/Berlin, or UTC"
            ) from error
    if date_order not in (None, *DATE_ORDERS):
        raise SettingsError(f"--date-order {date_order}: allowed: {', '.join(DATE_ORDERS)}")
    return Reading(encoding, delimiter, zone, date_order, _checked_columns(columns))


def _checked_columns(columns: str | None) -> str | None:
    """The names of columns, each a word of ``COLUMNS``."""
    if columns is None:
        return None
    names = [name.strip().casefold() for name in columns.split(",")]
    odd = next((name for name in names if name not in ("-", *COLUMNS)), None)
    if odd is not None:
        raise SettingsError(
            f"--columns: '{odd}' is none; allowed: {', '.join(COLUMNS)}, - for others"
        )
    named = Counter(name for name in names if name != "-")
    if twice := [name for name, count in named.items() if count > 1]:
        raise SettingsError(f"--columns: {twice[0]} stands there twice; write - for one of them")
    if not {"artist", "track"} <= named.keys() or {"time", "date"}.isdisjoint(named):
        raise SettingsError("--columns: a play needs artist, track and time (or date and time)")
    return ",".join(names)


def _is_of_texts(encoding: str) -> bool:
    """Whether a codec reads any bytes as text; those of host names give up on most."""
    try:
        codec = codecs.lookup(encoding)
        if codec._is_text_encoding:
            codec.decode(bytes(range(128, 256)), "replace")
    except (LookupError, ValueError):
        return False
    return codec._is_text_encoding


def recognised(
    con: duckdb.DuckDBPyConnection,
    document: Document,
    listener: str,
    reading: Reading,
    *,
    is_favorites: bool,
    coming: Mapping[str, int],
    imported: Collection[str],
) -> Recognised:
    """What a document is and how to read it: as is said now, else as was said before.

    Args:
        con: Connection to a draft.
        document: What it is about.
        listener: Whose history it is, where the document does not say.
        reading: How it is written, as the caller says.
        is_favorites: Whether the caller says that it holds favourites.
        coming: Fingerprints of documents, and how many of each are still to be read.
        imported: Fingerprints of what was imported before; of others nothing was said.

    Raises:
        SourceError: It is empty, or nothing that sotw knows.
    """
    sample = take_sample(document, reading)
    meant = {"sha256": sample.sha256, "listener": invented_listener(document, sample) or listener}
    is_new = sample.sha256 not in imported
    earlier = [] if is_new else run(con, "earlier_readings", meant).fetchall()
    now = {"encoding": reading.encoding, "delimiter": reading.delimiter, "zone": reading.zone}
    now |= {"date-order": reading.date_order, "columns": reading.columns}
    now |= {"as": "favourites" if is_favorites else None}
    said = {name: value for name, value in now.items() if value is not None}
    before: dict[str, str] = json.loads(earlier[0][0] or "{}") if earlier else {}
    note = None
    if before.keys() - said.keys():
        kept = {name: value for name, value in before.items() if name not in said}
        note = f"read with {_in_words(kept)}, as you said before"
        together = kept | said
        is_favorites = "as" in together
        parts = (together.get(name) for name in _SAID)
        sample = take_sample(document, Reading(*parts))
    found = judge(sample, is_favorites=is_favorites)
    way = Way(is_favorites and _is_otherwise(sample, found), note, coming)
    # Whether a zone makes a difference is known when the document has been read.
    likely = json.loads(way.said(sample) or "{}")
    likely |= {"zone": sample.zone_given, "date-order": sample.order_given}
    is_again = bool(earlier) and likely != {"zone": None, "date-order": None} | before
    return Recognised(sample, found, way, is_again)


def _is_otherwise(sample: Sample, found: Format | Unread) -> bool:
    """Whether a document would be something else if nothing were said."""
    try:
        return judge(sample) is not found
    except SourceError:
        return True


def _in_words(said: Mapping[str, str]) -> str:
    return " ".join(f"--{name} {'tab' if text == chr(9) else text}" for name, text in said.items())
