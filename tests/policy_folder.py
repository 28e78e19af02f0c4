"""A folder with a policy, a rule file and a test file."""

from __future__ import annotations

from pathlib import Path

from gonogo.policy.load import PolicyFile, load

RULES = """\
groups:
  - name: duri
    interval: 30s
    rules:
      - record: duri_x
        expr: sum by (metric_realm) (raw_x{metric_realm="prod"})
      - alert: DuriX
        expr: duri_x > 1
        for: 1m
"""

TESTS = """\
rule_files: [../rules/duri.yml]
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series:
      - series: raw_x{metric_realm="prod"}
        values: 1x4
    promql_expr_test:
      - expr: duri_x
        eval_time: 1m
        exp_samples:
          - labels: duri_x{metric_realm="prod"}
            value: 1
"""


def policy_folder(folder: Path, *, rules: str | None = RULES, tests: str | None = TESTS, more: str = "") -> PolicyFile:
    """Write a policy, one rule file and one test file, and load the policy.

    A file with the text ``None`` is not written.
    """
    for name, text in (("rules", rules), ("tests", tests)):
        (folder / name).mkdir(parents=True)
        if text is not None:
            (folder / name / "duri.yml").write_text(text, encoding="utf-8")
    path = folder / "gonogo.yaml"
    path.write_text(
        "version: 1\nrules: [rules/*.yml]\ntests: [tests]\njournal: journal.sqlite\n"
        f"heartbeat: {{textfile_dir: .}}\n{more}",
        encoding="utf-8",
    )
    return load(path)
