"""Signals: the named series that a policy reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Scope(StrEnum):
    """Whether each subject has a series of its own, or all share one."""

    SUBJECT = "subject"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The values that can be meant, both ends included; anything outside is not evidence."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        """Tell whether a finite value can be meant."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Write it as mathematicians do, with infinite ends open."""
        left = "(-∞" if self.low == -math.inf else f"[{self.low:g}"
        right = "∞)" if self.high == math.inf else f"{self.high:g}]"
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Signal:
    """A named series that conditions speak of.

    Attributes:
        name: what conditions call it.
        metric: the metric's name on the server.
        labels: labels its series must bear, the realm left out.
        range: the values that can be meant.
        max_age: how old the newest sample may be; ``None`` = two intervals of what
            makes it (its rule group, or its scrape job) and 5 s.
        push_max_age: how old the last push under it may be; ``None`` = the larger of
            ``max_age`` and 5 min.
        scope: whether each subject has its own.
        each: label sets of which every one must be there as one series (one for each
            SLO, say); the default asks for one series.
        written_at: the metric in which the writer put its own unix time, where there
            is one: it must not lie ahead of the server's clock.
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
