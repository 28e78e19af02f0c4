"""Every silent pass, by the name that ``--allow`` takes: promtool reports SUCCESS, but tested less than it seems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gonogo.errors import UsageError
from gonogo.model.replacing import replace
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.report import SilentFinding
from gonogo.ruletests.silent import data, files, names

STATIC = {**files.SILENT_PASSES, **names.SILENT_PASSES, **data.SILENT_PASSES}
"""The silent passes that a test file and its rules show without a run: id -> the function that yields the places."""

NO_TESTS_FOUND = "no-tests-found"
"""A place without any test file."""

PENDING_ALERT = "pending-alert"
"""An alert that an assertion expects not to fire is pending, and no later assertion sees it fire."""

GROUP_ORDER = "group-order"
"""The outcome depends on the order of groups, and promtool chooses that order anew in every run."""

PROMTOOL_WARNING = "promtool-warning"
"""promtool printed a warning, and still reported SUCCESS."""

RULE_FILE_OUTSIDE = "rule-file-outside"
"""A policy's test loads a rule file that the policy does not name, so the test is about other rules."""

IDS = tuple(sorted([*STATIC, NO_TESTS_FOUND, PENDING_ALERT, GROUP_ORDER, PROMTOOL_WARNING, RULE_FILE_OUTSIDE]))


def silent_passes(loaded: Loaded) -> Iterator[SilentFinding]:
    """Yield the silent passes that the text of a test file shows."""
    for name, find in STATIC.items():
        yield from (SilentFinding(name, problem) for problem in find(loaded))


def allowances(texts: Iterable[str]) -> Mapping[str, str]:
    """Read the values of ``--allow``: the name of a silent pass, a space, the reason.

    Raises:
        UsageError: there is no silent pass of that name, or there is no reason.
    """
    read = {}
    for text in texts:
        name, _, reason = text.strip().partition(" ")
        if name not in IDS:
            raise UsageError(f"--allow: there is no silent pass {name!r}", next_step=f"it is one of {', '.join(IDS)}")
        if not reason.strip():
            raise UsageError(f"--allow {name}: there is no reason", next_step=f"--allow '{name} why that is fine here'")
        read[name] = reason.strip()
    return read


def under(allowed: Mapping[str, str], findings: Iterable[SilentFinding]) -> tuple[SilentFinding, ...]:
    """Mark the findings that the user allows."""
    return tuple(replace(one, allowed=allowed.get(one.silent_pass, "")) for one in findings)
