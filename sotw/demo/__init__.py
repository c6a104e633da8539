"""A synthetic history, written as the files that services export."""
