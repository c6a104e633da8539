"""Artist recommendation: what to hear next, and why."""
