"""Tests of strict YAML: first its mistakes, then values and places."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position
from gonogo.formats.yaml import parse, parse_documents, plain_scalar
from gonogo.formats.yaml.builder import DEEPEST, LARGEST_EXPANSION


def said(text: str) -> list[str]:
    """Return the problems of a text as lines."""
    return [str(problem) for problem in parse(text, "f.yml").problems]


def test_every_duplicate_key_is_named_with_both_lines() -> None:
    """Several mistakes are reported at once, and the first value of a key is kept."""
    document = parse("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f.yml")
    assert [str(problem.where) for problem in document.problems] == ["f.yml:2:11", "f.yml:3:1"]
    assert document.problems[1].message == "the key 'a' is here again, first in line 1"
    assert document.value == {"a": 1, "b": {"c": 1}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1, 2\nb: 3", "f.yml:2:2"),
        ("\t- a", "f.yml:1:1"),
        ("a: 1\nb: \x01", "f.yml:2:4"),
        ("é: 1\né: \x01", "f.yml:2:4"),
        ("a: b\nc\ud800: d", "f.yml:2:2"),
        ("%YAML 9.9\n---\na", "f.yml:1:1"),
        ('"a', "f.yml:1:3"),
    ],
)
def test_bad_syntax_has_a_place(text: str, place: str) -> None:
    """Text that is not YAML is a problem with line and column."""
    (problem,) = [line for line in said(text) if "this is not YAML" in line]
    assert problem.startswith(f"{place}: ")


def test_duplicate_keys_before_bad_syntax_are_named() -> None:
    """Reading stops at the bad syntax, and the problems before it are kept."""
    assert [line.split(": ")[0] for line in said("a: 1\na: 2\nb: [")] == ["f.yml:2:1", "f.yml:3:5"]


@pytest.mark.parametrize("text", ["[" * 300_000, "- " * 300_000, "? " * 300_000, "{a: " * 300_000])
def test_nesting_is_bounded(text: str) -> None:
    """Text that would exhaust a recursive reader's stack is a problem."""
    (problem,) = said(text)
    assert f"more than {DEEPEST} lists and mappings" in problem


def test_the_deepest_nesting_is_read() -> None:
    """The bound itself is allowed."""
    text = "[" * DEEPEST + "]" * DEEPEST
    assert not said(text)
    assert said(f"[{text}]")


def test_exploding_aliases_are_refused() -> None:
    """Aliases of aliases that expand to a billion values are refused early."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = said("\n".join(lines))
    assert "expand to too much" in problem


def test_aliases_cannot_hide_deep_nesting() -> None:
    """Nesting counts the values of aliases."""
    deep = "[" * 60 + "]" * 60
    assert "expand to too much" in said(f"a: &a {deep}\nb: {'[' * 60}*a{']' * 60}")[0]


def test_an_alias_within_the_bounds_is_read() -> None:
    """The alias has the value of its anchor, and its own place."""
    document = parse("a: &a {b: 1}\nc: *a\nd: &d 2\ne: *d", "f.yml")
    assert document.problems == ()
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}, "d": 2, "e": 2}
    assert document.position(("c",)) == Position("f.yml", 2, 4)
    assert LARGEST_EXPANSION > 2


def test_an_alias_of_itself_is_refused() -> None:
    """Such an alias would be an endless value."""
    assert said("a: &a [*a]") == ["f.yml:1:8: the alias *a has no anchor before it (write the value out)"]


def test_merge_keys_add_only_missing_keys() -> None:
    """The merged keys keep their places."""
    document = parse("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\ne: {<<: [*a, {f: 4}]}", "f.yml")
    assert document.problems == ()
    assert document.value == {"a": {"b": 1, "c": 2}, "d": {"b": 3, "c": 2}, "e": {"b": 1, "c": 2, "f": 4}}
    assert document.key_position(("d", "c")) == Position("f.yml", 1, 14)


def test_a_merge_key_with_a_single_value_is_refused() -> None:
    """``<<`` takes a mapping or a list of mappings."""
    assert said("a: {<<: 1}") == ["f.yml:1:5: << takes a mapping or a list of mappings (write the keys out)"]


@pytest.mark.parametrize("text", ["a: !python/object:os.system x", "a: !!int x", "a: !!set {b}", "a: !foo [1]", "!x 3"])
def test_tags_beyond_the_core_are_refused(text: str) -> None:
    """All values are plain data, with any tag."""
    (problem,) = said(text)
    assert "the tag" in problem


@pytest.mark.parametrize(
    ("text", "value"), [("!!str 5", "5"), ("! x", "x"), ("!!int 5", 5), ("!!float 5", 5.0), ("!!null ''", None)]
)
def test_core_tags_are_read(text: str, value: object) -> None:
    """The tags of the core schema convert their values."""
    document = parse(f"a: {text}", "f.yml")
    assert document.problems == ()
    assert document.value == {"a": value}


def test_a_key_that_is_not_text_is_refused() -> None:
    """A text that looks like a template would be such a key."""
    assert said("a: {{ b }}") == ["f.yml:1:5: a key must be text (quote it)"]


def test_keys_are_text_as_written() -> None:
    """No key turns into a number or a boolean."""
    assert parse("1: a\non: b\nnull: c\n1.10: d", "f").value == {"1": "a", "on": "b", "null": "c", "1.10": "d"}


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "off", "y", "2024-01-01", "1:30", "1_000", "0x1f", "017", "+", "-", ".", "1.2.3", "..."]
)
def test_words_that_older_yaml_converts_are_text(text: str) -> None:
    """No text becomes a boolean, a date or a sexagesimal number."""
    assert plain_scalar(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".inf", math.inf),
        ("-.INF", -math.inf),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """Numbers are decimal."""
    read = plain_scalar(text)
    assert read == value
    assert type(read) is type(value)


def test_nan_is_a_number() -> None:
    """``.nan`` is read as a number, and the caller may refuse it."""
    assert math.isnan(float(str(plain_scalar(".nan"))))


def test_a_number_of_thousands_of_digits_is_text() -> None:
    """Python limits the length of an integer's text, and the reader stays below that limit."""
    assert plain_scalar("9" * 10_000) == "9" * 10_000


