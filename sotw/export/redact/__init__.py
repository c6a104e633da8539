"""An anonymous copy of an export, for a bug report."""
