"""What raw lacks before a build: the settings, its instant, and the names that rules lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.keys import strict_key
from sotw.rules.names import add_target_tracks
from sotw.warehouse.credits import add_named_credits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sotw.settings import AttributionSettings, Settings
    from sotw.warehouse import Connection

_TABLES = (
    "settings",
    "listener_settings",
    "favorite_playlists",
    "favorite_artists",
    "attribution_settings",
)


def prepare(con: Connection, settings: Settings, as_of: dt.datetime) -> None:
    """Bring the raw tables of a draft up to date before its models are built.

    Args:
        con: A draft.
        settings: Written to raw, listener by listener.
        as_of: Naive UTC; what was heard or fetched at it or later is not seen by the models.
    """
    write_settings(con, settings, as_of)
    add_target_tracks(con)
    add_named_credits(con)


def take_over_settings(con: Connection) -> None:
    """Write the instant and the policies that a finished build holds, as ``staging`` shows them."""
    con.execute("insert into raw.settings by name from staging.stg_settings")


def write_settings(con: Connection, settings: Settings, as_of: dt.datetime) -> None:
    """Put the instant, the policies and each listener's settings where models can read them."""
    for table in _TABLES:
        con.execute(f"delete from raw.{table}")
    policies = settings.cutoff_policies
    _insert(con, "settings", as_of, "calendar" in policies, "decision" in policies)
    for row in warehouse.rows(con, "select listener_id, listener from raw.listeners"):
        listener_id, chosen = row["listener_id"], settings.of(row["listener"])
        _insert(
            con,
            "listener_settings",
            listener_id,
            chosen.time_zone,
            chosen.week_ends_on,
            chosen.decision_minute,
            chosen.labels_start_date,
            chosen.charts_by,
            chosen.artist_credits,
        )
        for name in chosen.favorite_playlists:
            _insert(con, "favorite_playlists", listener_id, name)
        for position, name in enumerate(chosen.favorite_artists, start=1):
            _insert(con, "favorite_artists", listener_id, position, name, strict_key(name))
        if chosen.attribution:
            values = _attribution(chosen.attribution)
            _insert(con, "attribution_settings", listener_id, *values)


def _attribution(chosen: AttributionSettings) -> tuple[object, ...]:
    """In the order of the table's columns."""
    return (
        chosen.home_country,
        _listed(chosen.primary_platforms),
        _listed(chosen.driving_hints),
        *chosen.hours,
        chosen.affinity_top_n,
        chosen.affinity_min_ratio,
        chosen.min_session_score,
        chosen.requires_country,
        *chosen.weights,
        chosen.min_kept_plays,
    )


def _insert(con: Connection, table: str, *values: object) -> None:
    marks = ", ".join("?" * len(values))
    con.execute(f"insert into raw.{table} values ({marks})", list(values))


def _listed(names: Sequence[str]) -> str:
    """With a comma before, between and after, so that SQL finds a whole name."""
    return f",{','.join(names)}," if names else ""
