"""Parts of YAML documents written anew on one line: they read back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.flow import flow, joined, listed, quoted
from gonogo.formats.yaml import parse


@pytest.mark.parametrize("odd", "\x00\x1b\x7f\x85\x9f\xa0\u2028\u2029\ufeff\ufffe\uffff\U0001f4a5")
def test_odd_characters_are_written_so_that_yaml_has_them(odd: str) -> None:
    """YAML refuses some that JSON leaves as they are, and folds others to a blank."""
    assert parse(f"a: {quoted(f'x{odd}y')}\n", "f.yml").value == {"a": f"x{odd}y"}


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_lists_read_back(texts: list[str]) -> None:
    """Lists of any texts read back as the same lists."""
    assert parse(listed(texts), "f.yml").value == texts


def test_what_stands_there_is_written_as_it_was() -> None:
    """Numbers keep their digits, aliases are written out, and entries can be left out and added."""
    document = parse("{a: &x [1.10, ~, 'b'], c: *x, d: true}", "f.yml")
    assert flow(document) == '{"a": [1.10, null, "b"], "c": [1.10, null, "b"], "d": true}'
    assert joined(flow(document, (), ("a", "c")), "e: 1") == '{"d": true, e: 1}'
