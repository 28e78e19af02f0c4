"""Where groups of rules stand in a YAML document: at its top, or in ``PrometheusRule`` resources.

Source: Prometheus operator, API reference, ``PrometheusRule``; Kubernetes ``List``.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.rules.files import Loc
from gonogo.strict_yaml import YamlDocument

CUSTOM_KIND = "PrometheusRule"

OPERATOR_GROUP_KEYS = ("partial_response_strategy",)
"""Keys of groups that the operator knows and Prometheus does not."""


def homes(document: YamlDocument, base: Loc = ()) -> Iterator[tuple[Loc, bool]]:
    """Find the mappings that hold groups, and tell which are of custom resources."""
    value = document.at(base)
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(value, dict) and kind == CUSTOM_KIND:
        yield (*base, "spec"), True
    elif isinstance(value, dict) and isinstance(kind, str) and isinstance(items := value.get("items"), list):
        for place in range(len(items)):
            yield from homes(document, (*base, "items", place))
    elif kind is None or not base:
        yield base, False
