"""An input of a verdict is not in git: nobody reviewed it, and a clone of the repository does not have it.

Rules, tests, the policy and the runbooks in `docs/ops` decide between GO and NO-GO. A file that git ignores or does not
track exists on one machine only, and changes without a trace. Add the file, or remove the pattern from `.gitignore`.
Checked only inside a git work tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Position
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.estate import Untracked
from gonogo.model.finding import Span


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the inputs that are not in git."""
    for one in estate.untracked:
        why = (
            "git ignores it: remove the pattern from .gitignore"
            if one.ignored
            else f"git does not track it: git add {one.path}"
        )
        yield Hit(Span(Position(one.path, 1, 1)), f"this file is an input ({one.role}), and {why}")


_RULES = {"rules.yml": "groups: [{name: web, rules: [{alert: Down, expr: 'up == 0'}]}]\n"}

CHECK = Check(
    id="input-untracked",
    severity=Severity.ERROR,
    find=find,
    bad=Example({**_RULES, ".gitignore": "*.yml\n"}, {"untracked": (Untracked("rules.yml", "rules", ignored=True),)}),
    good=Example({**_RULES, ".gitignore": "*.tmp\n"}),
    requires=lambda estate: estate.interest,
)
