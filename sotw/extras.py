"""Which optional libraries are there; a missing one is named with how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util

from sotw.errors import SotwError

# What an extra of pyproject.toml brings: the module, and its package where that is named otherwise.
LIBRARIES = {
    "boost": {"xgboost": "xgboost-cpu"},
    "match": {"rapidfuzz": "rapidfuzz"},
    "plot": {"altair": "altair", "vl_convert": "vl-convert-python"},
    "recommend": {"implicit": "implicit"},
    "serve": {
        "fastapi": "fastapi",
        "uvicorn": "uvicorn",
        "prometheus_client": "prometheus-client",
        "limits": "limits",
        "fastapi_offline": "fastapi-offline",
    },
    "shell": {"duckdb_cli": "duckdb-cli"},
    "spark": {"pyspark": "pyspark"},
    "stats": {"statsmodels": "statsmodels", "mapie": "mapie", "crepes": "crepes"},
}


def lacking(extra: str) -> list[str]:
    """Packages of an extra that are not there."""
    found = LIBRARIES[extra].items()
    return [package for module, package in found if importlib.util.find_spec(module) is None]


def is_installed(extra: str) -> bool:
    """Whether the libraries of an extra are there."""
    return not lacking(extra)


def require(extra: str, what: str) -> None:
    """Refuse to go on without an extra.

    Args:
        extra: Such as ``boost``.
        what: What needs it.

    Raises:
        SotwError: It is missing.
    """
    missing = lacking(extra)
    if missing:
        raise SotwError(
            f"{what} needs {' and '.join(missing)}, which this environment lacks. "
            f"Run `make install EXTRAS={extra}`, or pip install 'sotw[{extra}]'."
        )


def versions() -> dict[str, str | None]:
    """The version of each extra's first package; null where it is missing."""
    return {extra: _version(next(iter(one.values()))) for extra, one in LIBRARIES.items()}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
