"""Unit tests of rules: runs promtool's tests and skips none of them silently."""