def test_values_and_keys_have_their_places() -> None:
    """A missing value has the place of the nearest part that exists."""
    document = parse("a:\n  - b: 1\n  - c\n", "f.yml")
    assert document.position(()) == Position("f.yml", 1, 1)
    assert document.position(("a", 0, "b")) == Position("f.yml", 2, 8)
    assert document.key_position(("a", 0, "b")) == Position("f.yml", 2, 5)
    assert document.key_position(("a", 1)) == Position("f.yml", 3, 5)
    assert document.key_position(()) == Position("f.yml", 1, 1)
    for missing in (("a", 7), ("a", "x"), ("a", 7, "deeper")):
        assert document.position(missing) == document.key_position(missing) == Position("f.yml", 2, 3)


def test_a_scalar_keeps_its_text() -> None:
    """A scalar's own text is kept beside its meaning."""
    document = parse("a: 1.10\nb: [x]\n", "f.yml")
    assert document.text(("a",)) == "1.10"
    assert document.text(("b",)) is None
    assert document.text(("c",)) is None


def test_the_text_of_a_scalar_begins_inside_quotes_and_blocks() -> None:
    """The beginning of an expression is found in every style of scalar."""
    document = parse("a: x\nb: 'x'\nc: |\n\n  x\nd: >-\n  x\ne: |", "f.yml")
    places = [document.text_position((key,)) for key in "abcde"]
    assert [(place.line, place.column) for place in places] == [(1, 4), (2, 5), (5, 3), (7, 3), (8, 4)]


def test_an_empty_file_is_an_empty_document() -> None:
    """An empty document is not a mistake here. The reader decides."""
    assert parse("", "f.yml").value is None
    assert parse("# only a comment\n", "f.yml").position(("a",)) == Position("f.yml", 1, 1)
    assert parse_documents("", "f.yml") == ()


def test_a_second_document_is_a_problem_only_for_readers_of_one() -> None:
    """A caller may also read all documents."""
    text = "a: 1\n---\nb: &x 2\n---\nc: *x\n"
    assert parse(text, "f.yml").complete
    assert "f.yml:3:1: a second document begins here (keep one document in the file)" in said(text)
    documents = parse_documents(text, "f.yml")
    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}, {"c": None}]
    assert "the alias *x" in documents[-1].problems[0].message


def test_an_unreadable_file_is_one_document_with_its_problem() -> None:
    """No problem is lost because there is no document."""
    (document,) = parse_documents("\x01", "f.yml")
    assert document.value is None
    assert len(document.problems) == 1
    assert not document.complete


TEXT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT.map(lambda key: key[:99]), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_json_is_yaml(value: object) -> None:
    """Every JSON text is read back as the same value."""
    document = parse(json.dumps(value), "f")
    assert document.problems == ()
    assert document.value == value


@given(st.text(alphabet="ab:-?[]{}&*<>!|#'\"\n ,\t%\x00\ud800é1.~", max_size=60))
def test_each_problem_of_any_text_has_its_place(text: str) -> None:
    """Every text gives a document."""
    document = parse(text, "f")
    assert all(problem.where is not None and problem.where.line >= 1 for problem in document.problems)


def test_a_quoted_merge_key_is_a_plain_key() -> None:
    """Only a ``<<`` without quotes merges."""
    document = parse('"<<": 1\n', "f")
    assert (document.value, document.problems) == ({"<<": 1}, ())


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\n  - b: c\n    rules", 3, 10),
        ("{a: b", 1, 6),
        ("a: [\n", 2, 1),
        ("a: \u2029b\x0b", 2, 2),
        ("a: é\r\nb: é\x0b", 2, 5),
        ("a: b\x85c: \ud800", 2, 4),
    ],
)
def test_the_place_of_a_mistake_is_within_the_text(text: str, line: int, column: int) -> None:
    """The parser may be one line ahead. Lines end as in YAML."""
    assert [problem.where for problem in parse(text, "f.yml").problems] == [Position("f.yml", line, column)]


def test_a_text_with_too_many_values_is_not_read_further() -> None:
    """Small values are large in memory: 16 MB of brackets would take 10 GB."""
    document = parse("- 1\n- 2\n- 3\n- 4\n- 5\n- 6\n", "many.yml", most_values=5)
    (problem,) = document.problems
    assert str(problem).startswith("many.yml:5:3: this file has more than 5 values")
    assert document.value == [1, 2, 3, 4]
    assert not document.complete
    assert parse("- 1\n- 2\n- 3\n", "few.yml", most_values=5).problems == ()
