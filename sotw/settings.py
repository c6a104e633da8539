"""The one place where settings are read: sotw.toml and the environment.

Without the file the defaults hold; what it may not say is an error that tells what it may.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sotw.errors import SettingsError
from sotw.keys import among

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
POLICIES = ("calendar", "decision")
# Decision for a listener with picks; else the moment of decision is a guess, so calendar.
AUTO = "auto"
DEFAULT_LISTENER = "me"
# Of a row of a catalogue that breaks the contract: it is left out, or the catalogue is not used.
CONTRACTS = LENIENT, STRICT = ("lenient", "strict")
_SCHEMAS = ("raw", "staging", "core", "features", "marts", "ml")


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """How to tell which sessions of a shared account are its owner's (SYSTEMS B.3).

    Attributes:
        home_country: Two letters, as the source has them.
        primary_platforms: The owner's: families of platforms, or texts of the source.
        driving_hints: Those of a car, likewise.
        hours: First and last hour of the day in which a session begins; both included.
        affinity_top_n: How many of the most played artists at home are the owner's.
        affinity_min_ratio: Least share of a session's plays that is theirs.
        min_session_score: Least score of a session that is kept.
        requires_country: Keep no session of another country, whatever its score.
        weights: Of country, platform, hour, affinity and driving, in this order.
        min_kept_plays: With fewer plays kept the filter is off.
    """

    home_country: str = "US"
    primary_platforms: tuple[str, ...] = ("ios", "osx")
    driving_hints: tuple[str, ...] = ("not_applicable", "tizen", "cast")
    hours: tuple[int, int] = (6, 1)
    affinity_top_n: int = 60
    affinity_min_ratio: float = 0.2
    min_session_score: float = 2.6
    requires_country: bool = True
    weights: tuple[float, ...] = (1.2, 1.2, 0.7, 1.1, 0.6)
    min_kept_plays: int = 5000


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """What one listener's weeks mean.

    Attributes:
        time_zone: IANA name; local days and weeks are in this zone.
        week_ends_on: The weekday that closes the week, 0 = Sunday … 6 = Saturday.
        decision_minute: Minute of that day at which a pick is assumed when there is none.
        labels_start_date: Weeks ending before this date are not used for training.
        favorite_playlists: Playlists whose songs are favourites of a week; none: those that grow
            by about a song a week.
        favorite_artists: For a list of songs that prefers them; the order counts.
        attribution: How to tell the listener's own sessions; null: all are.
        charts_by: A row of a chart is a track, or a work with all its versions.
        artist_credits: A play counts for the first artist it credits, or for all of them.
    """

    time_zone: str = "UTC"
    week_ends_on: int = 6
    decision_minute: int = 12 * 60
    labels_start_date: dt.date = dt.date(1900, 1, 1)
    favorite_playlists: tuple[str, ...] = ()
    favorite_artists: tuple[str, ...] = ()
    attribution: AttributionSettings | None = None
    charts_by: str = "track"
    artist_credits: str = "first"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything sotw.toml can say."""

    listener: str = DEFAULT_LISTENER
    cutoff_policies: tuple[str, ...] = ()  # none: each listener's own, see AUTO
    catalogue_contract: str = LENIENT
    default: ListenerSettings = field(default_factory=ListenerSettings)
    listeners: dict[str, ListenerSettings] = field(default_factory=dict)

    @property
    def is_strict(self) -> bool:
        """Whether a row that breaks the contract keeps its catalogue from being used."""
        return self.catalogue_contract == STRICT

    def of(self, listener: str) -> ListenerSettings:
        """The settings of one listener, however written; the defaults where sotw.toml has none."""
        return self.listeners.get(among(self.listeners, listener) or listener, self.default)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for storing with a run."""

        def plain(one: ListenerSettings) -> dict[str, Any]:
            return {
                "time_zone": one.time_zone,
                "week_ends_on": WEEKDAYS[one.week_ends_on],
                "decision_time": f"{one.decision_minute // 60:02}:{one.decision_minute % 60:02}",
                "labels_start_date": one.labels_start_date.isoformat(),
                "favorite_playlists": list(one.favorite_playlists),
                "favorite_artists": list(one.favorite_artists),
                "attribution": one.attribution and _plain_attribution(one.attribution),
                "charts_by": one.charts_by,
                "artist_credits": one.artist_credits,
            }

        return {
            "cutoff_policies": list(self.cutoff_policies) or AUTO,
            "catalogue_contract": self.catalogue_contract,
            **plain(self.default),
            "listeners": {name: plain(one) for name, one in sorted(self.listeners.items())},
        }


def warehouse_path(option: Path | None = None) -> Path:
    """The warehouse file: the option, else SOTW_WAREHOUSE, else warehouse/sotw.duckdb.

    Raises:
        SettingsError: Its name is that of a schema, or its folder cannot be searched.
    """
    path = Path(option or os.environ.get("SOTW_WAREHOUSE") or "warehouse/sotw.duckdb")
    if path.name.partition(".")[0].casefold() in _SCHEMAS:
        # DuckDB calls an open file by its name, and `raw.plays` would mean two things.
        raise SettingsError(
            f"{path}: the file is named like a schema, and no query could tell them apart; "
            f"allowed: any name but {', '.join(_SCHEMAS)}"
        )
    try:
        # A rename would replace a link, and leave the file that it leads to as it was.
        return path.resolve() if path.is_symlink() else path
    except OSError as error:
        raise SettingsError(
            f"{path}: {error.strerror}; allowed: a warehouse in a folder that you may search"
        ) from error


def load_settings(path: Path | None = None) -> Settings:
    """Read sotw.toml.

    Args:
        path: The file; by default sotw.toml in the working directory, which may be absent.

    Raises:
        SettingsError: A field is unknown or has a value that is not allowed.
    """
    named = os.environ.get("SOTW_SETTINGS")
    where = path or Path(named or "sotw.toml")
    if not where.exists():
        if path or named:
            raise SettingsError(f"{where}: no such file. Create it, or leave the option out.")
        return Settings()
    try:
        content = tomllib.loads(where.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{where}: not readable as TOML: {error}. Correct it.") from error
    return _parse(content, where)


def _parse(content: dict[str, Any], where: Path) -> Settings:
    allowed = {"listener", "cutoff_policies", "catalogue_contract", "listeners", "attribution"}
    allowed |= {*_LISTENER_FIELDS}
    _refuse_unknown(content, allowed, where, "")
    default = _listener(content, ListenerSettings(), where, "")
    named = content.get("listeners", {})
    if not isinstance(named, dict) or not all(isinstance(one, dict) for one in named.values()):
        raise SettingsError(
            f"{where}: listeners = {named!r}; allowed: tables such as [listeners.ana]"
        )
    listeners = {}
    for name, fields in named.items():
        _refuse_unknown(fields, {*_LISTENER_FIELDS, "attribution"}, where, f"listeners.{name}.")
        listeners[name] = _listener(fields, default, where, f"listeners.{name}.")
    policies = content.get("cutoff_policies", AUTO)
    is_list = isinstance(policies, list) and policies and set(map(str, policies)) <= {*POLICIES}
    if policies != AUTO and not is_list:
        known = f"'{AUTO}', or a list of one or more of {', '.join(POLICIES)}"
        raise _bad(where, "cutoff_policies", policies, known)
    listener = content.get("listener", DEFAULT_LISTENER)
    if not isinstance(listener, str) or not listener.strip():
        raise _bad(where, "listener", listener, "a name")
    contract = content.get("catalogue_contract", LENIENT)
    if contract not in CONTRACTS:
        raise _bad(where, "catalogue_contract", contract, ", ".join(CONTRACTS))
    return Settings(
        listener=listener,
        catalogue_contract=contract,
        cutoff_policies=tuple(policy for policy in POLICIES if policy in policies),
        default=default,
        listeners=listeners,
    )


def _refuse_unknown(fields: dict[str, Any], allowed: set[str], where: Path, prefix: str) -> None:
    for name in fields:
        if name not in allowed:
            near = difflib.get_close_matches(name, sorted(allowed), n=1)
            meant = f"; did you mean '{prefix}{near[0]}'?" if near else ""
            raise SettingsError(
                f"{where}: unknown field '{prefix}{name}'{meant or ';'} "
                f"allowed: {', '.join(sorted(allowed))}"
            )


def _bad(where: Path, name: str, value: object, allowed: str) -> SettingsError:
    return SettingsError(f"{where}: {name} = {value!r} is not allowed; allowed: {allowed}")


def _time_zone(value: object) -> str:
    # Some are files of the system's own, which DuckDB does not know.
    if not isinstance(value, str) or value.startswith(("localtime", "posix", "right/")):
        raise ValueError
    ZoneInfo(value)
    return value


def _weekday(value: object) -> int:
    return WEEKDAYS.index(str(value).lower())


def _minute(value: object) -> int:
    if isinstance(value, dt.time):
        return value.hour * 60 + value.minute
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError
    return int(match[1]) * 60 + int(match[2])


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    return dt.date.fromisoformat(str(value))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError
    return tuple(value)


def _artists(value: object) -> tuple[str, ...]:
    """Names without blanks around them, each once."""
    return tuple(dict.fromkeys(name.strip() for name in _names(value) if name.strip()))


def _words(value: object) -> tuple[str, ...]:
    """Texts that can be told apart in a list with commas."""
    names = _names(value)
    if any("," in name or not name.strip() for name in names):
        raise ValueError
    return names


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _one_of(*allowed: str) -> tuple[Any, str]:
    names = {name: name for name in allowed}
    return lambda value: names[str(value)], " or ".join(allowed)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    if not 0 <= value < float("inf"):
        raise ValueError
    return float(value)


def _share(value: object) -> float:
    if _number(value) > 1:
        raise ValueError
    return _number(value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise ValueError
    return value


def _hours(value: object) -> tuple[int, int]:
    if not isinstance(value, list):
        raise ValueError
    first, last = map(_count, value)
    if first > 23 or last > 23:
        raise ValueError
    return first, last


_WEIGHTS = ("country", "platform", "hour", "artist_affinity", "driving_hint")
_ATTRIBUTION_FIELDS = {
    "home_country": (_text, "a country as the source has it, such as 'US'"),
    "primary_platforms": (_words, "a list such as ['ios', 'osx']"),
    "driving_platform_hints": (_words, "a list such as ['not_applicable', 'cast']"),
    "preferred_hour_window": (_hours, "first and last hour such as [6, 1]"),
    "artist_affinity_top_n": (_count, "a whole number, 0 or more"),
    "artist_affinity_min_ratio": (_share, "a share from 0 to 1"),
    "min_session_score": (_number, "a number, 0 or more"),
    "require_country_match": (_flag, "true or false"),
    "min_kept_plays": (_count, "a whole number, 0 or more"),
}
# Where our own name differs from that of system B's file, which a user may have.
_ATTRIBUTES = {
    "driving_platform_hints": "driving_hints",
    "preferred_hour_window": "hours",
    "artist_affinity_top_n": "affinity_top_n",
    "artist_affinity_min_ratio": "affinity_min_ratio",
    "require_country_match": "requires_country",
}


def _plain_attribution(one: AttributionSettings) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name in _ATTRIBUTION_FIELDS:
        value = getattr(one, _ATTRIBUTES.get(name, name))
        plain[name] = list(value) if isinstance(value, tuple) else value
    return plain | {"weights": dict(zip(_WEIGHTS, one.weights, strict=True))}


def _attribution(
    fields: object, base: AttributionSettings | None, where: Path, prefix: str
) -> AttributionSettings:
    """The table [attribution]; what it leaves out is as in the file's own, else as in B.3."""
    if not isinstance(fields, dict):
        raise _bad(where, prefix[:-1], fields, "a table such as [attribution]")
    _refuse_unknown(fields, {*_ATTRIBUTION_FIELDS, "weights"}, where, prefix)
    one = base or AttributionSettings()
    changes: dict[str, Any] = {}
    for name, (parse, allowed) in _ATTRIBUTION_FIELDS.items():
        if name in fields:
            try:
                changes[_ATTRIBUTES.get(name, name)] = parse(fields[name])
            except ValueError as error:
                raise _bad(where, prefix + name, fields[name], allowed) from error
    weights = fields.get("weights", {})
    if not isinstance(weights, dict):
        raise _bad(where, f"{prefix}weights", weights, "a table of numbers")
    _refuse_unknown(weights, set(_WEIGHTS), where, f"{prefix}weights.")
    values = dict(zip(_WEIGHTS, one.weights, strict=True))
    for name, value in weights.items():
        try:
            values[name] = _number(value)
        except ValueError as error:
            raise _bad(where, f"{prefix}weights.{name}", value, "a number, 0 or more") from error
    return replace(one, **changes, weights=tuple(values[name] for name in _WEIGHTS))


