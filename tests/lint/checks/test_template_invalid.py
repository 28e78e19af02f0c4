"""Tests of ``template-invalid``: templates that cannot be expanded."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.template_invalid import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(text: str, *, section: str = "annotations", **facts: object) -> list[Finding]:
    """Run the check on one alert with one text."""
    rule = f'{{alert: A, expr: up == 0, {section}: {{summary: "{text}"}}}}'
    return list(
        findings(estate_of(Example({"rules.yml": f"groups: [{{name: g, rules: [{rule}]}}]\n"}, facts)), [CHECK])
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ $value", "the action that begins here is not closed by '}}'"),
        ("{{ .instance }}", "the alert has no .instance, only .Labels, .ExternalLabels, .ExternalURL, .Value"),
        ("{{ humanise $value }}", "there is no function 'humanise'"),
        ("{{ $value | now | toTime }}", "'now' takes 0 arguments, not 1"),
    ],
)
def test_a_template_that_go_refuses_is_an_error(text: str, message: str) -> None:
    """Unparsable templates are errors, in labels and annotations."""
    for section in ("annotations", "labels"):
        first = found(text, section=section, version=(3, 6))[0]
        assert first.severity == "error"
        assert first.message == f"the {section[:-1]} 'summary' cannot be expanded: {message}"


def test_all_mistakes_are_listed_at_their_places() -> None:
    """Every mistake is listed, not only the first."""
    assert [one.where.length for one in found("{{ .Foo }} {{ $value.x }}")] == [4, 2]


def test_a_function_newer_than_the_server_is_found() -> None:
    """The message says which version added the function."""
    (one,) = found("{{ now }}")
    assert "'now' came with Prometheus 3.6, but the server has 2.42" in one.message
    assert found("{{ now }}", version=(3, 6)) == []


def test_valid_templates_are_not_found() -> None:
    """Plain texts are not found either."""
    assert found("{{ $labels.instance }}: {{ $value | humanize }}") == []
    assert found("plain") == []
