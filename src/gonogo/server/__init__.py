"""The shell around Prometheus: its HTTP API, its tools and its processes."""
