"""Google: YouTube Music, and Google Play Music before it."""

from sotw.ingest.formats.google import play_music, youtube

__all__ = ["FORMATS", "UNREAD"]

FORMATS = (*youtube.FORMATS, *play_music.FORMATS)
UNREAD = youtube.UNREAD
