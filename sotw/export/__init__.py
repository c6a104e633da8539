"""What leaves the warehouse."""
