"""What the command line and the service do to a warehouse."""
