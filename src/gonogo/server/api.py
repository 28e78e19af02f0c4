"""Reads samples and labels from a server's API.

Range selectors go to the instant-query endpoint: there every sample comes with its
real time, and there is no limit of 11,000 points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from urllib.parse import quote

from gonogo.errors import SourceError
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.query_answer import END_OF_TIME, QueryAnswer, query_answer
from gonogo.server.shape import JsonObject, listing, text, texts
from gonogo.server.versions import NOW, warnings_of

__all__ = ["LabelAnswer", "QueryAnswer", "label_values", "query", "series_labels", "server_time"]


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """The values of a label. If there are ``warnings``, some values may be missing."""

    values: tuple[str, ...]
    warnings: tuple[str, ...]


def query(
    client: Client, base_url: str, promql: str, *, at: float | None = None, histograms: bool = False
) -> QueryAnswer:
    """Evaluate an expression, now or at a unix time. A range selector gives raw samples.

    Native histograms in the answer are read if ``histograms`` is true, and are refused otherwise.

    The request contains the client's timeout, so that the server does not go on computing
    after the client has left.

    Raises:
        SourceError: there was no valid answer, or the answer does not consist of numbers.
    """
    form = {"query": promql, "timeout": f"{client.settings.timeout // timedelta(milliseconds=1)}ms"}
    form |= NOW if at is None else {"time": f"{at:.3f}"}
    answer = ask(
        client, base_url, "/api/v1/query", partial(query_answer, histograms=histograms), form, partial_too=True
    )
    return replace(answer, warnings=_shown(client, answer.warnings)) if answer.warnings else answer


def server_time(client: Client, base_url: str) -> float:
    """Ask for the server's own time in unix seconds.

    Raises:
        SourceError: there was no valid answer.
    """
    answer = query(client, base_url, "time()")
    times = [value for series in answer.series for value in series.values]
    if len(times) != 1 or not 0 < times[0] < END_OF_TIME:
        raise SourceError(
            "the server did not return its time",
            where=base_url,
            why=f"time() is {', '.join(map(str, times[:3])) or 'empty'}",
            next_step="check that this is a server of the Prometheus family, and that its clock is right",
        )
    return times[0]


def label_values(client: Client, base_url: str, label: str, match: str, start: float, end: float) -> LabelAnswer:
    """List a label's values among the series that matched a selector between two unix times.

    Raises:
        SourceError: there was no valid answer.
    """
    path = f"/api/v1/label/{quote(label, safe='')}/values"
    answer = ask(client, base_url, path, _values, _within(match, start, end), partial_too=True)
    return replace(answer, warnings=_shown(client, answer.warnings))


def series_labels(client: Client, base_url: str, match: str, start: float, end: float) -> tuple[Mapping[str, str], ...]:
    """List the labels of the series that matched a selector between two unix times.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/series", _label_sets, _within(match, start, end))


def _shown(client: Client, warnings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the warnings in a form that is safe to show."""
    return tuple(client.quoted(warning.encode()) for warning in warnings)


def _within(match: str, start: float, end: float) -> dict[str, str]:
    return {"match[]": match, "start": f"{start:.3f}", "end": f"{end:.3f}"}


def _values(envelope: JsonObject) -> LabelAnswer:
    values = tuple(text(value, "a label's value") for value in listing(envelope.get("data"), "data"))
    return LabelAnswer(values, warnings_of(envelope))


def _label_sets(envelope: JsonObject) -> tuple[Mapping[str, str], ...]:
    return tuple(texts(labels, "the labels") for labels in listing(envelope.get("data"), "data"))
