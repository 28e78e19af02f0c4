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
def test_a_check_is_called_as_its_file_and_explains_itself(name: str) -> None:
    """The docstring becomes the check's section of the documentation."""
    module = import_module(f"{home.__name__}.{name}")
    assert module.CHECK.id == name.replace("_", "-")
    summary, _, rest = (module.__doc__ or "").partition("\n")
    assert 20 < len(summary) <= LONGEST_SUMMARY
    assert rest.strip()


def test_two_checks_of_one_name_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two checks with one id raise an error, because one of them would never run."""
    twin = SimpleNamespace(CHECK=SimpleNamespace(id="twin"))
    monkeypatch.setattr(catalogue, "import_module", lambda _: twin)
    checks.cache_clear()
    try:
        with pytest.raises(ValueError, match="two checks have the id 'twin'"):
            checks()
    finally:
        monkeypatch.undo()
        checks.cache_clear()


def test_findings_come_in_the_order_of_files_lines_and_columns_each_once() -> None:
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


def test_promtool_alone_is_heard() -> None:
    """An error that only promtool reports stays."""
    assert left(finding("promtool", 3)) == (finding("promtool", 3),)


def test_an_error_of_form_on_the_same_line_or_rule_says_it_better() -> None:
    """The error of form points at the character, so promtool's is removed."""
    assert left(finding("promtool", 3), finding("syntax", 3, 20)) == ()
    assert left(finding("promtool", 3, rule="X"), finding("syntax", 9, rule="X")) == ()
    assert left(finding("promtool", 3), finding("template-invalid", 3)) == ()


def test_an_error_elsewhere_says_something_else() -> None:
    """Another line, rule, file or kind of check repeats nothing."""
    alone = finding("promtool", 3, rule="X")
    assert left(alone, finding("syntax", 4, rule="Y")) == (alone,)
    assert left(alone, finding("syntax", 3, path="other.yml")) == (alone,)
    assert left(alone, finding("duplicate-rule", 3, rule="X")) == (alone,)
    warning = Finding("syntax", Severity.WARNING, alone.where, "no", "X")
    assert left(alone, warning) == (alone,)


def test_a_file_refused_as_a_whole_has_its_errors_told_one_by_one() -> None:
    """A promtool stops at a mistake of YAML, so the errors of form replace its refusal."""
    assert left(finding("promtool", 1, 1), finding("syntax", 40)) == ()
    whole = finding("promtool", 1, 1)
    assert left(whole, finding("duplicate-rule", 40)) == (whole,)


def test_a_file_that_both_name_is_told_once() -> None:
    """The file is recognised with and without its folder."""
    refused = finding("promtool", 1, 1, 'error checking client cert file "x.pem": no such file', path="p.yml")
    assert left(refused, finding("missing-file", 7, message="certs/x.pem: no such file", path="p.yml")) == ()
    assert left(refused, finding("missing-file", 7, message="certs/y.pem: no such file", path="p.yml")) == (refused,)


def test_a_disagreement_is_no_echo_and_makes_none() -> None:
    """A disagreement is about the promtools, not about the file."""
    both = (finding("promtool", 3), finding("promtool-disagree", 3))
    assert without_echoes(both) == both


def test_a_key_that_promtool_names_without_quotes_is_known() -> None:
    """The key is recognised in every position of the message."""
    told = finding("promtool", 2, message="promtool 2.42.0 refuses this: field fro not found in type rulefmt.RuleNode")
    assert left(told, finding("syntax", 9, message="unknown key 'fro'; known here: for")) == ()
    assert left(told, finding("syntax", 9, message="unknown key 'fox'; known here: for")) == (told,)
