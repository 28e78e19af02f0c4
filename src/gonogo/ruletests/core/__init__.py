"""Unit tests of Prometheus rules: the assertions of a test file, its coverage, and the mutants that it kills."""
