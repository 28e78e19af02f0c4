"""Unit tests of Prometheus rules: what a test file asserts, what it covers, and which mutants it kills."""
