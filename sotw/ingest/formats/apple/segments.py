"""Segments of playback to listens, for logs that write a row each time playback stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Segment", "stitch", "without_repeats"]

# Reasons after which a listen may go on. Any other closes it: joining can invent a listen.
_PAUSES = {
    "playback_manually_paused",
    "playback_suspended",
    "playback_paused_due_to_inactivity",
    "paused_on_timeout",
    "scrub_begin",
    "scrub_end",
    "exited_application",
}
_MOST_PAUSE = 30 * 60 * 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """Playback without a break, as one row tells it; or a whole listen.

    In the order of its fields: by device, then by time. A scrub ends at the instant at which what
    came before it ended.
    """

    device: str
    ended_at: int
    is_scrub: bool
    track: str
    album: str
    artist: str
    reason: str
    played_ms: int
    length_ms: int
    is_video: bool
    # 1, 0, or -1 where it is not said; nulls have no order.
    shuffle: int
    offline: int
    line: int


def without_repeats(segments: Iterable[Segment]) -> list[Segment]:
    """One of each: a device cannot end the same song twice at the same millisecond."""
    found: dict[tuple[Any, ...], Segment] = {}
    for one in sorted(segments):
        found.setdefault((one.device, one.ended_at, one.track, one.reason, one.played_ms), one)
    return list(found.values())


def stitch(segments: Iterable[Segment]) -> list[Segment]:
    """Join the segments of each listen, in the order of their ends.

    A listen has the end, the reason and the line of its last segment.
    """
    listens: list[Segment] = []
    for segment in sorted(segments):
        # A scrub moves the playhead and plays nothing.
        played = 0 if segment.is_scrub else segment.played_ms
        if listens and _goes_on(listens[-1], segment):
            before = listens.pop()
            known = [part for part in (before.played_ms, played) if part >= 0]
            played = sum(known) if known else -1
            artist, length = before.artist or segment.artist, before.length_ms or segment.length_ms
        else:
            artist, length = segment.artist, segment.length_ms
        listens.append(
            Segment(
                device=segment.device,
                ended_at=segment.ended_at,
                is_scrub=False,
                track=segment.track,
                album=segment.album,
                artist=artist,
                reason=segment.reason,
                played_ms=played,
                length_ms=length,
                is_video=segment.is_video,
                shuffle=segment.shuffle,
                offline=segment.offline,
                line=segment.line,
            )
        )
    return sorted(listens, key=lambda listen: (listen.ended_at, listen.line))


def _goes_on(before: Segment, segment: Segment) -> bool:
    played = 0 if segment.is_scrub else max(segment.played_ms, 0)
    began_at = segment.ended_at - played * 1000
    return (
        before.reason in _PAUSES
        and (before.device, before.track, before.album)
        == (segment.device, segment.track, segment.album)
        and began_at - before.ended_at < _MOST_PAUSE
    )
