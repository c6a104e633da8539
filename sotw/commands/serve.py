"""The command that runs the service."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sotw import extras
from sotw.commands import WarehouseOption, app
from sotw.settings import load_settings, warehouse_path


@app.command()
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than this need a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, envvar="PORT", help="0: any free one.")
    ] = 8021,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", help="NAME=VALUE lines, such as SOTW_TOKEN.")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Serve the HTTP API; /docs describes it (extra: serve)."""
    extras.require("serve", "`sotw serve`")
    from sotw.serve import config

    if env_file is not None:
        # What the environment says by itself is nearer.
        for name, value in config.read_env_file(env_file).items():
            os.environ.setdefault(name, value)
    made = config.configured(warehouse_path(warehouse), load_settings(), host)

    import uvicorn

    from sotw.serve.app import make_app

    uvicorn.run(
        make_app(made),
        host=host,
        port=port,
        server_header=False,
        timeout_keep_alive=20,
        limit_concurrency=500,
        h11_max_incomplete_event_size=32_768,
    )
