"""A rule: what it may say, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


def spelled(artist: str | None, title: str | None) -> str:
    """An artist, or a title with its artist, as a person writes it."""
    return " - ".join(f"'{part}'" for part in (artist, title) if part is not None)


def quoted(names: Iterable[str]) -> str:
    """Names in a row."""
    return ", ".join(f"'{name}'" for name in names)


# The counting rules; `sotw compare-rules` shows what each of them counts.
COUNTINGS = (
    *("default", "all", "lastfm", "listenbrainz", "koito"),
    *("maloja", "your_spotify", "30s", "trackdone"),
)
PURPOSES = ("charts", "training", "all")


# The key of one play: source, its stamp, place among equal ones.
Record = tuple[str, "dt.datetime", int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as a person says it.

    Attributes:
        rule: alias, separate, exclude, count or fix.
        artist: Of the name it is about; of an album or a track, its artist.
        album: Title, of an exclusion.
        track: Title.
        to_artist: Of an alias: the artist that is meant; null: the same.
        to_track: Of an alias of a track: the title that is meant; null: the same.
        playlist: Of an exclusion: every song on it.
        counting: One of ``COUNTINGS``.
        purpose: One of ``PURPOSES``.
        from_date: First local day of the plays it is for; null: from the beginning.
        to_date: Last such day; null: to the end.
        listener: Whose plays it is for; null: everybody's.
        play: Of an exclusion or a fix: the id of one play of the last build, see marts.plays.
        record: Key of that play, where it was looked up.
        record_name_id: The spelling of its track.
    """

    rule: str
    artist: str | None = None
    album: str | None = None
    track: str | None = None
    to_artist: str | None = None
    to_track: str | None = None
    playlist: str | None = None
    counting: str | None = None
    purpose: str = "all"
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    listener: str | None = None
    play: int | None = None
    record: Record | None = None
    record_name_id: int | None = None

    @property
    def scope(self) -> str:
        """What the rule is about, as raw.rules calls it."""
        if self.rule == "count":
            return "plays"
        if self.play is not None:
            return "play"
        for scope in ("album", "track", "artist", "playlist"):
            if getattr(self, scope) is not None:
                return scope
        return "dates"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of raw.rules with its names; the columns of sql/rules/list_rules.sql."""

    rule_id: int
    listener: str | None
    rule: str
    scope: str
    artist: str | None
    title: str | None
    target_artist: str | None
    target_title: str | None
    playlist: str | None
    counting: str | None
    purpose: str
    from_date: dt.date | None
    to_date: dt.date | None
    created_at: dt.datetime
    removed_at: dt.datetime | None
    name_id: int | None
    target_name_id: int | None
    subject_artist_key: str | None
    subject_title_key: str | None
    target_artist_key: str | None
    target_title_key: str | None
    subject_artist_loose_key: str | None
    subject_title_loose_key: str | None
    target_artist_loose_key: str | None
    target_title_loose_key: str | None
    play_source: str | None
    play_reported_at: dt.datetime | None
    play_ordinal: int | None

    @property
    def record(self) -> Record | None:
        """Key of the one play it is about; null: it is about others."""
        if self.play_source is None or self.play_reported_at is None:
            return None
        return self.play_source, self.play_reported_at, self.play_ordinal or 0

    @property
    def subject(self) -> tuple[str | None, str | None]:
        """Strict keys of what it is about."""
        return self.subject_artist_key, self.subject_title_key

    @property
    def target(self) -> tuple[str | None, str | None]:
        """Strict keys of what an alias means."""
        return self.target_artist_key, self.target_title_key


def described(rule: Rule) -> str:
    """What a rule says, in words."""
    name = spelled(rule.artist, rule.title)
    if rule.record is not None:
        name = f"of {name} at {rule.play_reported_at:%Y-%m-%d %H:%M:%S} UTC ({rule.play_source})"
    if rule.rule == "alias":
        said = f"{rule.scope} {name} is read as {spelled(rule.target_artist, rule.target_title)}"
    elif rule.rule == "fix":
        said = f"play {name} is one of {spelled(rule.target_artist, rule.target_title)}"
    elif rule.rule == "separate":
        said = f"{rule.scope} {name} is kept apart from all others"
    elif rule.rule == "count":
        said = f"plays are counted as '{rule.counting}' does"
    else:
        what = {"playlist": f"playlist '{rule.playlist}'", "dates": "every play"}
        of = {"all": "charts and training"}.get(rule.purpose, rule.purpose)
        said = f"{what.get(rule.scope, f'{rule.scope} {name}')} is left out of {of}"
    said += f" from {rule.from_date}" if rule.from_date else ""
    said += f" until {rule.to_date}" if rule.to_date else ""
    return f"{said}, for {rule.listener}" if rule.listener else said
