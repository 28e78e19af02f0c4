"""Other programs: found, run and stopped."""
