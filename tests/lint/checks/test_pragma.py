"""Tests of ``pragma``: pragmas that do not work."""

from __future__ import annotations

from gonogo.formats.sources import source_file
from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.pragmas import NEVER_SILENT, Silenced, silenced

RULES = "groups:\n- name: g\n  rules:\n  # gonogo: disable={}\n  - alert: A\n    expr: up == 0\n"


def test_every_check_can_be_named_but_those_that_nothing_silences() -> None:
    """A pragma may name every check, except those that cannot be silenced."""
    assert checks().keys() >= NEVER_SILENT.keys()
    for check in checks():
        estate = Estate((source_file(RULES.format(f"{check} why"), "f"),))
        assert len(findings(estate, [checks()["pragma"]])) == (check in NEVER_SILENT)


def test_its_findings_are_those_that_silencing_tells() -> None:
    """The check and the silencing report the same findings, so that each is reported once."""
    estate = Estate((source_file(RULES.format("nope why"), "f"),))
    found = findings(estate, [checks()["pragma"]])
    assert silenced((), estate.files, checks()) == Silenced((), found, 0)
    assert silenced(found, estate.files, checks()) == Silenced(found, (), 0)
    assert found[0].rule == "A"
