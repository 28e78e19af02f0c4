"""Tests that comments are found where YAML has them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.yaml import lines_of
from gonogo.formats.yaml.layout import layout


def comments(text: str) -> list[str]:
    """Return the comments of a text."""
    return [comment.text for comment in layout(text).comments]


@pytest.mark.parametrize(
    "text",
    [
        "a: x#y\n",
        "a: 'x # y'\n",
        'a: "x\n  # y"\n',
        "a: |\n  x\n  # y\n\n  # z\n",
        "a: >-\n  # y\n",
        "a: x\n  y#z\n",
        "a: &b#c x\n",
    ],
)
def test_a_number_sign_in_a_scalar_is_not_a_comment(text: str) -> None:
    """A number sign after a character other than a blank is not a comment either."""
    assert comments(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# here\na: 1\n",
        "a: 1 # here",
        "a: 1\t# here\n",
        "a:  # here  \n  b: 1\n",
        "a: | # here\n  x # y\n",
        "a: |\n  x\n# here\n",
        "a: |\n  x\n\n # here\nb: 1\n",
        "a: '# x' # here\n",
        "a: 'x\n  y' # here\n",
        "a: [1, # here\n  2]\n",
        "a: &k 1\nb: *k # here\n",
        "---\n# here\n---\na: 1\n",
        "# here",
    ],
)
def test_a_comment_is_found_in_every_place(text: str) -> None:
    """The comment is on its own line, or after a value."""
    assert comments(text) == ["# here"]


def test_comments_have_their_places() -> None:
    """A comment after dashes is alone on its line. The first number sign begins the comment."""
    found = layout("# one # two\n- # three\n  a: 1 # four\n").comments
    assert [(one.line, one.column, one.text, one.alone) for one in found] == [
        (1, 1, "# one # two", True),
        (2, 3, "# three", True),
        (3, 8, "# four", False),
    ]


def test_a_list_or_a_mapping_ends_with_its_last_value() -> None:
    """Comments after the value do not belong to it."""
    text = "a:\n- b: 1\n  c: |\n    x\n\n  # behind\n- {d: 1,\n   e: 2\n  }\n- f: *g\n"
    found = layout(text)
    assert found.last_lines[2, 3] == 5
    assert found.last_lines[7, 3] == 9
    assert (2, 3) in found.begins
    assert (2, 1) not in found.begins


def test_no_comment_is_found_after_a_mistake() -> None:
    """The text after the mistake is not read."""
    assert comments("a: 1 # here\nb: 'x\n# no comment\n") == ["# here"]
    assert comments("\x00 # x\n") == []


TEXTS = st.text(alphabet="ab:-[]{}&*>|#'\"\n ,é")


@given(st.builds("a: 1 # c\nb: 2\n{} #{}\n{}".format, TEXTS, TEXTS, TEXTS))
def test_each_comment_of_any_text_is_at_its_place(text: str) -> None:
    """No text raises an error."""
    lines, comments = lines_of(text), layout(text).comments
    assert comments
    assert [lines[one.line - 1][one.column - 1 :].rstrip() for one in comments] == [one.text for one in comments]
