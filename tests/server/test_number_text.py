"""Numbers as servers write them. Every other text that Python would read as a number is refused."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.server.number_text import number_of, numbers_of
from gonogo.server.shape import Json

ODD = (
    *("0.3_0", "0_0.3_0", " 0.3 ", "0.3\n", "\t1", "\u0660.\u0663", "\uff11", "1\u00a0", "1 2", "1,2", "1,", ""),
    *("nan", "NAN", "+NaN", "-NaN", "Inf", "inf", "+inf", "-Infinity", "infinity", "true", "null", "0x10"),
    *(".5", "5.", "1.e5", "-.5", "-", "e5", "1e", "1e+", "--1", "+-1", "[1]", "1]", "[1", '"1"', "\ud800"),
)
EXACT = {
    "0": 0.0,
    "-0": -0.0,
    "+1": 1.0,
    "007": 7.0,
    "-0.30": -0.3,
    "1e+06": 1e6,
    "1E6": 1e6,
    "1e-07": 1e-7,
    "1e+21": 1e21,
    "0.30000000000000004": 0.1 + 0.2,
    "5e-324": 5e-324,
    "9007199254740993": 2.0**53,
    "1" + "0" * 300: 1e300,
    "1" + "0" * 400: math.inf,
    "1e400": math.inf,
    "+Inf": math.inf,
    "-Inf": -math.inf,
}
LIKE_NUMBERS = st.text("0123456789.+-eENaIinf,_ \n\u0663[]tru", max_size=12)
GRAMMAR = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|NaN|[+-]Inf")


@pytest.mark.parametrize("text", ODD)
def test_a_text_that_no_server_writes_is_refused(text: str) -> None:
    """The text is refused alone and among numbers."""
    with pytest.raises(ValueError, match=r"'"):
        number_of(text)
    for among in ((text,), ("1", text), (text, "1"), ("1", text, "NaN")):
        with pytest.raises(ValueError, match=r"'"):
            numbers_of(among)


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_a_number_is_read_exactly(text: str, value: float) -> None:
    """The number is the same alone, among numbers of JSON, and among others."""
    read = (number_of(text), *numbers_of((text,)), *numbers_of(("1", text))[1:], *numbers_of(("NaN", text))[1:])
    assert read == (value,) * 4
    assert {type(one) for one in read} == {float}


def test_what_is_not_a_number_is_nan_or_infinite() -> None:
    """NaN is a value of its own. No text at all gives no number."""
    assert math.isnan(number_of("NaN"))
    found = numbers_of(("1", "NaN", "+Inf"))
    assert (found[0], found[2], math.isnan(found[1])) == (1.0, math.inf, True)
    assert numbers_of(()) == ()


@pytest.mark.parametrize("value", [1, 1.5, None, True, ["1"], {}])
def test_a_value_that_is_not_a_text_is_an_error(value: Json) -> None:
    """A number of JSON in the place of a text has no exact digits."""
    with pytest.raises(TypeError):
        number_of(value)
    with pytest.raises(TypeError):
        numbers_of(("1", value))


@given(st.lists(LIKE_NUMBERS, max_size=4).map(tuple))
def test_texts_are_read_if_each_follows_the_grammar(texts: tuple[str, ...]) -> None:
    """Many texts are read as each of them alone, and never any other text."""
    valid = all(GRAMMAR.fullmatch(text) for text in texts)
    try:
        read = numbers_of(texts)
    except ValueError:
        read = None
    assert (read is not None) == valid
    assert repr(read) == repr(tuple(map(number_of, texts)) if valid else None)


@given(st.lists(st.floats(allow_nan=False), max_size=5))
def test_every_double_is_read_to_the_last_bit(values: list[float]) -> None:
    """The shortest form of a double is the form that servers write."""
    texts = tuple({math.inf: "+Inf", -math.inf: "-Inf"}.get(value, repr(value)) for value in values)
    assert [value.hex() for value in numbers_of(texts)] == [value.hex() for value in values]
