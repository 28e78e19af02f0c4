"""Reads samples, labels and metric types from a server's API, and lets the server read expressions.

Range selectors go to the instant-query endpoint: there every sample comes with its
real time, and there is no limit of 11,000 points.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import orjson

from gonogo.errors import SourceError
from gonogo.server.envelope import OF_THE_EXPRESSION, ask, refused
from gonogo.server.http import Client
from gonogo.server.query_answer import END_OF_TIME, QueryAnswer, query_answer
from gonogo.server.question import Form
from gonogo.server.shape import JsonObject, data_of, listing, mapping, text, texts
from gonogo.server.versions import NOW

__all__ = ["QueryAnswer", "label_values", "query", "series_labels", "server_time"]


def query(
    client: Client, base_url: str, promql: str, *, at: float | None = None, histograms: bool = False
) -> QueryAnswer:
    """Evaluate an expression, now or at a unix time. A range selector gives raw samples.

    Native histograms in the answer are read if ``histograms`` is true, and are refused otherwise.

    The request contains the time that the client waits, so that the server does not go on computing
    after the client has left.

    Raises:
        SourceError: there was no valid answer, or the answer does not consist of numbers.
    """
    form = _form(client, promql) | (NOW if at is None else {"time": f"{at:.3f}"})
    return ask(client, base_url, "/api/v1/query", partial(query_answer, histograms=histograms), form)


def server_time(client: Client, base_url: str) -> float:
    """Ask for the server's own time in unix seconds."""
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


def label_values(
    client: Client, base_url: str, label: str, matches: tuple[str, ...], start: float, end: float
) -> tuple[str, ...]:
    """List a label's values among the series that matched any of some selectors between two unix times.

    This part of the API can only be asked by GET, so the selectors must not be long.
    """
    path = f"/api/v1/label/{quote(label, safe='')}/values"
    return ask(client, base_url, path, _values, _within(matches, start, end))


def series_labels(client: Client, base_url: str, match: str, start: float, end: float) -> tuple[Mapping[str, str], ...]:
    """List the labels of the series that matched a selector between two unix times."""
    return ask(client, base_url, "/api/v1/series", _label_sets, _within((match,), start, end))


def _form(client: Client, promql: str) -> dict[str, str]:
    return {"query": promql, "timeout": f"{client.patience // timedelta(milliseconds=1)}ms"}


def _within(matches: tuple[str, ...], start: float, end: float) -> Form:
    return {"match[]": matches, "start": f"{start:.3f}", "end": f"{end:.3f}"}


def _values(envelope: JsonObject) -> tuple[str, ...]:
    return tuple(text(value, "a label's value") for value in listing(envelope.get("data"), "data"))


def _label_sets(envelope: JsonObject) -> tuple[Mapping[str, str], ...]:
    return tuple(texts(labels, "the labels") for labels in listing(envelope.get("data"), "data"))


def formatted(client: Client, base_url: str, promql: str) -> str | None:
    """Return an expression as the server formats it; None if the server cannot read it, or has no such endpoint."""
    try:
        return ask(client, base_url, "/api/v1/format_query", _expression, {"query": promql})
    except SourceError:
        return None


def _expression(envelope: JsonObject) -> str:
    return text(envelope.get("data"), "the expression")


def metric_types(client: Client, base_url: str) -> Mapping[str, str]:
    """Return the type of each metric by its name. A metric whose targets declare different types is left out."""
    return ask(client, base_url, "/api/v1/metadata", _types)


def _types(envelope: JsonObject) -> Mapping[str, str]:
    types = {}
    for metric, entries in data_of(envelope).items():
        declared = {text(mapping(e, metric).get("type"), f"the type of {metric}") for e in listing(entries, metric)}
        if len(declared) == 1:
            types[metric] = declared.pop()
    return types


def evaluation_error(client: Client, base_url: str, promql: str) -> str | None:
    """Evaluate an expression once, now. Return the server's error if the expression cannot be evaluated, else None.

    Raises:
        SourceError: there was no answer, or an error that is not about the expression, such as a timeout.
    """
    answer = client.get(base_url, "/api/v1/query", _form(client, promql))
    try:
        envelope = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        envelope = None
    if not isinstance(envelope, dict):
        envelope = {}
    if envelope.get("status") == "success":
        return None
    if envelope.get("errorType") in OF_THE_EXPRESSION:
        return client.quoted(str(envelope.get("error")).encode())
    raise refused(answer, client.quoted(answer.body))
