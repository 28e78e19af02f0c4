"""Where servers of the Prometheus family, and their versions, differ; nowhere else does gonogo care.

Observed on Prometheus 2.42 and VictoriaMetrics, vmalert and vmagent 1.79; what is said
of Prometheus 3 and of later VictoriaMetrics is read, not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.durations import parse_duration
from gonogo.model.rule import LoadedGroup, RuleHealth
from gonogo.prometheus.shape import JsonObject, Misshapen, text

NOW = {"nocache": "1"}
"""Asks VictoriaMetrics to answer for now; without it ``time()`` and every instant vector
are ``-search.latencyOffset`` (30 s) in the past. Prometheus ignores it."""

WITHOUT_ALERTS = {"exclude_alerts": "true"}
"""Asks Prometheus 2.52 and later to leave the active alerts out of the rules; others ignore it."""

_PARTIAL = "the server says that its answer is partial"


def warnings_of(envelope: JsonObject) -> tuple[str, ...]:
    """Give what a server warned of: Prometheus in ``warnings``, VictoriaMetrics' cluster in ``isPartial``.

    ``infos`` of Prometheus 3 are remarks on the query, not on the answer.
    """
    told = envelope.get("warnings") or []
    if not isinstance(told, list):
        raise Misshapen("its warnings are no list")
    said = tuple(text(warning, "a warning") for warning in told)
    return (*said, _PARTIAL) if envelope.get("isPartial") is True else said


def version_of(build: JsonObject) -> str | None:
    """Give the version of Prometheus; ``None`` for a server that is another and does not say.

    VictoriaMetrics answers ``{}``, and later only a ``version`` of Prometheus that it is not.
    """
    return text(build.get("version"), "the version") if build.get("goVersion") else None


def nan_ends_series(version: str | None) -> bool:
    """Tell whether NaN in a range selector may be the mark that a series ended.

    Prometheus drops these marks there; VictoriaMetrics answers them as NaN.
    """
    return version is None


def rules_untold(version: str | None, groups: tuple[LoadedGroup, ...]) -> bool:
    """Tell whether an empty list of rules says nothing of what records.

    Prometheus evaluates its own rules and lists them all. VictoriaMetrics evaluates none
    and lists none, whatever vmalert records into it.
    """
    return version is None and not groups


def rule_health(said: str, error: str, evaluated_at: float | None) -> RuleHealth:
    """Give a rule's health: vmalert calls a rule ``ok`` that it has never evaluated."""
    if said == "err" or error:
        return RuleHealth.ERROR
    if said == "ok" and evaluated_at is not None:
        return RuleHealth.OK
    return RuleHealth.UNKNOWN


def scrape_interval(target: JsonObject, discovered: Mapping[str, str]) -> timedelta | None:
    """Give a target's interval: vmagent tells it only among the discovered labels."""
    told = target.get("scrapeInterval") or discovered.get("__scrape_interval__")
    if told is None:
        return None
    try:
        return parse_duration(text(told, "the scrape interval"))
    except ValueError as error:
        raise Misshapen(f"the scrape interval {told!r} is no duration") from error
