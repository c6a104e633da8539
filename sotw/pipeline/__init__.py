"""sql/ to tables: the models, their run, and what is read from their text."""
