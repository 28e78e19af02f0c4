"""One gate a file: what it asks, the signals it reads and the rules that make them."""
