"""sotw (song of the week): a listening history as a warehouse, features and predictions."""
