"""Tests that every character of a scalar is found at its place in the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position
from gonogo.formats.yaml import lines_of, parse
from gonogo.formats.yaml.characters import places


def shown(text: str, key: str = "e") -> list[str]:
    """Return the character of the file at each place of the scalar. After the end of a line the text is empty."""
    lines = lines_of(text)
    return [lines[at.line - 1][at.column - 1 : at.column] for at in parse(text, "f").character_positions((key,))]


@pytest.mark.parametrize(
    "text",
    [
        "e: abc",
        "e: 'abc'",
        'e: "abc"',
        "e: |\n  abc\n",
        "e: >-\n    abc",
        "e: |6-  # why\n      abc\n",
        "e: &name abc",
        "e: !!str 'abc'",
        "e: &name !!str\n  # between\n\n  abc",
        "e: &name |\n  abc\n",
        "e:\n  abc\n",
        "{e: abc}",
    ],
)
def test_a_word_is_found_in_every_style_of_scalar(text: str) -> None:
    """Quotes, headers, anchors and tags are skipped."""
    assert "".join(shown(text)[:3]) == "abc"


def test_folded_lines_have_their_places() -> None:
    """The place of a blank is right after the character before it. The next character is on its own line."""
    text = "e: a\n   b\n\n   c\n"
    places = parse(text, "f").character_positions(("e",))
    assert [(at.line, at.column) for at in places] == [(1, 4), (1, 5), (2, 4), (2, 5), (4, 4), (4, 5)]


def test_escaped_characters_have_the_place_of_their_escape() -> None:
    """An escaped character has the place of the first character of its escape."""
    single = parse("e: 'a''b'", "f").character_positions(("e",))
    assert [at.column for at in single] == [5, 6, 8, 9]
    double = parse('e: "a\\"\\x62\\u0063\\U00000064\\te\\\n  f\\0"', "f")
    assert double.at(("e",)) == 'a"bcd\tef\0'
    assert [at.column for at in double.character_positions(("e",))][:7] == [5, 6, 8, 12, 18, 28, 30]
    assert double.character_positions(("e",))[7] == Position("f", 2, 3)


def test_an_alias_has_no_places_of_characters() -> None:
    """The alias has a place of its own."""
    for anchored in ("x", "'x'", "|\n  x\n "):
        document = parse(f"a: &k {anchored}\ne: *k\n", "f")
        assert document.character_positions(("e",)) == ()
        assert document.text_position(("e",)) == document.position(("e",))


def test_a_list_has_no_places_of_characters() -> None:
    """A missing item of the list has none either."""
    document = parse("e: [1]", "f")
    assert document.character_positions(("e",)) == document.character_positions(("e", 4)) == ()


def test_an_empty_block_begins_at_its_header() -> None:
    """The block has no line of text."""
    assert parse("e: |\n\n", "f").text_position(("e",)) == Position("f", 1, 4)
    assert parse("e: &k", "f").text_position(("e",)) == Position("f", 1, 6)


def test_a_value_of_another_source_has_no_places() -> None:
    """The value and the source differ, or the source ends first."""
    assert places(("abc",), (1, 1), "", "abd") is None
    assert places(("abc",), (1, 1), "", "abcd") is None


def test_every_line_break_of_yaml_counts() -> None:
    """CR, NEL and the Unicode separators end a line, as in the parser."""
    text = "a: 1\r\nb: 2\rc: 3\x85d: 4\u2028e: xyz\u2029"
    assert lines_of(text) == ("a: 1", "b: 2", "c: 3", "d: 4", "e: xyz", "")
    assert parse(text, "f").text_position(("e",)) == Position("f", 5, 4)
    assert "".join(shown(text)) == "xyz"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), min_size=1),
    st.sampled_from(["'", '"', "|", ">", None]),
    st.sampled_from([8, 20, 80]),
)
def test_every_character_of_any_text_is_found_at_its_place(value: str, style: str | None, width: int) -> None:
    """The test uses every style of a YAML writer."""
    text: str = yaml.dump({"k": [{"e": value}]}, default_style=style, width=width, allow_unicode=True)
    document = parse(text, "f")
    value = document.text(("k", 0, "e")) or ""  # YAML 1.1 itself turns some line breaks into others
    places = document.character_positions(("k", 0, "e"))
    assert len(places) == len(value) + 1
    lines = lines_of(text)
    for character, at in zip(value, places, strict=False):
        there = lines[at.line - 1][at.column - 1 : at.column]
        assert character.isspace() or there in {character, "\\"}
