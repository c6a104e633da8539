"""What a fault may not change: the state that a reader finds, what is somebody's, what waits."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from commands import COMMANDS, PICKS

from sotw import warehouse
from sotw.actions.drafting import drafting
from sotw.ingest import is_synthetic
from sotw.settings import Settings
from sotw.warehouse.inbox import inbox_path, taken

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Command

State = dict[str, int]


def state(path: Path) -> State:
    """How many rows every table has, each read to its last block.

    Picks are one number: those that are in the warehouse and those that wait.
    """
    found, noted = {}, set(waiting_picks(path))
    with warehouse.reading(path) as con:
        listed = "select schema_name, table_name from duckdb_tables() where not temporary"
        for schema, table in con.execute(listed).fetchall():
            query = f'select count(*), bit_xor(hash(one)) from "{schema}"."{table}" as one'
            [(found[f"{schema}.{table}"], _)] = con.execute(query).fetchall()
        query = (
            "select listener, title from raw.picks join raw.listeners using (listener_id)"
            " join raw.names on track_name_id = name_id"
        )
        noted |= {(who, title) for who, title in con.execute(query).fetchall()}
        # A receipt that has lost its rows, or rows without one.
        query = "select count(*) from raw.plays anti join raw.imports using (import_id)"
        [(found["plays without a receipt"],)] = con.execute(query).fetchall()
    found["picks"] = len(noted)
    # A name and a listener come with the pick that is the first to have them.
    return {name: many for name, many in found.items() if name not in _WITH_PICKS}


_WITH_PICKS = {"raw.picks", "raw.names", "raw.imports", "raw.last_ids", "raw.listeners"}


def waiting_picks(path: Path) -> list[tuple[str, str]]:
    """Whose and which picks wait in the inbox."""
    lines = []
    for file in (inbox_path(path), *taken(path)):
        lines += file.read_text().splitlines() if file.exists() else []
    records = [json.loads(line) for line in lines if line]
    return [(record["listener"], record["track"]) for record in records]


def noted_picks(path: Path) -> set[str]:
    """Titles of the picks that are in the warehouse or wait."""
    with warehouse.reading(path) as con:
        query = "select title from raw.picks join raw.names on track_name_id = name_id"
        rows = con.execute(query).fetchall()
    return {title for (title,) in rows} | {title for _, title in waiting_picks(path)}


def belongings(folder: Path) -> dict[str, str]:
    """The sha256 of what no command may touch: all but the warehouses and what is beside them."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _is_ours(file.relative_to(folder))
    }


def _is_ours(file: Path) -> bool:
    first = file.parts[1] if file.parts[0] == "invented" and len(file.parts) > 1 else file.parts[0]
    if first in ("sotw.duckdb", "rendered", "out", "out.csv", "new.backup", "new.backup.sha256"):
        return True
    beside = ("lock", "lock.json", "inbox.jsonl", "inbox.lock", "inbox-", "draft-")
    if any(first.startswith(f"sotw.duckdb.{name}") for name in beside):
        return True
    return first.startswith((".sotw-", "sotw.replaced-", "sotw.demo-"))


def made(folder: Path, command: Command) -> dict[str, int] | None:
    """The size of every file that a command made beside the warehouse; null: there is none."""
    if command.output is None or not (folder / command.output).exists():
        return None
    output = folder / command.output
    files = [output] if output.is_file() else sorted(output.rglob("*"))
    return {str(file.relative_to(folder)): file.stat().st_size for file in files if file.is_file()}


def harm(
    folder: Path, name: str, allowed: tuple[State, State], own: dict[str, str], whole: object
) -> list[str]:
    """What a fault in a command has harmed.

    Args:
        folder: Where it ran.
        name: Of COMMANDS.
        allowed: The states before the command and after it.
        own: ``belongings`` before.
        whole: What ``made`` says after the command without a fault.
    """
    command = COMMANDS[name]
    path = folder / command.folder / "sotw.duckdb"
    found = []
    if (now := state(path)) not in allowed:
        found.append(f"neither as before nor as after: {_difference(now, *allowed)}")
    if lost := {*PICKS} - noted_picks(folder / "sotw.duckdb"):
        found.append(f"picks lost: {lost}")
    there = belongings(folder)
    found += [f"not ours, and touched: {one}" for one in own if there.get(one) != own[one]]
    if (left := made(folder, command)) not in (None, {}, whole) and not _is_demo(folder, name):
        found.append(f"{command.output} is there in part: {left}")
    # The next writer is hindered by nothing that was left, and clears it away.
    with drafting(path, Settings()):
        pass
    if lost := {*PICKS} - noted_picks(folder / "sotw.duckdb"):
        found.append(f"picks lost by the next writer: {lost}")
    found += [f"left for good: {one.name}" for one in path.parent.glob("sotw.duckdb.draft-*")]
    return found


def _is_demo(folder: Path, name: str) -> bool:
    """Whether files of a demo are left that all say so; it replaces a folder file by file."""
    return name == "demo" and is_synthetic([folder / str(COMMANDS[name].output)])


def _difference(now: State, before: State, after: State) -> str:
    parts = []
    for name, other in (("before", before), ("after", after)):
        changed = Counter(now)
        changed.subtract(other)
        parts.append(f"{name} { ({key: many for key, many in changed.items() if many}) }")
    return ", ".join(parts)
