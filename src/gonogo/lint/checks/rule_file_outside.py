"""A rule file that the server loads and the policy does not name: it could change, and the old record would stand.

The record of `obs-lint` holds for exactly the policy's rules, tests and configuration, and so do the checks of what
is loaded. A file that only `rule_files` names is linted, and nobody would notice that it was broken the day after.
Name it under `rules` in the policy; a pattern that names other rules as well does no harm. Looked at only where the
policy itself is linted.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """List the entries of ``rule_files`` by what they load and the policy does not name."""
    if estate.policy_rules is None:
        return
    for entry in estate.configuration.rule_files if estate.configuration else ():
        for path in entry.matched or ():
            if path not in estate.policy_rules:
                yield Hit(
                    entry.where,
                    f"{entry.pattern} loads {path}, which is none of the policy's rules: what is recorded would still "
                    "hold when it changes; name it under 'rules' in the policy",
                )


_FILES = {
    "prometheus.yml": "rule_files: [rules/*.yml, more/*.yml]\n",
    "rules/web.yml": "groups: [{name: web, rules: [{alert: Down, expr: up == 0, for: 5m}]}]\n",
    "more/disk.yml": "groups: [{name: disk, rules: [{alert: Full, expr: disk_free_bytes < 1e9, for: 5m}]}]\n",
}

CHECK = Check(
    id="rule-file-outside",
    severity=Severity.ERROR,
    find=find,
    bad=Example({**_FILES, "gonogo.yaml": "rules: [rules/*.yml]\n"}, {"policy_rules": frozenset({"rules/web.yml"})}),
    good=Example(
        {**_FILES, "gonogo.yaml": "rules: [rules/*.yml, more/*.yml]\n"},
        {"policy_rules": frozenset({"rules/web.yml", "more/disk.yml"})},
    ),
    requires=("policy_rules",),
)
