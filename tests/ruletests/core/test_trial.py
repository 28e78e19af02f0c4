"""New names in ``rule_files``, with everything else in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.test_file import read_unit
from gonogo.formats.yaml import parse
from gonogo.ruletests.core.trial import with_rule_files


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("rule_files:\n  - a.yml\ntests: []\n", 'rule_files:\n  - "0"\n  - "1"\ntests: []\n'),
        ("rule_files: [a.yml] # why\n", 'rule_files: ["0", "1"] # why\n'),
        ("tests: []\nrule_files: ['it''s.yml']\n", 'tests: []\nrule_files: ["0", "1"]\n'),
        ('rule_files:\n- "a\\"b.yml"\n', 'rule_files:\n- "0"\n- "1"\n'),
    ],
)
def test_entries_of_rule_files_are_changed_in_place(text: str, changed: str) -> None:
    """Lists of either style are changed in place, quoted or not."""
    assert with_rule_files(text, read_unit(text, "a_test.yml"), [["0", "1"]]) == changed


def test_entries_with_anchors_are_written_anew() -> None:
    """The new text has the same meaning."""
    text = "tests: [{name: &n a.yml}]\nrule_files: [*n]\nevaluation_interval: 1m\n"
    changed = with_rule_files(text, read_unit(text, "a_test.yml"), [["0"]])
    assert parse(changed, "").value == {
        "rule_files": ["0"],
        "tests": [{"name": "a.yml"}],
        "evaluation_interval": "1m",
    }


def test_a_file_without_a_mapping_stays() -> None:
    """A file that is not a mapping has no entries and stays."""
    assert with_rule_files("[]\n", read_unit("[]\n", "a_test.yml"), []) == "[]\n"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), min_size=1))
def test_entries_with_any_quotes_can_be_changed(names: list[str]) -> None:
    """The old names may be any text."""
    text = "rule_files:\n" + "".join(f"- '{name.replace(chr(39), chr(39) * 2)}'\n" for name in names)
    unit = read_unit(text, "a_test.yml")
    changed = with_rule_files(text, unit, [[str(place)] for place in range(len(unit.rule_files))])
    assert parse(changed, "").value == {"rule_files": [str(place) for place in range(len(unit.rule_files))]}
