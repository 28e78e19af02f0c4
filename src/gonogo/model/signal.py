"""Signals: the named series that a policy reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Scope(StrEnum):
    """The scope of a signal: each subject has its own series, or all subjects share one."""

    SUBJECT = "subject"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The values that a signal can have, both ends included. A value outside is not evidence."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        """Return whether a finite value is in the range."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the range in mathematical notation, with infinite ends open."""
        left = "(-∞" if self.low == -math.inf else f"[{self.low:g}"
        right = "∞)" if self.high == math.inf else f"{self.high:g}]"
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Signal:
    """A named series that conditions read.

    Attributes:
        name: the name that conditions use.
        metric: the name of the metric on the server.
        labels: labels that the series must have, besides the realm.
        range: the values that the signal can have.
        max_age: the greatest age of the newest sample; ``None`` = two intervals of the
            rule group or the scrape job that makes the signal, and 5 s.
        push_max_age: the greatest age of the last push that feeds the signal; ``None`` =
            the larger of ``max_age`` and 5 min.
        scope: one series for each subject, or one series for all.
        each: label sets. There must be exactly one series for each set, such as one for
            each SLO. The default asks for one series.
        written_at: the metric with the unix time of the writer, if there is one. That
            time must not be ahead of the server's clock.
    """

    name: str
    metric: str
    labels: Mapping[str, str] = field(default_factory=dict)
    range: ValueRange = ValueRange()
    max_age: timedelta | None = None
    push_max_age: timedelta | None = None
    scope: Scope = Scope.SUBJECT
    each: tuple[Mapping[str, str], ...] = ({},)
    written_at: str | None = None
