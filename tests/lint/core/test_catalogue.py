"""Tests of the catalogue: every check once, each in the file of its name, with its own docstring."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import SimpleNamespace

import pytest

from gonogo.errors import Position
from gonogo.lint import checks as home
from gonogo.lint.core import catalogue
from gonogo.lint.core.catalogue import checks, ordered
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
