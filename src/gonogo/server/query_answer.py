"""Turns the JSON answer of a query into series: tuples of numbers.

An answer can have 120,000 series. So a few calls that run in C check and build each series,
and no object is made for a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from gonogo.model.series import Series
from gonogo.server.number_text import number_of, numbers_of
from gonogo.server.shape import Json, JsonObject, Misshapen, data_of, listing, shown

END_OF_TIME = 253_402_300_800
"""The unix time at which the year 10000 begins: no sample can have a later time."""

_MISTAKES = (TypeError, ValueError, KeyError, AttributeError, OverflowError)


Clocks = dict[tuple[Json, ...], tuple[float, ...]]
"""The checked times of each tuple of times in the answer. Series scraped together share one tuple, checked once."""


class QueryAnswer(Struct, frozen=True):
    """The series of one answer.

    Attributes:
        series: the series. A range selector gives samples with their own times. Every other
            expression gives one sample for each series, at the time of evaluation.
        at: the time of evaluation in unix seconds; ``None`` if the answer does not contain it.
    """

    series: tuple[Series, ...]
    at: float | None


def query_answer(envelope: JsonObject, *, histograms: bool = False) -> QueryAnswer:
    """Decode the envelope of an answer of ``/api/v1/query``.

    Series with native histograms are refused unless ``histograms`` is true.

    Raises:
        Misshapen: the result is not a vector, matrix or scalar of plain numbers, or its times run backwards.
    """
    data = data_of(envelope)
    kind = data.get("resultType")
    result = listing(data.get("result"), "the result")
    if kind == "matrix":
        build = partial(_of_any_samples if histograms else _of_samples, {})
        return QueryAnswer(_all(result, build), None)
    if kind == "scalar":
        result = [{"metric": {}, "value": result}]
    elif kind != "vector":
        raise Misshapen(f"the result is of type {kind!r}, not numbers")
    numbers = _numbers(result, histograms=histograms)
    series = _all(result, partial(_of_any_sample if histograms else _of_one_sample, numbers))
    return QueryAnswer(series, series[0].newest if series else None)


def _numbers(items: list[Json], *, histograms: bool) -> Iterator[float] | None:
    """Read the numbers of all items at once, in order. ``None``: one is malformed, so each has to be read alone."""
    try:
        return iter(numbers_of(tuple([i["value"][1] for i in items if not (histograms and "histogram" in i)])))
    except (*_MISTAKES, IndexError):
        return None


def _all(items: list[Json], build: Callable[[Json], Series]) -> tuple[Series, ...]:
    """Build series from the items, and free each item at once: a parsed answer is five times as large as its text."""
    found: list[Series] = []
    items.reverse()
    try:
        while items:
            item = items.pop()
            found.append(build(item))
    except _MISTAKES as error:
        native = isinstance(item, dict) and ("histogram" in item or "histograms" in item)
        what = "is a native histogram, not a number" if native else "is malformed"
        raise Misshapen(f"series {len(found)} of the result {what}: {shown(item)}") from error
    return tuple(found)


def _of_samples(known: Clocks, item: Json) -> Series:
    labels: dict[str, str] = item["metric"]
    times, values = zip(*item["values"], strict=True)
    "".join(labels.values())  # a TypeError unless all values are texts, in a third of the time of a loop
    if "histograms" in item:
        raise ValueError(labels)
    return Series(labels, known.get(times) or _keep(known, times), numbers_of(values))


def _of_any_samples(known: Clocks, item: Json) -> Series:
    if "histograms" not in item:
        return _of_samples(known, item)
    times, shapes = zip(*item["histograms"], strict=True)
    if not all(isinstance(shape, dict) for shape in shapes):
        raise TypeError(shapes)
    labels: dict[str, str] = item["metric"]
    "".join(labels.values())
    numbers = _of_samples(known, {"metric": labels, "values": item["values"]}) if "values" in item else None
    newest = _keep(known, times)[-1]
    return Series(labels, numbers.times if numbers else (), numbers.values if numbers else (), newest)


def _keep(known: Clocks, times: tuple[Json, ...]) -> tuple[float, ...]:
    if sum(times) < 0 or [*times] != sorted(times) or times[-1] >= END_OF_TIME:
        raise ValueError(times)
    kept = known[times] = tuple(map(float, times))
    return kept


def _of_any_sample(numbers: Iterator[float] | None, item: Json) -> Series:
    if "histogram" not in item:
        return _of_one_sample(numbers, item)
    labels: dict[str, str] = item["metric"]
    time, shape = item["histogram"]
    "".join(labels.values())
    if not isinstance(shape, dict) or isinstance(time, str) or not 0 <= time < END_OF_TIME:
        raise TypeError(shape)
    return Series(labels, (), (), float(time))


def _of_one_sample(numbers: Iterator[float] | None, item: Json) -> Series:
    labels: dict[str, str] = item["metric"]
    time, value = item["value"]
    "".join(labels.values())
    if isinstance(time, str) or not 0 <= time < END_OF_TIME:
        raise TypeError(time)
    return Series(labels, (float(time),), (number_of(value) if numbers is None else next(numbers),))
