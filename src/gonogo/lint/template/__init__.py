"""Reads the Go templates of alert labels and annotations, as Prometheus expands them."""
