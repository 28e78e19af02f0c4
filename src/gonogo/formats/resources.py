"""Finds the groups of rules in a YAML document: at its top, or in ``PrometheusRule`` resources.

Source: Prometheus operator, API reference, ``PrometheusRule``; Kubernetes ``List``.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.yaml import Loc, YamlDocument

CUSTOM_KIND = "PrometheusRule"
_LIST_KIND = "PrometheusRuleList"

OPERATOR_GROUP_KEYS = ("partial_response_strategy",)
"""Keys of groups that the operator knows and Prometheus does not know."""


def homes(document: YamlDocument, base: Loc = (), kind_of_items: str | None = None) -> Iterator[tuple[Loc, bool]]:
    """Yield the place of each mapping with groups, and true if the mapping belongs to a custom resource.

    Args:
        document: the document to search.
        base: the place to search.
        kind_of_items: the kind of an item of a list that does not name its kind.
    """
    value = document.at(base)
    kind = value.get("kind", kind_of_items) if isinstance(value, dict) else None
    if isinstance(value, dict) and kind == CUSTOM_KIND:
        yield (*base, "spec"), True
    elif isinstance(value, dict) and isinstance(kind, str) and isinstance(items := value.get("items"), list):
        of_items = CUSTOM_KIND if kind == _LIST_KIND else None
        for place in range(len(items)):
            yield from homes(document, (*base, "items", place), of_items)
    elif not base:
        yield base, False
