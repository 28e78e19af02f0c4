r"""Writes metrics in Prometheus's text format, and reads them back.

Source: Prometheus documentation, "Exposition formats", text format 0.0.4. In a label
value ``\``, ``"`` and line feed are escaped. The last line ends in a line feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

_LABEL = re.compile(r'(?P<name>\w+|"(?:[^"\\]|\\.)*")="(?P<value>(?:[^"\\]|\\.)*)"')
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Gauge(Struct, frozen=True):
    """A metric with one series: its name, its help text, and its value as text."""

    name: str
    meaning: str
    value: str


def exposition(gauges: tuple[Gauge, ...], labels: Mapping[str, str]) -> bytes:
    """Write the gauges, each with the same labels."""
    return "".join(
        family(gauge.name, "gauge", gauge.meaning, (f"{identity(gauge.name, labels)} {gauge.value}\n",))
        for gauge in gauges
    ).encode()


def family(name: str, kind: str, meaning: str, lines: Iterable[str]) -> str:
    """Write a family of metrics: its help text, its type, and the lines of its series."""
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n{''.join(lines)}"


def identity(name: str, labels: Mapping[str, str]) -> str:
    """Write the name and labels of a series. A label with an empty value is left out: both mean the same."""
    pairs = ",".join(_pair(*label) for label in labels.items() if label[1])
    return f"{name}{{{pairs}}}" if pairs else name


def values(text: str, metric: str, labels: Mapping[str, str]) -> Iterator[float]:
    """Yield the values of ``metric`` in all its series that have ``labels``. A malformed line has no value.

    The function searches for labels in the form that this module and every exporter in Go write,
    without spaces. A quote inside a value is escaped, so no value looks like a label.
    """
    wanted = [f",{_pair(*label)}" for label in labels.items()]
    for line in text.split("\n"):
        if not line.startswith(metric):
            continue
        pairs, brace, sample = line[len(metric) :].rpartition("}")
        named = pairs.startswith("{") if brace else sample.startswith(" ")
        if named and all(pair in f",{pairs[1:]}" for pair in wanted):
            yield from _number(sample)


def label_sets(text: str, metric: str) -> Iterator[dict[str, str]]:
    """Yield the labels of each series of ``metric``. Their values are still escaped."""
    for line in text.split("\n"):
        if line.startswith((f"{metric}{{", f"{metric} ")):
            pairs = line[len(metric) :].rpartition("}")[0]
            yield {match["name"]: match["value"] for match in _LABEL.finditer(pairs)}


def written(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels in the form that a file has: the values are escaped, and labels without a value are left out."""
    return {name: value.translate(_ESCAPES) for name, value in labels.items() if value}


def _number(sample: str) -> Iterator[float]:
    try:
        yield float(sample.split(maxsplit=1)[0])
    except (IndexError, ValueError):
        return


def _pair(name: str, value: str) -> str:
    return f'{name}="{value.translate(_ESCAPES)}"'
