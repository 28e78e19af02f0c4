"""A plain PromQL vector selector: a metric name and label matchers, and nothing else.

A policy gives its counters as such selectors (``http_requests_total{code=~"5.."}``), with names in quotes if they are
not classic (``{"http.requests","http.code"=~"5.."}``). This module narrows the selectors to the policy's realm, and
writes them with their matchers in order.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gonogo.model.replacing import replace
from gonogo.model.series import METRIC_LABEL, is_classic_metric, is_name
from gonogo.promql import re2
from gonogo.promql.matchers import label, quoted


class CounterMatcher(Struct, frozen=True):
    """``label op value`` with ``op`` one of ``= != =~ !~``; the value is unquoted."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        """Write the matcher as PromQL."""
        return f"{label(self.label)}{self.op}{quoted(self.value)}"

    def accepts(self, value: str) -> bool:
        """Return True if a label's value certainly satisfies the matcher. A missing label has the empty value."""
        if self.op in {"=", "!="}:
            return (value == self.value) == (self.op == "=")
        return re2.accepts(self.value, value) is (self.op == "=~")


class CounterSelector(Struct, frozen=True):
    """The name of a metric, and matchers of its labels."""

    metric: str
    matchers: tuple[CounterMatcher, ...] = ()

    def where(self, **labels: str) -> CounterSelector:
        """Return the selector narrowed to series with these labels."""
        asked = tuple(CounterMatcher(label, "=", value) for label, value in labels.items())
        return replace(self, matchers=tuple(dict.fromkeys(self.matchers + asked)))

    def accepts(self, metric: str, labels: Mapping[str, str]) -> bool:
        """Return True if the selector finds the series of this name with these labels."""
        return metric == self.metric and all(m.accepts(labels.get(m.label, "")) for m in self.matchers)

    def __str__(self) -> str:
        """Write the selector as PromQL."""
        matchers = [*map(str, self.matchers)]
        if self.metric and not is_classic_metric(self.metric):
            return f"{{{','.join((quoted(self.metric), *matchers))}}}"
        return f"{self.metric}{{{','.join(matchers)}}}" if matchers else self.metric


def parse_selector(text: str) -> CounterSelector:
    """Read a plain vector selector.

    Raises:
        ValueError: the text has no metric name, or is more than a selector (a function, a range, an offset,
            arithmetic).
    """
    from gonogo.promql.parser import parse  # noqa: PLC0415 - a beat needs no PromQL
    from gonogo.promql.refusal import Refusal  # noqa: PLC0415 - as above
    from gonogo.promql.tree import Vector  # noqa: PLC0415 - as above

    try:
        node = parse(text)
    except Refusal as refusal:
        raise _refusal(text) from refusal
    if not isinstance(node, Vector) or node.metric is None or node != Vector(node.metric, node.matchers):
        raise _refusal(text)
    matchers = tuple(CounterMatcher(one.label, one.op, one.value) for one in node.matchers)
    if not all(is_name(one.label) and one.label != METRIC_LABEL for one in matchers):
        raise _refusal(text)
    return CounterSelector(node.metric, matchers)


def _refusal(text: str) -> ValueError:
    return ValueError(
        f"{text!r} is not a plain counter selector; write a metric name with label matchers, "
        'such as http_requests_total{job="api",code=~"5.."}, and record anything more in a rule of its own'
    )
