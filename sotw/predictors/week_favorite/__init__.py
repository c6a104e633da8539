"""Which song of a week its listener names as the favourite."""
