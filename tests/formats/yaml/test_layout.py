"""Comments are found where YAML has them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.formats.yaml import lines_of
from gonogo.formats.yaml.layout import layout


def comments(text: str) -> list[str]:
    """Give the comments of a text."""
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
def test_no_comment(text: str) -> None:
    """A number sign within a scalar begins none, nor one that follows anything but a blank."""
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
def test_comment(text: str) -> None:
    """Comments are on their own lines, or after a value."""
    assert comments(text) == ["# here"]


def test_places() -> None:
    """A comment is alone behind dashes, too; of two signs in a line the first begins it."""
    found = layout("# one # two\n- # three\n  a: 1 # four\n").comments
    assert [(one.line, one.column, one.text, one.alone) for one in found] == [
        (1, 1, "# one # two", True),
        (2, 3, "# three", True),
        (3, 8, "# four", False),
    ]


def test_where_parts_end() -> None:
    """A list or a mapping ends with its last key or value, not with the comments behind it."""
    text = "a:\n- b: 1\n  c: |\n    x\n\n  # behind\n- {d: 1,\n   e: 2\n  }\n- f: *g\n"
    found = layout(text)
    assert found.last_lines[2, 3] == 5
    assert found.last_lines[7, 3] == 9
    assert (2, 3) in found.begins
    assert (2, 1) not in found.begins


def test_behind_a_mistake_nothing_is_known() -> None:
    """The text after the mistake is not read, so nothing in it counts as a comment."""
    assert comments("a: 1 # here\nb: 'x\n# no comment\n") == ["# here"]
    assert comments("\x00 # x\n") == []


TEXTS = st.text(alphabet="ab:-[]{}&*>|#'\"\n ,é")


@given(TEXTS | st.builds("{} #{}\n{}".format, TEXTS, TEXTS, TEXTS))
def test_no_text_raises(text: str) -> None:
    """In every text, each comment is at its reported place."""
    lines, comments = lines_of(text), layout(text).comments
    assume(comments)
    assert [lines[one.line - 1][one.column - 1 :].rstrip() for one in comments] == [one.text for one in comments]
