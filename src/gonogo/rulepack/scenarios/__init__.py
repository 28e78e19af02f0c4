"""Unit tests of the pack's rules, one gate in each file, written from the meaning of the signals."""
