"""Tests of the catalogue: every check once, each in the file of its name, with its own docstring."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import SimpleNamespace

import pytest

from gonogo.errors import Position
from gonogo.lint import checks as home
from gonogo.lint.core import catalogue
from gonogo.lint.core.catalogue import checks, ordered, without_echoes
from gonogo.model.finding import Finding, Severity, Span

LONGEST_SUMMARY = 115


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(home.__path__)])
def test_a_check_has_the_name_of_its_file_and_a_docstring(name: str) -> None:
    """The docstring becomes the check's section of the documentation."""
    module = import_module(f"{home.__name__}.{name}")
    assert module.CHECK.id == name.replace("_", "-")
    summary, _, rest = (module.__doc__ or "").partition("\n")
    assert 20 < len(summary) <= LONGEST_SUMMARY
    assert rest.strip()


def test_two_checks_with_one_id_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two checks would never run."""
    twin = SimpleNamespace(CHECK=SimpleNamespace(id="twin"))
    monkeypatch.setattr(catalogue, "import_module", lambda _: twin)
    checks.cache_clear()
    try:
        with pytest.raises(ValueError, match="two checks have the id 'twin'"):
            checks()
    finally:
        monkeypatch.undo()
        checks.cache_clear()


def test_findings_are_sorted_by_place_without_repetitions() -> None:
    """Findings of all checks are sorted together."""
    one, two, three = (
        Finding("x", Severity.ERROR, Span(Position(path, line, 1)), "m")
        for path, line in (("a.yml", 2), ("a.yml", 10), ("b.yml", 1))
    )
    assert ordered((three, two, one, two)) == (one, two, three)


def finding(
    check: str, line: int, column: int = 5, message: str = "no", rule: str = "", path: str = "r.yml"
) -> Finding:
    """Return an error."""
    return Finding(check, Severity.ERROR, Span(Position(path, line, column)), message, rule)


def left(*findings: Finding) -> tuple[Finding, ...]:
    """Return the findings of promtool that are left."""
    return tuple(one for one in without_echoes(findings) if one.check == "promtool")


def test_an_error_that_only_promtool_finds_stays() -> None:
    """No other check reports the same mistake."""
    assert left(finding("promtool", 3)) == (finding("promtool", 3),)


def test_an_error_of_form_replaces_promtools_on_the_same_line_or_rule() -> None:
    """The error of form points at the character."""
    assert left(finding("promtool", 3), finding("syntax", 3, 20)) == ()
    assert left(finding("promtool", 3, rule="X"), finding("syntax", 9, rule="X")) == ()
    assert left(finding("promtool", 3), finding("template-invalid", 3)) == ()


def test_an_error_elsewhere_does_not_replace_promtools() -> None:
    """The other error is on another line, rule or file, or of another kind of check."""
    alone = finding("promtool", 3, rule="X")
    assert left(alone, finding("syntax", 4, rule="Y")) == (alone,)
    assert left(alone, finding("syntax", 3, path="other.yml")) == (alone,)
    assert left(alone, finding("duplicate-rule", 3, rule="X")) == (alone,)
    warning = Finding("syntax", Severity.WARNING, alone.where, "no", "X")
    assert left(alone, warning) == (alone,)


def test_errors_of_form_replace_the_refusal_of_a_whole_file() -> None:
    """A promtool stops at the first mistake of YAML."""
    assert left(finding("promtool", 1, 1), finding("syntax", 40)) == ()
    whole = finding("promtool", 1, 1)
    assert left(whole, finding("duplicate-rule", 40)) == (whole,)


def test_a_missing_file_that_promtool_names_too_is_reported_once() -> None:
    """The file is recognised with and without its folder."""
    refused = finding("promtool", 1, 1, 'error checking client cert file "x.pem": no such file', path="p.yml")
    assert left(refused, finding("missing-file", 7, message="certs/x.pem: no such file", path="p.yml")) == ()
    assert left(refused, finding("missing-file", 7, message="certs/y.pem: no such file", path="p.yml")) == (refused,)


def test_a_disagreement_of_promtools_stays_and_removes_nothing() -> None:
    """A disagreement is about the promtools, not about the file."""
    both = (finding("promtool", 3), finding("promtool-disagree", 3))
    assert without_echoes(both) == both


def test_an_unknown_key_that_promtool_names_too_is_reported_once() -> None:
    """The key is recognised in every position of the message."""
    told = finding("promtool", 2, message="promtool 2.42.0 refuses this: field fro not found in type rulefmt.RuleNode")
    assert left(told, finding("syntax", 9, message="unknown key 'fro'; known here: for")) == ()
    assert left(told, finding("syntax", 9, message="unknown key 'fox'; known here: for")) == (told,)
