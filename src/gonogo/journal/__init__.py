"""The journal: the append-only records of verdicts and runs."""
