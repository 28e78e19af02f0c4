"""The seeds of the inputs: examples of the checks, transcripts, the rule pack, and YAML files of a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from gonogo.formats.sources import source_file
from gonogo.formats.test_file import read_unit
from gonogo.formats.yaml import parse_documents
from gonogo.lint.core.catalogue import checks
from gonogo.lint.core.check import Example
from gonogo.lint.core.nature import Nature, nature
from gonogo.rulepack.assemble import pack
from tests.example_estate import CONFIGURATION, ROUTES
from tests.rulepack.policies import of_services, preset_policy

RULES = "rules.yml"
TESTS = "a_test.yml"
PORTION = 3
"""How many rules or tests a seed has that is cut from a longer file: most mistakes need no more, and cost less."""

_TRANSCRIPTS = Path(__file__).parents[2] / "cases"
_SECTION = re.compile(r"^-- (.*) --$", re.MULTILINE)
_NAMES = {Nature.TESTS: TESTS, Nature.CONFIGURATION: CONFIGURATION, Nature.ROUTES: ROUTES}
_WRAPPED = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: web}
spec:
  groups:
  - name: web
    interval: 1m
    partial_response_strategy: warn
    labels: &shared {team: web}
    rules:
    - record: job:errors:rate5m
      expr: sum by (job) (rate(errors_total{code=~"5..|4[0-9]{2}"}[5m] offset 1m)) / on (job) group_left (x) info
    - alert: Errors  # gonogo: disable=no-comparison it is a ratio
      expr: |
        # the ratio
        job:errors:rate5m > 0.5 and on (job) max_over_time(up[10m:1m] @ end()) == 1
      for: 5m
      keep_firing_for: 10m
      labels: {<<: *shared, severity: page}
      annotations:
        summary: '{{ $labels.job }} has {{ $value | humanizePercentage }}{{ range query "up" }} {{ .Value }}{{ end }}'
"""
_REQUIREMENTS = """\
labels: {required: {severity: critical|warning, team: null}, forbidden: {replica: null}}
annotations: {required: {runbook_url: "https://.+"}}
names: {alert: "[A-Z]\\\\w+", record: "\\\\w+:\\\\w+:\\\\w+"}
bounds: {for: {least: 1m, most: 1h}, interval: {most: 5m}}
owners: {label: team, names: [payments, storage]}
"""


@cache
def seeds(corpus: str = "") -> tuple[Example, ...]:
    """Return every seed, always in the same order. YAML files of the folder ``corpus`` are seeds as well."""
    bundles = [*_examples(), *_transcripts(), *_of_pack(), *(_alone(text) for text in (_WRAPPED, _REQUIREMENTS))]
    bundles += [_alone(path.read_text(encoding="utf-8")) for path in _files(corpus)]
    return tuple(portion for bundle in bundles for portion in _portions(bundle))


@cache
def expressions(corpus: str = "") -> tuple[str, ...]:
    """Return the expressions of all seeds, without repetition."""
    texts = (text for one in seeds(corpus) for text in one.files.values())
    found = (rule.rule.expression for text in texts for rule in source_file(text, RULES).rules)
    return tuple(dict.fromkeys(found))


def _examples() -> Iterator[Example]:
    for check in checks().values():
        yield check.bad
        yield check.good


def _transcripts() -> Iterator[Example]:
    for path in sorted(_TRANSCRIPTS.glob("test-*.txt")):
        _, *parts = _SECTION.split(path.read_text(encoding="utf-8"))
        files = dict(zip(parts[::2], parts[1::2], strict=True))
        yield Example({name: text for name, text in files.items() if name.endswith((".yml", ".yaml"))})


def _of_pack() -> Iterator[Example]:
    for policy in (preset_policy(), of_services()):
        made = pack(policy, timedelta(seconds=30))
        yield Example({RULES: made.rules_yaml, "alerts.yml": made.alerts_yaml})
        for test in made.tests_yaml.values():
            yield Example({RULES: made.rules_yaml, TESTS: test})


def _files(corpus: str) -> Sequence[Path]:
    found = sorted(path for path in Path(corpus).rglob("*.y*ml") if path.is_file()) if corpus else []
    if corpus and not found:
        raise FileNotFoundError(f"{corpus}: no YAML file is there to make inputs from")
    return found


def _alone(text: str) -> Example:
    """Make an example of one file, with the name that fits its content. Tests get a rule file beside them."""
    name = _NAMES.get(nature(parse_documents(text, RULES), text), RULES)
    return Example({RULES: _WRAPPED, name: text} if name == TESTS else {name: text})


def _portions(bundle: Example) -> Iterator[Example]:
    """Cut the long files of an example into portions. Short files stay."""
    cut = {name: tuple(_cut(text)) for name, text in bundle.files.items()}
    for number in range(max(map(len, cut.values()), default=0)):
        files: Mapping[str, str] = {name: parts[number % len(parts)] for name, parts in cut.items()}
        yield Example(files, bundle.facts)


def _cut(text: str) -> Iterator[str]:
    """Yield a file whole. Of a long file, also yield a few rules or tests at a time, with the head of the file."""
    yield text
    rules = [rule.document.position(rule.loc).line for rule in source_file(text, RULES).rules]
    begins = rules or [test.where.line for test in read_unit(text, TESTS).tests]
    lines = text.split("\n")
    for first in range(0, len(begins), PORTION) if len(begins) > PORTION else ():
        end = begins[first + PORTION] - 1 if first + PORTION < len(begins) else len(lines)
        yield "\n".join([*lines[: begins[0] - 1], *lines[begins[first] - 1 : end], ""])
