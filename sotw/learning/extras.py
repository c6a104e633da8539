"""Which optional libraries are there; a missing one is named with how to get it."""

from __future__ import annotations

import importlib.util

from sotw.errors import SotwError

_LIBRARIES = {"boost": "xgboost"}


def is_installed(extra: str) -> bool:
    """Whether the library of an extra is there."""
    return importlib.util.find_spec(_LIBRARIES[extra]) is not None


def require(extra: str, what: str) -> None:
    """Refuse to go on without an extra.

    Args:
        extra: Such as ``boost``.
        what: What needs it.

    Raises:
        SotwError: It is missing.
    """
    if not is_installed(extra):
        raise SotwError(
            f"{what}: the library {_LIBRARIES[extra]} is not installed. "
            f"Run `make install EXTRAS={extra}`, or pip install 'sotw[{extra}]'."
        )
