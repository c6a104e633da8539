"""Apple Music: rows of activity, and the listens that segments of playback make."""

from sotw.ingest.formats.apple.activity import FORMATS, UNREAD

__all__ = ["FORMATS", "UNREAD"]
