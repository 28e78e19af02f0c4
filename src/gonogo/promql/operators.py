"""The comparison operators of PromQL."""

from __future__ import annotations

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
"""Comparisons. Without ``bool`` they keep the left vector's samples that pass. With ``bool`` they give 0 or 1."""

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that means the same after its sides are exchanged."""
