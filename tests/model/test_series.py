"""Tests of names: classic names, and the free names of Prometheus 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.series import is_classic_label, is_classic_metric, is_name


@pytest.mark.parametrize("name", ["", "\ud800", "a\udfff"])
def test_an_empty_or_undecodable_text_is_not_a_name(name: str) -> None:
    """UTF-8 cannot write a lone surrogate."""
    assert not is_name(name)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a.b", "a b", "ä", "a\n", "٣", "{a}"])
def test_a_name_with_other_characters_is_not_classic(name: str) -> None:
    """Only ASCII letters, digits and the underscore are classic, and the first character is not a digit."""
    assert not is_classic_metric(name)
    assert not is_classic_label(name)


def test_only_a_metric_name_may_have_a_colon() -> None:
    """Names of records have colons."""
    assert is_classic_metric("job:x:rate5m")
    assert not is_classic_label("job:x")


@given(st.text(min_size=1))
def test_every_text_in_utf_8_is_a_name(name: str) -> None:
    """The encoder and the check agree for every text."""
    encodes = True
    try:
        name.encode()
    except UnicodeEncodeError:
        encodes = False
    assert is_name(name) is encodes


@given(st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]*\Z"))
def test_classic_names_are_names(name: str) -> None:
    """A classic label name is also a classic metric name."""
    assert is_classic_label(name)
    assert is_classic_metric(name)
    assert is_name(name)
