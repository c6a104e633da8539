"""Catalogues: tables of tracks and artists, whatever their headings are called."""

from sotw.ingest.formats.catalogues.tables import FORMATS, UNREAD

__all__ = ["FORMATS", "UNREAD"]
