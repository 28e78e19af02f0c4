"""Tests of ``pragma``: pragmas that do not work."""

from __future__ import annotations

from gonogo.formats.sources import source_file
from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.pragmas import NEVER_SILENT, Silenced, silenced

RULES = "groups:\n- name: g\n  rules:\n  # gonogo: disable={}\n  - alert: A\n    expr: up == 0\n"


def test_a_pragma_may_name_every_check_that_can_be_silenced() -> None:
    """A pragma may name every check, except those that cannot be silenced."""
    assert checks().keys() >= NEVER_SILENT.keys()
    for check in checks():
        estate = Estate((source_file(RULES.format(f"{check} why"), "f"),))
        assert len(findings(estate, [checks()["pragma"]])) == (check in NEVER_SILENT)


def test_the_check_and_the_silencing_report_the_same_findings() -> None:
    """Each finding is then reported once."""
    estate = Estate((source_file(RULES.format("nope why"), "f"),))
    found = findings(estate, [checks()["pragma"]])
    assert silenced((), estate.files, checks()) == Silenced((), found, 0)
    assert silenced(found, estate.files, checks()) == Silenced(found, (), 0)
    assert found[0].rule == "A"
