"""The language of Go's ``filepath.Match``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.file_pattern import SERVER_PATTERN, BadPattern, compiled, escaped, is_pattern


@pytest.mark.parametrize("bad", ["[", "[a", "[]", "[]a]", "[^]", "[^]a]", "[-a]", "[a-]", "[a-", "a\\", "[\\", "[a\\]"])
def test_what_go_refuses_is_refused(bad: str) -> None:
    """It matches nothing, wherever it is asked."""
    with pytest.raises(BadPattern):
        compiled(bad)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("my\\ rules.yml", ("my rules.yml",), ("my\\ rules.yml",)),
        ("\\*.yml", ("*.yml",), ("a.yml", "\\*.yml")),
        ("*.yml", (".hidden.yml", "a.yml", ".yml"), ("a.yaml", "a/b.yml")),
        ("?.yml", ("a.yml", "ä.yml", "\n.yml"), ("ab.yml", ".yml")),
        ("[a-c].yml", ("a.yml", "c.yml"), ("d.yml", "-.yml")),
        ("[^a-c]x", ("dx", "^x"), ("ax", "x")),
        ("[!a]", ("!", "a"), ("b",)),
        ("[c-a]", (), ("a", "b", "c")),
        ("[^c-a]", ("a", "b"), ("", "ab")),
        ("[\\]\\-]", ("]", "-"), ("\\",)),
        ("[[*]", ("[", "*"), ("a",)),
        ("a]{b}$", ("a]{b}$",), ("a",)),
    ],
)
def test_each_special_character(pattern: str, matching: tuple[str, ...], others: tuple[str, ...]) -> None:
    """A whole name matches, or none of it."""
    assert [name for name in (*matching, *others) if compiled(pattern).fullmatch(name)] == [*matching]


@given(st.text(min_size=1))
def test_an_escaped_text_matches_itself_alone(text: str) -> None:
    """Whatever it is."""
    assert compiled(escaped(text)).fullmatch(text)
    assert not compiled(escaped(text)).fullmatch(f"{text}x")
    assert is_pattern(escaped(text)) == is_pattern(text)


@pytest.mark.parametrize("text", ["a/*.yml", "a/*b*.yml", "a?/b*", "a*"])
def test_a_server_takes_a_star_in_the_last_element_only(text: str) -> None:
    """As its configuration says."""
    assert SERVER_PATTERN.fullmatch(text)
    assert not SERVER_PATTERN.fullmatch(f"*/{text}")
