"""Lint of Prometheus rules: finds the errors, traps and weak spots in the files that one server would load."""
