"""The service: an HTTP API over the published warehouse."""
