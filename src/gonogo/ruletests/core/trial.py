"""A test file and its rule files as text, ready for promtool: the whole, or only the part that a change can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from gonogo.durations import format_duration
from gonogo.formats.flow import flow, joined, listed
from gonogo.formats.test_file import UnitFile, UnitTest
from gonogo.ruletests.core.extract import Extract
from gonogo.ruletests.core.rule_text import FileText, RuleId

Texts = Mapping[RuleId, str]
"""The text of each loaded rule."""


class TrialOutcome(StrEnum):
    """The result of promtool on a trial; ``REFUSED`` if promtool could not load the rules."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Trial:
    """The input of promtool: a test that names the rule files ``0.yml``, ``1.yml`` and so on, and those files."""

    test: str
    rules: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """A hash of the content: equal trials have equal keys."""
        return sha256("\0".join((self.test, *self.rules)).encode("utf-8", "surrogatepass")).hexdigest()


def rule_names(count: int) -> list[str]:
    """Return the names of the rule files of a trial."""
    return [f"{number}.yml" for number in range(count)]


def extracted(unit: UnitFile, files: Sequence[FileText], extract: Extract, texts: Texts) -> Trial:
    """Write the trial of a part of a test file.

    Args:
        unit: the test file.
        files: the rule files that it loads.
        extract: the part to keep.
        texts: the rules to load.
    """
    written = [file.written(texts) for file in files if any(one.id in texts for one in file.rules)] or ["groups: []\n"]
    test = next(_test(unit, test, extract) for test in unit.tests if test.loc == extract.test)
    head = flow(unit.document, (), ("rule_files", "tests"))
    names = listed(rule_names(len(written)))
    whole = joined(head, f"rule_files: {names}", f"tests: [{test}]")
    return Trial(f"{whole}\n", tuple(written))


def _test(unit: UnitFile, test: UnitTest, extract: Extract) -> str:
    alerts = [flow(unit.document, one.loc) for one in test.alerts if one.loc in extract.assertions]
    expressions = [flow(unit.document, one.loc) for one in test.expressions if one.loc in extract.assertions]
    if extract.until is not None:
        expressions.append(_nothing_until(extract.until))
    head = flow(unit.document, test.loc, ("alert_rule_test", "promql_expr_test"))
    kinds = (("alert_rule_test", alerts), ("promql_expr_test", expressions))
    return joined(head, *(f"{kind}: [{', '.join(texts)}]" for kind, texts in kinds if texts))


def _nothing_until(until: timedelta) -> str:
    """Write an assertion that always holds, so that the test lasts until then."""
    return f'{{expr: "vector(1)", eval_time: {format_duration(until)}, exp_samples: [{{labels: "{{}}", value: 1}}]}}'
