"""The errors of sotw, and the whole of them.

* SotwError                 printed without a traceback; exit 1
  x ModelError              a file under sql/ does not render, parse, or fit the DAG
  x AuditError              a built table breaks its own header
  x SourceError             a service or export file answered something we cannot use
  x WarehouseError          the file is locked, missing, or older than the code
  x SettingsError           sotw.toml or an option has a value we cannot use

A message says what (with names and values), where, and what to do next.
"""

from __future__ import annotations


class SotwError(Exception):
    """Base of all errors a user can act on."""


class ModelError(SotwError):
    """A file under sql/ does not render, parse, or fit the DAG."""


class AuditError(SotwError):
    """A built table breaks its own header."""


class SourceError(SotwError):
    """A service or export file answered something we cannot use."""


class WarehouseError(SotwError):
    """The warehouse file is locked, missing, or older than the code."""


class SettingsError(SotwError):
    """A setting has a value we cannot use."""
