"""Tests of names: classic ones, and the free ones of Prometheus 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.series import is_classic_label, is_classic_metric, is_name


@pytest.mark.parametrize("name", ["", "\ud800", "a\udfff"])
def test_some_texts_are_no_names(name: str) -> None:
    """Nothing at all, and what UTF-8 cannot write."""
    assert not is_name(name)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a.b", "a b", "ä", "a\n", "٣", "{a}"])
def test_some_names_are_not_classic(name: str) -> None:
    """Other characters than letters, digits and the underscore, or a digit first; Unicode's letters do not count."""
    assert not is_classic_metric(name)
    assert not is_classic_label(name)


def test_a_colon_is_for_metrics_alone() -> None:
    """Recorded names have colons, labels never."""
    assert is_classic_metric("job:x:rate5m")
    assert not is_classic_label("job:x")


@given(st.text(min_size=1))
def test_every_text_in_utf_8_is_a_name(name: str) -> None:
    """The encoder and the check agree, character by character."""
    encodes = True
    try:
        name.encode()
    except UnicodeEncodeError:
        encodes = False
    assert is_name(name) is encodes


@given(st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]*\Z"))
def test_classic_names_are_names(name: str) -> None:
    """A classic label name is a classic metric name, and both are names."""
    assert is_classic_label(name)
    assert is_classic_metric(name)
    assert is_name(name)
