"""Tests that any YAML file can be read as a configuration, as routes or as requirements without a crash."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.formats.prometheus_config import read_configuration
from gonogo.formats.sources import source_file
from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.requirements import read_requirements
from gonogo.lint.core.routes import read_routes

_ROOTS = """
global scrape_configs rule_files remote_read alerting route receivers labels annotations names bounds owners
"""
_INNER = """
scrape_interval evaluation_interval external_labels job_name static_configs labels metrics_path params match[]
tls_config ca_file file_sd_configs files alert_relabel_configs honor_labels routes receiver name match match_re
matchers continue webhook_configs required forbidden alert record for least most label names a
"""
_KEYS = st.sampled_from(_INNER.split())
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(["", "1m", "0s", "x", "(", "a=b", 'a="b"', "{a=~'b'}", "/federate", "*.yml", "severity!~page,"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=25,
)
_FILES = st.one_of(_VALUES, st.fixed_dictionaries({}, optional=dict.fromkeys(_ROOTS.split(), _VALUES)))
_OF_CONFIGURATIONS = ("rule-files-empty", "missing-file", "scrape-interval-over-lookback", "route-unreachable")
_RULES = source_file("groups: [{name: g, rules: [{alert: A, expr: x > 1, labels: {severity: page}}]}]\n", "rules.yml")


@settings(max_examples=200)
@given(_FILES)
def test_any_file_is_read_with_its_problems(value: object) -> None:
    """Every problem has a place in the file, and the checks accept the result."""
    text = json.dumps(value)
    configuration, of_configuration = read_configuration(text, "a.yml")
    routes, of_routes = read_routes(text, "a.yml")
    requirements, of_requirements = read_requirements(text, "a.yml")
    problems = (*of_configuration, *of_routes, *of_requirements)
    assert problems or value == {}
    for problem in problems:
        assert problem.where is not None
        assert problem.where.path == "a.yml"
    estate = Estate((_RULES,), configuration, routes=routes, requirements=requirements, complete=True)
    for finding in findings(estate, [checks()[name] for name in _OF_CONFIGURATIONS]):
        assert finding.where.start.path in {"a.yml", "rules.yml"}
