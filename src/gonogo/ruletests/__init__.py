"""Unit tests of rules: promtool's tests, run so that none is skipped silently."""
