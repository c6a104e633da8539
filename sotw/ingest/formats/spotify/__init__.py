"""Spotify: extended history, account data, technical log, and what others make of them."""

from sotw.ingest.formats.spotify import account, exported, extended, log, made

__all__ = ["FORMATS", "UNREAD"]

FORMATS = (
    *(*extended.FORMATS, *account.FORMATS, *made.FORMATS, *log.FORMATS),
    *exported.FORMATS,
)
UNREAD = (*account.UNREAD, *log.UNREAD)
