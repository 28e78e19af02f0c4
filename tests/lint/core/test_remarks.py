"""Tests of comments in a configuration and the lines that they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.yaml import lines_of
from gonogo.lint.core.remarks import line_remarks

PIECES = (
    "a:",
    "- ",
    "  ",
    "\n",
    "# c",
    "b: 1",
    "{c: [",
    "]}",
    "|",
    "&x",
    "*x",
    "---",
    "...",
    "'",
    "\t",
    "\r\n",
    "\ufeff",
)


TEXTS = st.lists(st.sampled_from(PIECES), max_size=14)


@given(TEXTS)
def test_a_comment_is_about_lines_of_the_file(pieces: list[str]) -> None:
    """The lines begin at the comment's own line or later, and end within the file."""
    text = "a: 1 # c\nb: 2\n" + "".join(pieces)
    found = [(remark.line, block) for remark in line_remarks(text) for block in remark.about]
    assert found
    last = len(lines_of(text))
    assert [(line, block) for line, block in found if not line <= block.begin[0] <= block.last <= last] == []
    assert all(block.holds(block.last) for _, block in found)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("a: 1 # c\nb: 2\n", 1, 1),
        ("# c\na: {b: 1,\n c: 2}\n", 2, 2),
        ("a:\n# c\n- b: 1\n  c: 2\n- d\n", 3, 4),
        ("a:\n  # c\n  - b\n", 3, 3),
        ("a:\n  - b: 1\n    # c\n    d:\n      e: 1\n", 4, 4),
        ("a: [\n  # c\n  {b: 1,\n   c: 2}]\n", 3, 3),
    ],
)
def test_a_comment_is_about_its_line_or_the_part_below(text: str, first: int, last: int) -> None:
    """A comment is about its line, the line below, or the list item that begins there."""
    (remark,) = line_remarks(text)
    (block,) = remark.about
    assert (block.begin[0], block.last) == (first, last)


def test_a_comment_at_the_end_is_about_nothing() -> None:
    """In a text with nothing else the comment still stands above everything."""
    (behind,) = line_remarks("a: 1\n# c\n")
    (alone,) = line_remarks("# c\n")
    assert (behind.about, behind.heading) == ((), False)
    assert (alone.about, alone.heading) == ((), True)
    (valueless,) = line_remarks("a:\n# c\n")
    assert valueless.about == ()
