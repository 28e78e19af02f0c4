"""Reads texts of other programs into values with places: rule files, test files, configurations, promtool's output."""
