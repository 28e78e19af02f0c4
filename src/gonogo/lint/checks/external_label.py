"""A template reads an external label that the server does not have, or a rule overrides one with another value.

``$externalLabels.x`` is empty if ``external_labels`` has no ``x``. When the server adds its external labels, it does
not replace a label that a rule has set. So alerts and remote series of this rule look as if they came from another
place. Leave the label to the configuration, or choose another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.template.lexer import LEFT


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the uses of labels that conflict with the external labels; nothing if these are not known."""
    external = _external(estate)
    if external is None:
        return
    yield from _undefined(estate, external)
    if external:
        yield from _shadowing(estate, external)


def _external(estate: Estate) -> Mapping[str, str] | None:
    """Return the external labels of the configuration or, without one, those of the running server."""
    if estate.configuration is not None:
        return estate.configuration.external_labels
    return None if estate.live is None else estate.live.external_labels


def _undefined(estate: Estate, external: Mapping[str, str]) -> Iterator[Hit]:
    for text in estate.alert_texts:
        for use in text.template.external:
            if not external.get(use.label):
                message = (
                    f"{use.label!r} is always empty in {text.what}: the server has no such external label; "
                    "add the label to 'external_labels', or remove it here"
                )
                yield text.rule.hit(text.at(use.offset, use.length), message)


def _shadowing(estate: Estate, external: Mapping[str, str]) -> Iterator[Hit]:
    for rule in estate.rules:
        for name, value in rule.rule.labels.items():
            if (
                name in external
                and value
                and value != external[name]
                and LEFT not in value
                and "$" not in external[name]
            ):
                message = (
                    f"{name!r} is an external label with the value {external[name]!r}, and this rule overrides the "
                    f"value with {value!r}; leave the label to the configuration, or use another name"
                )
                yield rule.hit(rule.at_key("labels", name), message)


_BAD = """\
groups:
  - name: web
    rules:
      - alert: Down
        expr: up == 0
        labels:
          cluster: us
        annotations:
          summary: "{{ $labels.instance }} in {{ $externalLabels.region }} is down"
"""

CHECK = Check(
    id="external-label",
    severity=Severity.WARNING,
    find=find,
    bad=Example(
        {"prometheus.yml": "global: {external_labels: {cluster: eu}}\nrule_files: [rules.yml]\n", "rules.yml": _BAD}
    ),
    good=Example(
        {
            "prometheus.yml": "global: {external_labels: {cluster: eu}}\nrule_files: [rules.yml]\n",
            "rules.yml": _BAD.replace("        labels:\n          cluster: us\n", "").replace("region", "cluster"),
        }
    ),
    requires=lambda estate: estate.configuration,
)
