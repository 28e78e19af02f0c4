"""Gathers the evidence, decides and prints the verdict."""
