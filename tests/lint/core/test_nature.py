"""Tests of the kinds of YAML files."""

from __future__ import annotations

import pytest

from gonogo.formats.yaml import parse_documents
from gonogo.lint.core.nature import Nature, nature

RULE = "{alert: A, expr: 'up == 0'}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"groups: [{{name: a, rules: [{RULE}]}}]", Nature.RULES),
        ("groups: [", Nature.RULES),
        ("kind: PrometheusRule\nspec: {groups: []}", Nature.RULES),
        ("kind: Deployment\n---\nkind: PrometheusRule\nspec: {groups: []}", Nature.RULES),
        ("kind: List\nitems: [{kind: PrometheusRule, spec: {}}]", Nature.RULES),
        ("kind: 'PrometheusRule'\nspec: [", Nature.RULES),
        ("kind: List\nitems: [{kind: Service}]", Nature.OTHER),
        ("kind: Deployment\nspec: {}", Nature.OTHER),
        ("kind: Deployment\n---\nkind: Service", Nature.OTHER),
        ("{{ if .Values.x }}\nfoo: bar", Nature.OTHER),
        ("- a\n- b", Nature.OTHER),
        ("some: thing", Nature.OTHER),
        ("{}", Nature.OTHER),
        ("", Nature.EMPTY),
        ("# nothing\n---\n", Nature.EMPTY),
        ("rule_files: [a.yml]\ntests: []", Nature.TESTS),
        ("evaluation_interval: 1m\ntests: [{input_series: []}]", Nature.TESTS),
        ("rule_files: ['*.yml']", Nature.CONFIGURATION),
        ("global: {scrape_interval: 1m}\nscrape_configs: []", Nature.CONFIGURATION),
        ("global: {}\nroute: {receiver: a}\nreceivers: [{name: a}]", Nature.ROUTES),
    ],
)
def test_the_kind_of_a_file_follows_from_its_keys(text: str, kind: Nature) -> None:
    """A file with YAML errors counts as rules only if it looks like rules."""
    assert nature(parse_documents(text, "x.yml"), text) is kind
