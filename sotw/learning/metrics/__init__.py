"""Numbers of merit with n and interval."""
