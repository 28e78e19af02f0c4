"""The answers of a running server that the checks use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Live:
    """Answers of a server, fetched before the checks run.

    Attributes:
        types: the metric types that targets declare, by metric name.
        found: True or False for the text of an instant selector: the server has, or recently had, such series.
        errors: the evaluation error of an expression, by the text of the expression.
        external_labels: the external labels of the server.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, bool] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    external_labels: Mapping[str, str] = field(default_factory=dict)
