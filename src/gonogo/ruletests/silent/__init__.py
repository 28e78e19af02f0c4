"""The silent passes of promtool's unit tests that the files themselves show."""
