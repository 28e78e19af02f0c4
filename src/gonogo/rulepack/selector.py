"""A plain PromQL vector selector: a metric name and label matchers, and nothing else.

A policy gives its counters as such selectors (``http_requests_total{code=~"5.."}``), with names in quotes if they are
not classic (``{"http.requests","http.code"=~"5.."}``). This module reads the selectors, narrows them to the policy's
realm, and writes them out again. Source of the grammar: Prometheus documentation, "Querying basics".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gonogo.model.series import METRIC_LABEL, is_classic_label, is_classic_metric, is_name
from gonogo.promql import re2
from gonogo.promql.matchers import label, quoted

_NAME = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*")
_ESCAPE = r"\\(?:[abfnrtv\\'\"]|x[0-7][0-9a-fA-F]|u[0-9a-fA-F]{4}|[01][0-7]{2})"
_STRING = rf'"(?:[^"\\\n]|{_ESCAPE})*"|\'(?:[^\'\\\n]|{_ESCAPE})*\'|`[^`]*`'
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_MATCHER = re.compile(rf"\s*(?:([a-zA-Z_][a-zA-Z0-9_]*|{_STRING})\s*(=~|!~|!=|=)\s*)?({_STRING})\s*(,|(?=\}}))")
_END = re.compile(r"\s*\}\s*")


@dataclass(frozen=True, slots=True)
class CounterMatcher:
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


@dataclass(frozen=True, slots=True)
class CounterSelector:
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
    name = _NAME.match(text)
    metric, place = (name[1] or "", name.end()) if name else ("", 0)
    matchers: list[CounterMatcher] = []
    if place < len(text):
        matchers = _matchers(text, place)
    named = [m for m in matchers if m.label == METRIC_LABEL and m.op == "="]
    names = [name for name in (metric, *(m.value for m in named)) if name]
    if len(names) != 1 or not all(is_name(m.label) for m in matchers):
        raise _refusal(text)
    return CounterSelector(names[0], tuple(m for m in matchers if m not in named))


def _matchers(text: str, place: int) -> list[CounterMatcher]:
    if text[place] != "{":
        raise _refusal(text)
    place += 1
    found = []
    while match := _MATCHER.match(text, place):
        name, op = (_name(match[1]), match[2]) if match[1] else (METRIC_LABEL, "=")
        found.append(CounterMatcher(name, op, _unquoted(match[3])))
        place = match.end()
    if _END.fullmatch(text, place) is None:
        raise _refusal(text)
    return found


def _name(written: str) -> str:
    return written if is_classic_label(written) else _unquoted(written)


def _unquoted(literal: str) -> str:
    inner = literal[1:-1]
    return inner if literal.startswith("`") else re.sub(_ESCAPE, _unescaped, inner)


def _unescaped(escape: re.Match[str]) -> str:
    kind, digits = escape[0][1], escape[0][2:]
    if kind in "xu":
        return chr(int(digits, 16))
    return chr(int(kind + digits, 8)) if digits else _CONTROLS.get(kind, kind)


def _refusal(text: str) -> ValueError:
    return ValueError(
        f"{text!r} is not a plain counter selector; write a metric name with label matchers, "
        'such as http_requests_total{job="api",code=~"5.."}, and record anything more in a rule of its own'
    )
