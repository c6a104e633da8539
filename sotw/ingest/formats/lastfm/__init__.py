"""Last.fm: tables with headings and without, pages of its API, loved songs."""
