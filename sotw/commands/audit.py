"""The command that says what is odd or missing in the data."""

from __future__ import annotations

import sys

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, print_json
from sotw.settings import load_settings, warehouse_path


@app.command()
def audit(
    listener: ListenerOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show gaps, duplicates, odd clocks, unknown names and lengths, and what to do about them."""
    from sotw import warehouse as files
    from sotw.checks import audit as auditing
    from sotw.checks import freshness

    path = warehouse_path(warehouse)
    with files.reading(path) as con:
        found = auditing.examine(con, path, listener)
        stale = freshness.unbuilt(con, load_settings())
    for line in stale:
        print(f"Warning: this is not all: {line}", file=sys.stderr)
    if as_json:
        print_json(found)
    else:
        print(auditing.page(found))
