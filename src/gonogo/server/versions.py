"""Where servers of the Prometheus family, and their versions, differ; nowhere else does gonogo care.

Observed on Prometheus 2.42, 3.5 and 3.16, on VictoriaMetrics, vmalert and vmagent 1.79 and
1.145, and on Thanos 0.42. What is said of Mimir and Cortex is read, not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gonogo.durations import parse_duration
from gonogo.model.evaluator import Engine
from gonogo.model.rule import LoadedGroup, RuleHealth
from gonogo.model.versions import OLDEST, release
from gonogo.server.shape import JsonObject, Misshapen, number, text

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
    partial = envelope.get("isPartial")
    return said if partial is None or partial is False else (*said, _PARTIAL)


class Family(StrEnum):
    """The families of servers that answer Prometheus's API, as far as gonogo treats them differently."""

    PROMETHEUS = "prometheus"
    VICTORIA_METRICS = "victoria-metrics"
    OTHER = "other"
    """Thanos, Mimir or Cortex: Prometheus's own query engine in front of other storage."""


@dataclass(frozen=True, slots=True)
class Build:
    """The family of a server, and its version where it is a Prometheus."""

    family: Family
    version: str | None = None


def build_of(build: JsonObject) -> Build:
    """Read what ``/api/v1/status/buildinfo`` says.

    VictoriaMetrics answers ``{}``, and later only the version of a Prometheus that it is
    not. Mimir and Cortex name themselves in ``application``. Thanos gives its own version,
    which is below 1.0; no Prometheus with this endpoint is older than 2.0.
    """
    if not build.get("goVersion"):
        return Build(Family.VICTORIA_METRICS)
    version = text(build.get("version"), "the version")
    number = release(version)
    if "application" in build or (number is not None and number < OLDEST):
        return Build(Family.OTHER)
    return Build(Family.PROMETHEUS, version)


def nan_ends_series(family: Family) -> bool:
    """Tell whether NaN in a range selector may be the mark that a series ended.

    Prometheus's query engine drops these marks there; VictoriaMetrics answers them as NaN.
    """
    return family is Family.VICTORIA_METRICS


def rules_untold(family: Family, groups: tuple[LoadedGroup, ...]) -> bool:
    """Tell whether an empty list of rules says nothing of what records.

    Prometheus evaluates its own rules and lists them all. VictoriaMetrics evaluates none
    and lists none, whatever vmalert records into it. Thanos and Mimir list the rules of
    those programs that they know.
    """
    return family is not Family.PROMETHEUS and not groups


def rule_health(said: str, error: str, evaluated_at: float | None) -> RuleHealth:
    """Give a rule's health: vmalert calls a rule ``ok`` that it has never evaluated."""
    if said == "err" or error:
        return RuleHealth.ERROR
    if said == "ok" and evaluated_at is not None:
        return RuleHealth.OK
    return RuleHealth.UNKNOWN


def engine_of(group: JsonObject) -> Engine:
    """Recognise the program that listed a rule group by the keys that only it writes."""
    if "concurrency" in group:
        return Engine.VMALERT
    return Engine.THANOS if "partialResponseStrategy" in group else Engine.PROMETHEUS


def group_delay(group: JsonObject, name: str) -> timedelta | None:
    """Give the delay that a group of vmalert names itself, in seconds; with an offset it has none."""
    if "eval_delay" in group:
        return timedelta(seconds=number(group["eval_delay"], f"eval_delay of {name}"))
    return timedelta(0) if "eval_offset" in group else None


def scrape_interval(target: JsonObject, discovered: Mapping[str, str]) -> timedelta | None:
    """Give a target's interval: vmagent tells it only among the discovered labels."""
    told = target.get("scrapeInterval") or discovered.get("__scrape_interval__")
    if told is None:
        return None
    try:
        return parse_duration(text(told, "the scrape interval"))
    except ValueError as error:
        raise Misshapen(f"the scrape interval {told!r} is no duration") from error
