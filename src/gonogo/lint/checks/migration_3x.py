"""An expression that has another meaning in Prometheus 3.

Since 3.0 ranges leave out their left end, so a subquery ``[1m:1m]`` has one sample instead of two, and ``rate`` of it
is empty. Bounds of histograms and quantiles of summaries are written as floats, so ``le="1"`` finds nothing and must be
``le="1.0"`` (``=~"1|1.0"`` fits both versions). ``holt_winters`` is called ``double_exponential_smoothing``. A ``.`` in
a pattern also matches line breaks, which is reported only for patterns that name white space themselves. On a 2.x
server all of this is a note for a later upgrade. On 3.x it is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import Call, Expression, Matcher, Subquery, Vector

THREE = (3, 0)
_TWO_SAMPLES = frozenset(
    {"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes", "resets"}
)
_FLOAT_LABELS = frozenset({"le", "quantile"})
_INTEGER = re.compile(r"-?[0-9]+")
_BREAKS = re.compile(r"\\[nsS]|\(\?-?s\)|\n")
_DOT = re.compile(r"(?<!\\)(?:\\\\)*\.")


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the expressions that an upgrade changes or, on an upgraded server, has changed."""
    upgraded = estate.version >= THREE
    severity = None if upgraded else Severity.INFO
    for rule in estate.rules:
        for node in rule.nodes:
            for message in _changed(node, estate):
                yield rule.hit(rule.at(node), message, severity)


def _changed(node: Expression, estate: Estate) -> Iterator[str]:
    match node:
        case Call(function="holt_winters") if estate.version < THREE:
            yield "Prometheus 3 calls this double_exponential_smoothing, and has it only behind a feature flag"
        case Call(function=function, arguments=(Subquery(range=length, step=step), *_)) if function in _TWO_SAMPLES:
            if length == (step or _default_step(estate)):
                yield f"in Prometheus 3 this subquery has one sample, and {function} needs two; make the range longer"
        case Vector(matchers=matchers):
            yield from filter(None, map(_matcher, matchers))
        case _:
            return


def _default_step(estate: Estate) -> timedelta | None:
    """Return the step of a subquery without one: the server's evaluation interval, if it is known."""
    return estate.evaluation_interval if estate.configuration else None


@lru_cache(maxsize=4096)
def _matcher(matcher: Matcher) -> str:
    """Return the message about a matcher that Prometheus 3 reads differently, or an empty text."""
    if matcher.label in _FLOAT_LABELS and (bound := _integer(matcher)):
        return f'Prometheus 3 writes {matcher.label}="{bound}" as "{bound}.0"; ask for =~"{bound}|{bound}.0"'
    if matcher.op in {"=~", "!~"} and _BREAKS.search(matcher.value) and _DOT.search(matcher.value):
        return (
            f"in Prometheus 3 the '.' in {matcher.label}{matcher.op}\"…\" matches line breaks too; write [^\\n] for it"
        )
    return ""


def _integer(matcher: Matcher) -> str:
    """Return the first whole number that a matcher accepts without also accepting the float."""
    regular = matcher.op in {"=~", "!~"}
    asked = matcher.value.strip("()").replace("\\.", ".").split("|") if regular else [matcher.value]
    return next((one for one in asked if _INTEGER.fullmatch(one) and f"{one}.0" not in asked), "")


_RULES = """\
groups:
  - name: web
    rules:
      - record: job:requests_fast:ratio
        expr: rate(latency_seconds_bucket{{le={}}}[5m]) / ignoring (le) rate(latency_seconds_count[5m])
"""

CHECK = Check(
    id="migration-3x",
    severity=Severity.WARNING,
    find=find,
    of_prometheus=True,
    bad=Example({"rules.yml": _RULES.format('"1"')}),
    good=Example({"rules.yml": _RULES.format('~"1|1.0"')}),
    requires=lambda estate: estate.configuration,
)
