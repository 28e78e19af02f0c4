"""Series as a server answered them: labels, and samples with their own timestamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

METRIC_LABEL = "__name__"
"""The label that holds the metric's name."""

REALM_LABEL = "metric_realm"
"""The label that every signal of a policy with a realm must carry."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels and its samples, oldest first.

    ``times`` are unix seconds and ``values`` IEEE doubles, NaN and infinities
    included; both have the same length. An instant answer is a series of one
    sample whose time is that of the evaluation, not of the sample. A native histogram
    is a sample without a value: of these only the newest is kept, by its time,
    ``histogram_at``.
    """

    labels: Mapping[str, str]
    times: tuple[float, ...]
    values: tuple[float, ...]
    histogram_at: float | None = None

    @property
    def newest(self) -> float | None:
        """The time of the newest sample of either kind; ``None`` without any."""
        newest = self.times[-1] if self.times else None
        if self.histogram_at is None or newest is None:
            return self.histogram_at if newest is None else newest
        return max(newest, self.histogram_at)

    @property
    def metric(self) -> str:
        """The metric's name; empty where the answer carries none."""
        return self.labels.get(METRIC_LABEL, "")


def subject_key(labels: Mapping[str, str], subjects: tuple[str, ...]) -> tuple[str, ...] | None:
    """Pick the values of the subject labels; ``None`` where one is missing or empty."""
    key = tuple([labels.get(name, "") for name in subjects])
    return key if all(key) else None
