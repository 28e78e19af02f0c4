"""Probabilities behind thresholds: functions from numbers to numbers."""
