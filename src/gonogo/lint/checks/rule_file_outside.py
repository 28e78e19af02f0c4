"""The server loads a rule file that the policy does not name, so the record would not notice a change of it.

The record of `obs-lint` covers exactly the policy's rules, tests and configuration, and so do the checks of the loaded
rules. A file that only `rule_files` names is linted now, but nobody would notice that it was broken the day after. Name
the file under `rules` in the policy. A pattern that names further rules does no harm. Checked only if the policy itself
is linted.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown


def find(estate: Estate, named: frozenset[str]) -> Iterator[Hit]:
    """Yield the entries of ``rule_files`` that load a file which the policy does not name."""
    for entry in estate.configuration.rule_files if estate.configuration else ():
        for path in entry.matched or ():
            if path not in named:
                yield Hit(
                    entry.where,
                    f"{entry.pattern} loads {path}, which the policy does not name: the record of the lint would still "
                    "hold after a change of the file; name the file under 'rules' in the policy",
                )


_FILES = {
    "prometheus.yml": "rule_files: [rules/*.yml, more/*.yml]\n",
    "rules/web.yml": "groups: [{name: web, rules: [{alert: Down, expr: up == 0, for: 5m}]}]\n",
    "more/disk.yml": "groups: [{name: disk, rules: [{alert: Full, expr: disk_free_bytes < 1e9, for: 5m}]}]\n",
}

CHECK = Check(
    id="rule-file-outside",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.policy_rules, find),
    bad=Example({**_FILES, "gonogo.yaml": "rules: [rules/*.yml]\n"}, {"policy_rules": frozenset({"rules/web.yml"})}),
    good=Example(
        {**_FILES, "gonogo.yaml": "rules: [rules/*.yml, more/*.yml]\n"},
        {"policy_rules": frozenset({"rules/web.yml", "more/disk.yml"})},
    ),
)
