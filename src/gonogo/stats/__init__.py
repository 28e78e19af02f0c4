"""Probabilities behind thresholds: plain numbers in, plain numbers out."""
