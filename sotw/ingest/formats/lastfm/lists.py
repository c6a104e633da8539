"""What Last.fm has beside plays: loved songs, which are feedback, and charts, which are not read.

Loved songs look much like plays. They are known by the name that the API gives to their list; by
their records, which alone have no album and a plain name of the artist; or, of a table, by the
name of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.formats.lastfm.pages import answers, json_play, json_tracks
from sotw.ingest.formats.lastfm.tables import find_layout, in_time, read_faults, read_moments
from sotw.ingest.formats.players import is_librefm, librefm_play, lines_of
from sotw.ingest.reading.delimited import read_records
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.json_values import batches
from sotw.ingest.reading.rows import table
from sotw.ingest.reading.texts import clean, open_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD"]

_LOVED = re.compile(r"(?:^|[^a-z])loved", re.IGNORECASE)
_BANNED = re.compile(r"(?:^|[^a-z])banned", re.IGNORECASE)
_CHART = re.compile(
    r"(?:top(?:artists|albums|tracks|tags)|weekly(?:artist|album|track)chart)(?:\.|$)"
)
_COUNTS = frozenset({"playcount", "play_count", "plays", "scrobbles"})


def is_loved_json(sample: Sample) -> bool:
    """Answers of user.getLovedTracks, or their tracks."""
    paths = sample.json_paths
    if any(path.startswith("lovedtracks") for path in paths):
        return True
    return any(
        {f"{place}artist.name", f"{place}name", f"{place}date.uts"} <= paths
        and {f"{place}album", f"{place}loved"}.isdisjoint(paths)
        for place in ("", "track[].")
    )


def is_loved_table(sample: Sample) -> bool:
    """A table with a time, an artist and a track, in a file that says what is thought of them."""
    return _score_of_name(sample) is not None and find_layout(sample.header) is not None


def read_loved_json(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what was loved, and when.

    Raises:
        SourceError: The text is cut off.
    """
    with open_text(document, sample) as stream:
        tracks = (
            track for element in answers(stream, document.name) for track in json_tracks(element)
        )
        yield from batches("feedback", tracks, _loved, tally)


def _loved(track: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    play = json_play(track)
    kept = {name: play[name] for name in ("artist", "track", "reason", "record")}
    return kept | {"given_at": play["played_at"], "score": 1}


def read_loved_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what was loved or banned, and when."""
    score = _score_of_name(sample)
    layout = find_layout(sample.header, sample.delimiter)
    if layout is None:
        raise SourceError(f"{document.name}: no heading for time, artist and track. Add them.")
    layout = in_time(layout, document, sample, tally)
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream, delimiter=layout.delimiter, widths=(layout.width,), skip_header=True
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.faults:
                yield read_faults("feedback", chunk, is_open=layout.is_open)
            if not chunk.rows:
                continue
            columns = list(zip(*chunk.rows, strict=True))
            moments = read_moments(columns, layout)
            odd = [isinstance(moment, str) for moment in moments]
            yield table(
                "feedback",
                {
                    "line": chunk.lines,
                    "artist": [clean(text) for text in columns[layout.fields["artist"]]],
                    "track": [clean(text) for text in columns[layout.fields["track"]]],
                    "given_at": [one[0] if isinstance(one, tuple) else None for one in moments],
                    "score": [score] * len(moments),
                    "reason": ["time not understood" if one else None for one in odd],
                    "record": [
                        layout.record(row) if one else None
                        for row, one in zip(chunk.rows, odd, strict=True)
                    ],
                },
            )


def is_loved_lines(sample: Sample) -> bool:
    """Lines without headings as lastexport.py writes them, of songs that are loved or banned.

    Those of plays look the same, so it is only told by the name of the file.
    """
    return _score_of_name(sample) is not None and is_librefm(sample)


def _score_of_name(sample: Sample) -> int | None:
    name = re.split(r"[/\\]", sample.name)[-1]
    return 1 if _LOVED.search(name) else -1 if _BANNED.search(name) else None


def read_loved_lines(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what was loved or banned, and when."""
    score = _score_of_name(sample)
    with open_text(document, sample) as stream:
        yield from batches(
            "feedback", lines_of(stream), lambda record: _loved_line(record, score), tally
        )


def _loved_line(record: tuple[int, list[str]], score: int | None) -> dict[str, Any]:
    play = librefm_play(record)
    kept = {name: play.get(name) for name in ("line", "artist", "track", "reason", "record")}
    return kept | {"given_at": play.get("played_at"), "score": score}


def _is_chart(sample: Sample) -> bool:
    return any(_CHART.match(path) for path in sample.json_paths)


def _is_counts(sample: Sample) -> bool:
    """Songs or artists and how often each was played."""
    header = set(sample.header)
    named = header & {"artist", "artist_name", "track", "track_name", "album", "name"}
    return (
        not sample.is_json
        and bool(header & _COUNTS)
        and header
        <= named
        | _COUNTS
        | {*("", "rank", "mbid", "url", "artist_mbid", "track_mbid", "album_mbid")}
    )


def _is_error(sample: Sample) -> bool:
    return sample.json_paths == {"error", "message"} or sample.json_paths == {
        *("error", "message", "links")
    }


_NO_TIMES = (
    "how often songs or artists were played, without the times of the plays. Export the whole "
    "history (recent tracks) and import that."
)

FORMATS: tuple[Format, ...] = (
    Format("lastfm loved", "feedback", "lastfm", is_loved_json, read_loved_json),
    Format("lastfm loved lines", "feedback", "lastfm", is_loved_lines, read_loved_lines),
    Format("lastfm loved table", "feedback", "lastfm", is_loved_table, read_loved_table),
)
UNREAD: tuple[Unread, ...] = (
    Unread("lastfm chart", _is_chart, _NO_TIMES, is_refused=True),
    Unread("counts of plays", _is_counts, _NO_TIMES, is_refused=True),
    Unread(
        "error of a service",
        _is_error,
        "the answer of a service that something failed, not an export. Export it again.",
        is_refused=True,
    ),
)
