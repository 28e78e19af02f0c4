r"""Gauges in Prometheus's text format: written, and read back.

Source: Prometheus documentation, "Exposition formats", text format 0.0.4: in a
label value ``\``, ``"`` and line feed are escaped; the last line ends in a line feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_MEANING = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
_ESCAPED = re.compile(r'\\[\\"n]')
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?')


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric with one series: its name, what it means, and its value as it is written."""

    name: str
    meaning: str
    value: str


def exposition(gauges: tuple[Gauge, ...], labels: Mapping[str, str]) -> bytes:
    """Write the gauges, each with the same labels; an empty label is the same as none and left out."""
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items() if value)
    braces = f"{{{pairs}}}" if pairs else ""
    return "".join(
        f"# HELP {gauge.name} {gauge.meaning}\n# TYPE {gauge.name} gauge\n{gauge.name}{braces} {gauge.value}\n"
        for gauge in gauges
    ).encode()


def values(text: str, metric: str, labels: Mapping[str, str]) -> Iterator[float]:
    """Give the values of ``metric`` in all its series that bear ``labels``; a line that makes no sense has none."""
    for line in text.split("\n"):
        if not line.startswith(metric) or line[len(metric) : len(metric) + 1] not in {"{", " ", "\t"}:
            continue
        found, rest = _labels(line[len(metric) :])
        fields = rest.split()
        if fields and labels.items() <= found.items():
            try:
                yield float(fields[0])
            except ValueError:
                continue


def _labels(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    if not text.startswith("{"):
        return found, text
    position = 1
    while match := _LABEL.match(text, position):
        found[match[1]] = _ESCAPED.sub(lambda escape: _MEANING[escape[0]], match[2])
        position = match.end()
    return found, text[position:].lstrip().removeprefix("}")
