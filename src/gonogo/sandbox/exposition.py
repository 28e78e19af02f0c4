"""Writes the current values of the scripted sources in Prometheus's text format, with types.

Source: Prometheus documentation, "Exposition formats", text format 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from gonogo.model.series import REALM_LABEL
from gonogo.sandbox.sources import RawSource

_HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")


def exposition(values: Iterable[tuple[RawSource, float]], realm: str) -> bytes:
    """Return each source with its value. The scrape or the push adds the labels job and instance."""
    lines = []
    for (family, kind), members in groupby(values, lambda pair: _family(pair[0])):
        lines.append(f"# HELP {family} Scripted for the sandbox.\n# TYPE {family} {kind}\n")
        for source, value in members:
            labels = {REALM_LABEL: realm, **source.labels}
            pairs = ",".join(f'{name}="{text}"' for name, text in labels.items())
            lines.append(f"{source.name}{{{pairs}}} {value!r}\n")
    return "".join(lines).encode()


def _family(source: RawSource) -> tuple[str, str]:
    for part in _HISTOGRAM_PARTS:
        if source.name.endswith(part):
            return source.name.removesuffix(part), "histogram"
    return source.name, "counter" if source.counter else "gauge"
