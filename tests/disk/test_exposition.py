"""Gauges in the text format, written and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gonogo.disk.exposition import Gauge, exposition, values

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LABELS = st.dictionaries(st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,8}", fullmatch=True), TEXT, max_size=4)


def test_gauges_are_written_in_the_text_format() -> None:
    """Each gauge has HELP, TYPE, its sample, and a line feed at the end."""
    gauges = (Gauge("a_seq", "Number.", "7"), Gauge("a_ts", "Time.", "1.5"))
    assert exposition(gauges, {"realm": "prod", "via": "push"}).decode() == (
        "# HELP a_seq Number.\n# TYPE a_seq gauge\n"
        'a_seq{realm="prod",via="push"} 7\n'
        "# HELP a_ts Time.\n# TYPE a_ts gauge\n"
        'a_ts{realm="prod",via="push"} 1.5\n'
    )


def test_a_sample_without_labels_has_no_braces() -> None:
    """An empty label counts as missing."""
    assert exposition((Gauge("a", "A.", "1"),), {"realm": ""}).endswith(b"\na 1\n")


def test_special_characters_of_a_label_value_are_escaped() -> None:
    """A quote, a backslash and a line feed stay inside the value."""
    assert rb'a{l="\\\"\n"} 1' in exposition((Gauge("a", "A.", "1"),), {"l": '\\"\n'})


@given(LABELS, TEXT)
def test_a_value_with_any_labels_is_read_back(labels: dict[str, str], other: str) -> None:
    """The value is found by its labels, and not by other labels."""
    text = exposition((Gauge("a", "A.", "42"), Gauge("a_other", "B.", "43")), labels).decode()
    wanted = {name: value for name, value in labels.items() if value}
    assert list(values(text, "a", wanted)) == [42.0]
    assert list(values(text, "a", {**wanted, "no_such": other})) == []


@given(st.text(), st.sampled_from(["", "a", "a{", 'a{l="', "a 1", "# TYPE a gauge"]))
def test_any_text_can_be_read(text: str, start: str) -> None:
    """Garbage gives no values or some numbers, and never an error."""
    assert all(isinstance(value, float) for value in values(start + text, "a", {}))


def test_malformed_lines_have_no_value() -> None:
    """A cut line, a word in the place of a number and another metric are ignored."""
    text = 'a\na \na{l="x\na x\nab 5\n# a 6\na{l="1"} 7 1700000000\n'
    assert list(values(text, "a", {})) == [7.0]
