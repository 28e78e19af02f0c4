"""Unit tests of the pack's rules, one gate a file, written from what the signals mean."""
