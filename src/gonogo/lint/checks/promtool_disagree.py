"""Two promtools that should be the same disagree, so the checked files or rules are not those that the server loads.

With `--promtool CMD` a second promtool checks the same files, for instance the one inside the server's container. Both
must accept every file and have one version (`--allow-version-skew` allows two, and is recorded). If they differ, one of
them sees other files (an image that was not rebuilt, a missing mount), or reads another dialect.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Position
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.model.finding import Span
from gonogo.model.replacing import replace


def find(estate: Estate) -> Iterator[Hit]:
    """Compare every further promtool with the first."""
    for other in estate.arbiters[1:]:
        first = estate.arbiters[0]
        yield from _of_version(first, other, estate)
        yield from _refused_by_one(other, first)
        yield from _refused_by_one(first, other)


def _of_version(first: Arbiter, other: Arbiter, estate: Estate) -> Iterator[Hit]:
    if _release(first.version) == _release(other.version) or other.excused or not estate.files:
        return
    yield Hit(
        Span(Position(estate.files[0].path, 1, 1)),
        f"{first.name} has version {first.version}, {other.name} has {other.version or 'an unknown version'}: install "
        "the same version, or use --allow-version-skew",
    )


def _refused_by_one(refusing: Arbiter, accepting: Arbiter) -> Iterator[Hit]:
    for refusal in refusing.refusals:
        if refusal.where.start.path in accepting.accepted:
            yield Hit(
                refusal.where,
                f"{refusing.name} refuses this and {accepting.name} accepts it: {refusal.message}; check that both "
                "have the same file and version",
                refusal.rule,
            )


def _release(version: str) -> str:
    """Return the version without the suffix of a distribution: ``2.42.0+ds`` is ``2.42.0``."""
    return version.partition("+")[0].partition("~")[0]


_RULE = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m{}}}]}}]\n"
_FIRST = Arbiter("promtool", "2.42.0+ds", frozenset({"rules.yml"}))
_SECOND = Arbiter("docker exec prometheus promtool", "2.41.0", frozenset({"rules.yml"}), excused=True)
_REFUSAL = ArbiterRefusal(Span(Position("rules.yml", 1, 1)), "field keep_firing_for not found in type rulefmt.RuleNode")

CHECK = Check(
    id="promtool-disagree",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {"rules.yml": _RULE.format(", keep_firing_for: 10m")},
        {"arbiters": (_FIRST, replace(_SECOND, accepted=frozenset(), refusals=(_REFUSAL,)))},
    ),
    good=Example({"rules.yml": _RULE.format("")}, {"arbiters": (_FIRST, _SECOND)}),
)
