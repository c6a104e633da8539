"""What every page of figures shares."""
