"""Query answers: valid answers are read, and malformed answers are refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.series import Series
from gonogo.server.query_answer import query_answer
from gonogo.server.shape import Misshapen

LABELS = {"__name__": "up"}


def envelope(kind: object, result: object, **more: object) -> dict[str, Any]:
    """Put a result into the envelope of an answer."""
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


@pytest.mark.parametrize(
    ("kind", "result", "why"),
    [
        ("string", [1, "a"], "of type 'string'"),
        (None, [], "of type None"),
        ("matrix", None, "the result is not a list"),
        ("matrix", ["up"], "series 0 of the result is malformed"),
        ("matrix", [{"metric": LABELS}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": []}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, "1", 2]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, "1"], [2]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, 1.0]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [["1", "1"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[None, "1"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, "one"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, "0.3_0"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[1, "1"], [2, " 0.3 "]]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": [1, "\u0660.\u0663"]}], "malformed"),
        ("scalar", [1, "0.3\n"], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[2, "1"], [1, "1"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "values": [[-1, "1"]]}], "malformed"),
        ("matrix", [{"metric": {"a": 1}, "values": [[1, "1"]]}], "malformed"),
        ("matrix", [{"metric": ["a"], "values": [[1, "1"]]}], "malformed"),
        ("matrix", [{"metric": LABELS, "histograms": [[1, {}]]}], "native histogram"),
        ("matrix", [{"metric": LABELS, "values": [[1, "1"]], "histograms": [[2, {}]]}], "native histogram"),
        ("vector", [{"metric": LABELS, "histogram": [1, {}]}], "native histogram"),
        ("vector", [{"metric": LABELS, "value": [1]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": ["1", "1"]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": [1, 1]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": [1, "1"]}, {"metric": LABELS}], "series 1 of"),
        ("matrix", [{"metric": LABELS, "values": [[1, "1"], [253_402_300_800, "1"]]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": [1e18, "1"]}], "malformed"),
        ("vector", [{"metric": LABELS, "value": [-1, "1"]}], "malformed"),
        ("scalar", [], "malformed"),
    ],
)
def test_a_malformed_answer_is_refused(kind: object, result: object, why: str) -> None:
    """One malformed series makes the whole answer invalid."""
    with pytest.raises(Misshapen, match=why):
        query_answer(envelope(kind, result))


@given(st.lists(st.sampled_from(["number", "histogram", "both"]), max_size=5), st.booleans())
def test_each_series_of_a_vector_has_its_own_number(kinds: list[str], histograms: bool) -> None:  # noqa: FBT001 - of the test
    """Numbers are read together, and a histogram among them does not move them."""
    items = [
        {
            "metric": {"place": str(place)},
            **({"value": [1, str(place)]} if kind != "histogram" else {}),
            **({"histogram": [1, NATIVE]} if kind != "number" else {}),
        }
        for place, kind in enumerate(kinds)
    ]
    if "histogram" in kinds and not histograms:
        with pytest.raises(Misshapen, match="native histogram"):
            query_answer(envelope("vector", items))
        return
    found = query_answer(envelope("vector", items), histograms=histograms).series
    numbers = {int(one.labels["place"]): one.values for one in found if one.values}
    expected = [place for place, kind in enumerate(kinds) if kind == "number" or not histograms]
    assert numbers == {place: (float(place),) for place in expected}


@pytest.mark.parametrize("odd", [{}, {"data": None}, {"data": []}, {"data": {}}])
def test_an_envelope_without_data_is_refused(odd: dict[str, Any]) -> None:
    """Missing data does not count as empty data."""
    with pytest.raises(Misshapen):
        query_answer(odd)


def test_samples_keep_their_own_times() -> None:
    """A matrix gives every sample with its time, also for whole seconds, NaN and infinities."""
    values = [[1, "NaN"], [1.5, "+Inf"], [2, "-Inf"], [3, "0.6000001"], [4, "1e+03"]]
    answer = query_answer(envelope("matrix", [{"metric": LABELS, "values": values}]))
    (series,) = answer.series
    assert series.times == (1.0, 1.5, 2.0, 3.0, 4.0)
    assert math.isnan(series.values[0])
    assert series.values[1:] == (math.inf, -math.inf, 0.6000001, 1000.0)
    assert all(type(time) is float for time in series.times)
    assert answer.at is None


NATIVE = {"count": "2", "sum": "3", "buckets": [[0, "1", "2", "2"]]}


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("matrix", {"metric": LABELS, "histograms": []}),
        ("matrix", {"metric": LABELS, "histograms": [[1]]}),
        ("matrix", {"metric": LABELS, "histograms": [[1, "2"]]}),
        ("matrix", {"metric": LABELS, "histograms": [["1", NATIVE]]}),
        ("matrix", {"metric": LABELS, "histograms": [[2, NATIVE], [1, NATIVE]]}),
        ("matrix", {"metric": LABELS, "histograms": [[253_402_300_800, NATIVE]]}),
        ("matrix", {"metric": {"a": 1}, "histograms": [[1, NATIVE]]}),
        ("matrix", {"metric": LABELS, "histograms": [[1, NATIVE]], "values": []}),
        ("matrix", {"metric": LABELS, "histograms": [[1, NATIVE]], "values": [[1, "one"]]}),
        ("matrix", {"metric": LABELS}),
        ("vector", {"metric": LABELS, "histogram": [1]}),
        ("vector", {"metric": LABELS, "histogram": [1, "2"]}),
        ("vector", {"metric": LABELS, "histogram": ["1", NATIVE]}),
        ("vector", {"metric": LABELS, "histogram": [-1, NATIVE]}),
        ("vector", {"metric": {"a": 1}, "histogram": [1, NATIVE]}),
        ("vector", {"metric": LABELS}),
    ],
)
def test_a_malformed_histogram_is_refused(kind: str, item: dict[str, Any]) -> None:
    """Allowed histograms must still have the shape of the API."""
    with pytest.raises(Misshapen):
        query_answer(envelope(kind, [item]), histograms=True)


def test_the_newest_time_of_native_histograms_is_kept() -> None:
    """A histogram is alone, beside numbers in the same series, or beside series of numbers."""
    matrix = [
        {"metric": LABELS, "histograms": [[1, NATIVE], [2.5, NATIVE]]},
        {"metric": LABELS, "values": [[1, "7"], [3, "8"]], "histograms": [[2, NATIVE]]},
        {"metric": LABELS, "values": [[1, "7"]]},
    ]
    answer = query_answer(envelope("matrix", matrix), histograms=True)
    assert answer.series == (
        Series(LABELS, (), (), 2.5),
        Series(LABELS, (1.0, 3.0), (7.0, 8.0), 2.0),
        Series(LABELS, (1.0,), (7.0,)),
    )
    assert [series.newest for series in answer.series] == [2.5, 3.0, 1.0]
    vector = [{"metric": LABELS, "histogram": [4, NATIVE]}, {"metric": LABELS, "value": [4, "1"]}]
    answer = query_answer(envelope("vector", vector), histograms=True)
    assert answer.series == (Series(LABELS, (), (), 4.0), Series(LABELS, (4.0,), (1.0,)))
    assert answer.at == 4.0


def test_a_vector_and_a_scalar_have_one_sample_at_the_time_of_evaluation() -> None:
    """A vector and a scalar become series of one sample."""
    vector = query_answer(envelope("vector", [{"metric": LABELS, "value": [7.25, "1"]}]))
    assert vector.series == (Series(LABELS, (7.25,), (1.0,)),)
    assert vector.at == 7.25
    assert query_answer(envelope("scalar", [7, "3"])).series == (Series({}, (7.0,), (3.0,)),)
    assert query_answer(envelope("vector", [])).at is None


@given(
    st.lists(
        st.tuples(st.floats(0, 4e9, allow_nan=False), st.floats(allow_nan=False, allow_infinity=False)), min_size=1
    )
)
def test_every_double_is_read_exactly(samples: list[tuple[float, float]]) -> None:
    """A number that a server writes in full is read to the last bit."""
    ordered = sorted(samples)
    values = [[time, repr(value)] for time, value in ordered]
    (series,) = query_answer(envelope("matrix", [{"metric": LABELS, "values": values}])).series
    assert list(zip(series.times, series.values, strict=True)) == ordered
