"""Whether a play is finished."""
