"""What is odd about a warehouse, told in sentences."""
