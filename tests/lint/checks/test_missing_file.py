"""Tests of ``missing-file``: named files that cannot be read."""

from __future__ import annotations

from datetime import timedelta

from gonogo.errors import Position
from gonogo.formats.prometheus_config import Configuration, NamedFile, RuleEntry
from gonogo.lint.checks.missing_file import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding, Span
from tests.example_estate import estate_of


def found(key: str, problem: str) -> tuple[Finding, ...]:
    """Lint a configuration that names one file."""
    named = NamedFile(key, "tls/ca.pem", Span(Position("prometheus.yml", 3, 7), 6), problem)
    minute = timedelta(minutes=1)
    configuration = Configuration("prometheus.yml", minute, minute, named_files=(named,))
    return findings(estate_of(Example({}, {"configuration": configuration})), [CHECK])


def test_a_file_that_cannot_be_read_is_found_where_it_is_named() -> None:
    """The message has the path and the reason."""
    (one,) = found("ca_file", "permission denied")
    assert (one.severity, one.where.start.line) == ("error", 3)
    assert "tls/ca.pem: permission denied" in one.message


def test_a_missing_list_of_targets_is_a_warning() -> None:
    """The list may come later."""
    assert [one.severity for one in found("files", "no such file")] == ["warning"]


def test_a_pattern_of_scrape_files_without_a_match_is_an_error() -> None:
    """A pattern with a match, or a pattern that was not looked up, is not found."""
    where, minute = Span(Position("prometheus.yml", 3, 7), 6), timedelta(minutes=1)

    def messages(matched: tuple[str, ...] | None) -> list[str]:
        entry = RuleEntry("jobs/*.yml", where, matched)
        configuration = Configuration("prometheus.yml", minute, minute, scrape_files=(entry,))
        each = findings(estate_of(Example({}, {"configuration": configuration})), [CHECK])
        return [f"{one.severity} {one.where.start.line} {one.message}" for one in each]

    (message,) = messages(())
    assert message.startswith("error 3 no file matches 'jobs/*.yml' of scrape_config_files")
    assert messages(("jobs/a.yml",)) == messages(None) == []


def test_a_readable_file_is_not_found() -> None:
    """A readable file, or no configuration, is no finding."""
    assert found("ca_file", "") == ()
    assert findings(estate_of(Example({})), [CHECK]) == ()
