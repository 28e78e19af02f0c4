"""The server that a verdict asks its follow-up questions, and the answers of several questions in one.

Servers before Prometheus 3.0 cannot read quoted names, so no question about a policy's own names quotes them:
a metric is asked for by a regular expression, and a label whose name is not classic is looked up in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import SourceError
from gonogo.model.series import Series
from gonogo.promql.matchers import quoted
from gonogo.server.api import query
from gonogo.server.http import Client

RECENT = timedelta(hours=24)
"""A subject or a source seen within this time is judged even if it is gone. Source: docs/policy.md, ``subjects``."""

MOST_FOLLOWED = 500
"""The largest number of subjects or sources to ask about by name. Beyond it, all of them count."""

PLACE_LABEL = "gonogo_place"
"""The label that distinguishes the parts of a joint answer."""


class Inquiry(Struct, frozen=True):
    """A server to ask."""

    client: Client
    url: str

    def query(self, expression: str, *, histograms: bool = False, at: float | None = None) -> tuple[Series, ...]:
        """Return the series of an expression, now or at a unix time.

        Raises:
            SourceError: there was no valid answer.
        """
        return query(self.client, self.url, expression, at=at, histograms=histograms).series

    def query_each(self, asked: Mapping[str, str], *, at: float | None = None) -> dict[str, tuple[Series, ...]]:
        """Return the series of several expressions, by their keys, in one question. No expression = no question.

        Raises:
            SourceError: there was no valid answer.
        """
        if not asked:
            return {}
        keys = tuple(asked)
        parts = (
            f'label_replace({asked[key]}, "{PLACE_LABEL}", {quoted(str(place))}, "", "")'
            for place, key in enumerate(keys)
        )
        found: dict[str, list[Series]] = {key: [] for key in keys}
        for series in self.query(" or ".join(parts), at=at):
            place = series.labels.get(PLACE_LABEL, "")
            if not place.isdecimal() or int(place) >= len(keys):
                raise SourceError(
                    "the server answered another question", where=self.url, why=f"no part {place!r} was asked"
                )
            labels = {name: value for name, value in series.labels.items() if name != PLACE_LABEL}
            found[keys[int(place)]].append(Series(labels, series.times, series.values))
        return {key: tuple(rows) for key, rows in found.items()}


def within_a_day(selector: str) -> str:
    """Write the expression for series with a sample within a day. Unlike ``present_over_time`` it keeps the names."""
    return f"last_over_time({selector}[{format_duration(RECENT)}])"
