"""A listener's own rules about names and counting."""
