"""The keys of rule files that vmalert knows and Prometheus does not know.

Source: vmalert's documentation, "Groups" and "Rules". Tested with ``vmalert -dryRun`` of 1.79
and of 1.145.
"""

from __future__ import annotations

from enum import StrEnum

VMALERT_GROUP_KEYS = (
    *("concurrency", "params", "type"),  # in 1.79 already
    *("debug", "eval_alignment", "eval_delay", "eval_offset", "headers", "notifier_headers"),  # in 1.145
)
VMALERT_RULE_KEYS = ("debug", "update_entries_limit")
"""Keys of 1.145 that 1.79 does not know."""

NOT_IN_VMALERT = ("query_offset",)
"""Keys of a group that Prometheus knows and vmalert refuses."""


class Dialect(StrEnum):
    """The program that a rule file is written for."""

    PROMETHEUS = "prometheus"
    VICTORIA_METRICS = "victoriametrics"
