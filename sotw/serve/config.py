"""How the service is to run: what the command line and the environment say."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limits import parse

from sotw.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sotw.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "::1")
LEAST_TOKEN = 16  # characters; with fewer it can be guessed
RATE = "1200/minute"
_HOW_TO_MAKE = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))".'


@dataclass(frozen=True, slots=True)
class Config:
    """How the service runs.

    Attributes:
        warehouse: The published file; it need not be there yet.
        settings: Of sotw.toml.
        tokens: Whose each token is; null: of whoever may see every listener. None: no token is
            asked for.
        rate: Requests that one client may make, as ``limits`` writes it; empty: any number.
        hosts: Names by which it is asked for without a token; a page elsewhere whose name leads
            here has another.
    """

    warehouse: Path
    settings: Settings
    tokens: Mapping[str, str | None] = field(default_factory=dict)
    rate: str = RATE
    hosts: tuple[str, ...] = LOCAL


def configured(warehouse: Path, settings: Settings, host: str) -> Config:
    """Read the environment: SOTW_TOKEN, SOTW_TOKENS and SOTW_RATE.

    Args:
        warehouse: The published file.
        settings: Of sotw.toml.
        host: The address to listen on; any but this machine's own asks for a token.

    Raises:
        SettingsError: A token lacks, is too short or of two, or the rate is none.
    """
    tokens: dict[str, str | None] = {}
    if everybody := os.environ.get("SOTW_TOKEN", "").strip():
        tokens[everybody] = None
    for part in filter(None, map(str.strip, os.environ.get("SOTW_TOKENS", "").split(","))):
        listener, _, token = (one.strip() for one in part.partition("="))
        if not listener or not token or token in tokens:
            raise SettingsError("SOTW_TOKENS: not NAME=TOKEN,NAME=TOKEN with a token each once.")
        tokens[token] = listener
    if any(len(token) < LEAST_TOKEN or not token.isascii() for token in tokens):
        raise SettingsError(
            f"SOTW_TOKEN, SOTW_TOKENS: a token has {LEAST_TOKEN} or more letters and digits. "
            f"{_HOW_TO_MAKE}"
        )
    if host not in LOCAL and not tokens:
        raise SettingsError(
            f"--host {host}: whoever reaches this machine could read your history, so a token is "
            f"needed there: set SOTW_TOKEN. {_HOW_TO_MAKE}"
        )
    rate = os.environ.get("SOTW_RATE", RATE).strip()
    if rate:
        try:
            parse(rate)
        except ValueError as error:
            raise SettingsError(
                f"SOTW_RATE = {rate!r} is not allowed; allowed: such as {RATE}, or nothing for no "
                "limit"
            ) from error
    return Config(warehouse, settings, tokens, rate)


def read_env_file(file: Path) -> dict[str, str]:
    """The variables of a file of NAME=VALUE lines, as Docker reads it; ``#`` begins a comment.

    Raises:
        SettingsError: It cannot be read, or a line is no such line; its value is not shown.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--env-file {file}: cannot be read: {error}.") from error
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign or not name.strip().isidentifier():
            raise SettingsError(f"--env-file {file}: line {number} is not NAME=VALUE. Correct it.")
        found[name.strip()] = value.strip().strip("'\"")
    return found
