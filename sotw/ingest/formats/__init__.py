"""One file or folder a service: its records as batches."""
