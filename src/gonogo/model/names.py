"""Names of metrics and labels: classic names, and the UTF-8 names that Prometheus accepts since 3.0.

A classic name has letters, digits and ``_`` (a metric also ``:``) and does not begin with a digit. Since 3.0 a
name is any text that is not empty and can be written in UTF-8. Source: Prometheus documentation, "Data model".
"""

from __future__ import annotations

import re
from functools import lru_cache

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@lru_cache(maxsize=4096)
def is_classic_metric(name: str) -> bool:
    """Return whether every version of Prometheus accepts this name of a metric."""
    return _METRIC.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def is_classic_label(name: str) -> bool:
    """Return whether every version of Prometheus accepts this name of a label."""
    return _LABEL.fullmatch(name) is not None


def is_name(name: str) -> bool:
    """Return whether Prometheus 3.0 and later accept this name of a metric or a label."""
    return name != "" and not any("\ud800" <= character <= "\udfff" for character in name)
