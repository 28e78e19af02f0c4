"""Lint of rules: finds files, asks promtool, the server and git, runs the checks, prints the findings."""
