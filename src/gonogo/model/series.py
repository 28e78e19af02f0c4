"""Series as a server returned them: labels, and samples with their own timestamps; and the names that they can have.

A classic name has letters, digits and ``_`` (a metric also ``:``) and does not begin with a digit. Since 3.0 a
name is any text that is not empty and can be written in UTF-8. Source: Prometheus documentation, "Data model".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

METRIC_LABEL = "__name__"
"""The label with the name of the metric."""

UP = "up"
"""The series that a server writes about each target: 1 if the target was scraped, 0 if it is down."""

SCRAPE = "scrape_"
"""The beginning of the names of the other series that a server writes about its own scrapes."""

REALM_LABEL = "metric_realm"
"""The label that every signal of a policy with a realm must have."""

HEARTBEAT_OK = "heartbeat_ok"
"""The signal that is 1 while the heartbeat beats, and then 0."""


class Series(Struct, frozen=True):
    """A series: its labels and its samples, oldest first.

    ``times`` are unix seconds. ``values`` are IEEE doubles, NaN and infinities
    included. Both have the same length. An instant answer is a series of one
    sample; its time is the time of the evaluation, not of the sample. A native
    histogram is a sample without a value: only the time of the newest one is kept,
    as ``histogram_at``.
    """

    labels: Mapping[str, str]
    times: tuple[float, ...]
    values: tuple[float, ...]
    histogram_at: float | None = None

    @property
    def newest(self) -> float | None:
        """Return the time of the newest sample, float or histogram; ``None`` if there is no sample."""
        newest = self.times[-1] if self.times else None
        if self.histogram_at is None or newest is None:
            return self.histogram_at if newest is None else newest
        return max(newest, self.histogram_at)

    @property
    def has_one_value_a_time(self) -> bool:
        """Return whether no time stands twice in the series. In Prometheus none can, in VictoriaMetrics it can."""
        return len({*self.times}) == len(self.times)

    @property
    def metric(self) -> str:
        """Return the name of the metric; empty if the answer has no name."""
        return self.labels.get(METRIC_LABEL, "")


def by_metric(found: Iterable[Series]) -> dict[str, list[Series]]:
    """Sort series by the name of their metric."""
    sorted_: dict[str, list[Series]] = {}
    for series in found:
        sorted_.setdefault(series.metric, []).append(series)
    return sorted_


def subject_key(labels: Mapping[str, str], subjects: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the values of the subject labels; ``None`` if a label is missing or empty."""
    key = tuple([labels.get(name, "") for name in subjects])
    return key if all(key) else None


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
    return name != "" and (name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name))
