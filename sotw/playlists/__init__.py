"""Lists out of marts."""
