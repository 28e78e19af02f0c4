"""The HTTP client, and the API of Prometheus and of servers that speak it."""
