"""The operators of PromQL, by what they do with their operands."""

from __future__ import annotations

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
"""Without ``bool`` they let the left vector's samples through that pass; with it they give 0 or 1."""

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that says the same with its sides exchanged."""
