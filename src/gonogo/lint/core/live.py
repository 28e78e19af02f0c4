"""What a running server says of its metrics, as far as the checks ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Live:
    """Answers of a server, fetched before the checks run.

    Attributes:
        types: the metric types that targets declare, by metric name.
        found: for the text of an instant selector, whether the server has or had such series lately.
        errors: for an expression's text, the error that evaluating it once gave.
        external_labels: the server's own.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, bool] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    external_labels: Mapping[str, str] = field(default_factory=dict)
