"""Texts of other programs as values with places: rule files, test files, configurations, promtool's output."""
