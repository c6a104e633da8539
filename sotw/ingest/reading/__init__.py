"""Bytes to records: what all formats share."""
