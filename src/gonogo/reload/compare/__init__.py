"""Compares what a server has loaded with what was staged; pure."""
