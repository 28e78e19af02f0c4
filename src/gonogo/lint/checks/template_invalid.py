"""A template cannot be expanded: the alert arrives with an error message in place of its text.

Prometheus loads some broken templates without an error, such as ``{{ .Foo }}``, reports the rule as healthy, and sends
``<error expanding template: …>`` when the alert fires. This check finds templates that Go refuses to parse (an action
that is not closed, an unknown function or variable, a missing ``end``), fields that alerts do not have, wrong numbers
of arguments, and functions that are newer than the server.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.reading import AlertText


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the mistakes of all templates."""
    for text in estate.alert_texts:
        for mistake in text.template.mistakes:
            where = text.at(mistake.offset, mistake.length)
            yield text.rule.hit(where, f"{text.what} cannot be expanded: {mistake.message}")
        if text.template.functions:
            yield from _too_new(text, estate.version)


def _too_new(text: AlertText, version: tuple[int, int]) -> Iterator[Hit]:
    for function in text.template.functions:
        since = SIGNATURES[function.text].since
        if since > version:
            message = (
                f"{text.what} cannot be expanded: {function.text!r} came with Prometheus {since[0]}.{since[1]}, "
                f"but the server has {version[0]}.{version[1]}"
            )
            yield text.rule.hit(text.at(function.offset, function.length), message)


_BAD = """\
groups:
  - name: web
    rules:
      - alert: Down
        expr: up == 0
        annotations:
          summary: "{{ .instance }} is down"
"""

CHECK = Check(
    id="template-invalid",
    severity=Severity.ERROR,
    find=find,
    of_prometheus=True,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace(".instance", ".Labels.instance")}),
)