_LISTENER_FIELDS: dict[str, tuple[str, Any, str]] = {
    "time_zone": ("time_zone", _time_zone, "an IANA name such as 'Europe/Lisbon'"),
    "week_ends_on": ("week_ends_on", _weekday, ", ".join(WEEKDAYS)),
    "decision_time": ("decision_minute", _minute, "a local time such as '12:00'"),
    "labels_start_date": ("labels_start_date", _date, "a date such as 2021-01-02"),
    "favorite_playlists": ("favorite_playlists", _names, "a list such as ['Song of the week']"),
    "favorite_artists": ("favorite_artists", _artists, "a list such as ['Nina Simone']"),
    "charts_by": ("charts_by", *_one_of("track", "work")),
    "artist_credits": ("artist_credits", *_one_of("first", "all")),
}


def _listener(
    fields: dict[str, Any], base: ListenerSettings, where: Path, prefix: str
) -> ListenerSettings:
    changes: dict[str, Any] = {}
    for name, (attribute, parse, allowed) in _LISTENER_FIELDS.items():
        if name in fields:
            try:
                changes[attribute] = parse(fields[name])
            except (ValueError, KeyError, OSError) as error:
                raise _bad(where, prefix + name, fields[name], allowed) from error
    if "attribution" in fields:
        changes["attribution"] = _attribution(
            fields["attribution"], base.attribution, where, f"{prefix}attribution."
        )
    return replace(base, **changes)
