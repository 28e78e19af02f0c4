"""Lint of Prometheus rules: what is wrong, misleading or fragile in what one server would load."""
