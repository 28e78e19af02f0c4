"""Records as people and programs read them."""

from __future__ import annotations

import json

from gonogo.journal.print import list_json, list_text, record_json, record_text
from gonogo.model.record import Record

PASSED = Record(
    "obs-lint",
    "a" * 64,
    "PASS",
    1_767_225_600.0,
    {"detail": "12 rules,\n0 findings"},
    "0.1.0",
    {"promtool": "2.42.0"},
    1,
)
FAILED = Record("sandbox-smoke-60s", "", "FAIL", 1e300, {"seconds": 3.5}, "0.1.0", {}, 20)


def test_an_empty_list_is_printed_as_no_records() -> None:
    """The text of an empty list is a sentence, not an empty line."""
    assert list_text(()) == "no records"


def test_a_list_is_columns() -> None:
    """Each record is one line. The key is shortened, and an impossible time is printed as its number."""
    assert list_text((FAILED, PASSED)).splitlines() == [
        "ID  AT                    OUTCOME  KIND               KEY           DETAIL",
        "20  1e+300                FAIL     sandbox-smoke-60s",
        "1   2026-01-01T00:00:00Z  PASS     obs-lint           aaaaaaaaaaaa  12 rules, 0 findings",
    ]


def test_on_a_narrow_terminal_every_detail_has_its_own_line() -> None:
    """The columns would wrap without the extra line. A terminal that is wide enough gets the usual list."""
    assert list_text((FAILED, PASSED), width=100) == list_text((FAILED, PASSED))
    assert list_text((FAILED, PASSED), width=80).splitlines() == [
        "ID  AT                    OUTCOME  KIND               KEY",
        "    DETAIL",
        "20  1e+300                FAIL     sandbox-smoke-60s",
        "1   2026-01-01T00:00:00Z  PASS     obs-lint           aaaaaaaaaaaa",
        "    12 rules, 0 findings",
    ]


def test_a_folded_run_begins_with_its_outcome() -> None:
    """A run without an end is printed as not ended. An unfolded record has only its sentence."""
    ended = Record("reload", "", "FAIL", 0.0, {"detail": "they are back", "outcome": "rolled-back", "run": "a"}, id=9)
    killed = Record("reload", "", "UNKNOWN", 0.0, {"detail": "trigger begins", "run": "b"}, id=5)
    lines = list_text((ended, killed, PASSED), folded=True).splitlines()[1:]
    assert [line.split("  ")[-1] for line in lines] == [
        "rolled-back: they are back",
        "not ended: trigger begins",
        "12 rules, 0 findings",
    ]
    assert list_text((ended,)).endswith("  they are back")


def test_the_steps_of_a_record_follow_it() -> None:
    """The list of steps comes after an empty line."""
    fields, steps = record_text(FAILED, (PASSED,)).split("\n\n")
    assert fields == record_text(FAILED)
    assert steps == list_text((PASSED,))


def test_the_text_of_one_record_has_every_field() -> None:
    """No stored field is left out."""
    assert record_text(PASSED).splitlines() == [
        "record         1",
        "at             2026-01-01T00:00:00Z",
        "kind           obs-lint",
        "outcome        PASS",
        f"key            {'a' * 64}",
        "gonogo         0.1.0",
        "tool promtool  2.42.0",
        "detail         12 rules, 0 findings",
    ]
    assert record_text(FAILED).splitlines()[-1] == "seconds  3.5"


def test_the_json_of_a_record_has_every_field() -> None:
    """The JSON has the same fields as the text, and shortens none."""
    expected = {
        "id": 1,
        "at": "2026-01-01T00:00:00Z",
        "kind": "obs-lint",
        "outcome": "PASS",
        "key": "a" * 64,
        "gonogo": "0.1.0",
        "tools": {"promtool": "2.42.0"},
        "detail": {"detail": "12 rules,\n0 findings"},
    }
    assert json.loads(record_json(PASSED)) == {"schema": "gonogo/journal/v1", "record": expected}
    assert json.loads(list_json((PASSED,))) == {"schema": "gonogo/journal/v1", "records": [expected]}
