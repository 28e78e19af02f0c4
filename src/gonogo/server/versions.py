"""The differences between servers of the Prometheus family, all in one place.

Observed on Prometheus 2.42, 3.5 and 3.16, on VictoriaMetrics, vmalert and vmagent 1.79 and
1.145, and on Thanos 0.42. The facts about Mimir and Cortex were read in their source, not observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.durations import parse_duration
from gonogo.model.rule import PLAIN, PROMQL_TYPE, Engine, LoadedGroup, RuleHealth, VmalertKeys, seconds_of
from gonogo.model.versions import OLDEST, release
from gonogo.server.shape import JsonObject, Misshapen, listing, number, text

NOW = {"nocache": "1"}
"""Asks VictoriaMetrics to answer for now. Without this parameter ``time()`` and every instant
vector are ``-search.latencyOffset`` (30 s) in the past. Prometheus ignores the parameter."""

WITHOUT_ALERTS = {"exclude_alerts": "true"}
"""Asks Prometheus 2.52 and later to leave the active alerts out of the rules. Other servers ignore the parameter."""

_PARTIAL = "the server says that its answer is partial"


def warnings_of(envelope: JsonObject) -> tuple[str, ...]:
    """Return a server's warnings: Prometheus writes ``warnings``, VictoriaMetrics' cluster ``isPartial``.

    ``infos`` of Prometheus 3 are remarks on the query, not on the answer.
    """
    listed = envelope.get("warnings") or []
    if not isinstance(listed, list):
        raise Misshapen("the warnings are not a list")
    warnings = tuple(text(warning, "a warning") for warning in listed)
    partial = envelope.get("isPartial")
    return warnings if partial is None or partial is False else (*warnings, _PARTIAL)


class Family(StrEnum):
    """The families of servers with Prometheus's API that gonogo treats differently."""

    PROMETHEUS = "prometheus"
    VICTORIA_METRICS = "victoria-metrics"
    OTHER = "other"
    """Thanos, Mimir or Cortex: Prometheus's own query engine in front of other storage."""


class Build(Struct, frozen=True):
    """The family of a server, and its version if it is a Prometheus."""

    family: Family
    version: str | None = None


def build_of(build: JsonObject) -> Build:
    """Read the answer of ``/api/v1/status/buildinfo``.

    Old versions of VictoriaMetrics answer ``{}``, newer versions only the version of a Prometheus
    that they imitate. Mimir and Cortex name themselves in ``application``. Thanos gives its own
    version, which is below 1.0. No Prometheus with this endpoint is older than 2.0.
    """
    if not build.get("goVersion"):
        return Build(Family.VICTORIA_METRICS)
    version = text(build.get("version"), "the version")
    number = release(version)
    if "application" in build or (number is not None and number < OLDEST):
        return Build(Family.OTHER)
    return Build(Family.PROMETHEUS, version)


def stores_samples(info: JsonObject) -> bool:
    """Return true if an answer of ``/api/v1/status/runtimeinfo`` comes from a server that stores samples itself.

    Such a server loads a configuration. A querier of Thanos gives its start as well, and loads none.
    """
    return "reloadConfigSuccess" in info


def nan_ends_series(family: Family) -> bool:
    """Return true if NaN in the answer to a range selector can be the staleness marker of a series that ended.

    Prometheus's query engine drops these markers from range selectors. VictoriaMetrics returns them as NaN.
    """
    return family is Family.VICTORIA_METRICS


def repeated_seconds(family: Family) -> float:
    """Return how many of the last seconds of a subquery repeat an older value.

    VictoriaMetrics does so for ``-search.latencyOffset``, 30 s by default. No parameter of a question changes that.
    """
    return 30.0 if family is Family.VICTORIA_METRICS else 0.0


def rules_untold(family: Family, groups: tuple[LoadedGroup, ...]) -> bool:
    """Return true if rules can exist although the server's list of rules is empty.

    Prometheus evaluates its own rules and lists all of them. VictoriaMetrics evaluates and lists
    no rules, even if vmalert records into it. Thanos and Mimir list the rules of the programs
    that they know.
    """
    return family is not Family.PROMETHEUS and not groups


def rule_health(health: str, error: str, evaluated_at: float | None) -> RuleHealth:
    """Return a rule's health. vmalert lists a rule that it has never evaluated as ``ok``."""
    if health == "err" or error:
        return RuleHealth.ERROR
    if health == "ok" and evaluated_at is not None:
        return RuleHealth.OK
    return RuleHealth.UNKNOWN


def engine_of(group: JsonObject) -> Engine:
    """Return the program that listed a rule group. Each program writes some keys that no other program writes."""
    if "concurrency" in group:
        return Engine.VMALERT
    return Engine.THANOS if "partialResponseStrategy" in group else Engine.PROMETHEUS


def group_delay(group: JsonObject, name: str) -> timedelta | None:
    """Return the delay that a group of vmalert names itself, in seconds. A group with an offset has no delay."""
    if "eval_delay" in group:
        return timedelta(seconds=number(group["eval_delay"], f"eval_delay of {name}"))
    return timedelta(0) if "eval_offset" in group else None


def vmalert_keys(group: JsonObject, name: str) -> VmalertKeys:
    """Return the keys of a loaded group that change the results of its rules. vmalert leaves out empty keys.

    vmalert 1.79 knows and shows ``type`` and ``params`` alone.
    """
    if engine_of(group) is not Engine.VMALERT:
        return PLAIN
    return VmalertKeys(
        text(group.get("type") or PROMQL_TYPE, f"the type of {name}"),
        _sorted_texts(group, "params", name),
        _sorted_texts(group, "headers", name),
        *(seconds_of(number(group.get(key, 0), f"{key} of {name}")) for key in ("eval_delay", "eval_offset")),
    )


def _sorted_texts(group: JsonObject, key: str, name: str) -> tuple[str, ...]:
    what = f"{key} of {name}"
    return tuple(sorted(text(item, what) for item in listing(group.get(key) or [], what)))


def keep_firing_for(rule: JsonObject) -> object:
    """Return the seconds for which an alert keeps firing. Prometheus and vmalert name the key differently."""
    return rule.get("keepFiringFor", rule.get("keep_firing_for", 0))


def scrape_interval(target: JsonObject, discovered: Mapping[str, str]) -> timedelta | None:
    """Return a target's scrape interval. vmagent writes it only in the discovered labels."""
    interval = target.get("scrapeInterval") or discovered.get("__scrape_interval__")
    if interval is None:
        return None
    try:
        return parse_duration(text(interval, "the scrape interval"))
    except ValueError as error:
        raise Misshapen(f"the scrape interval {interval!r} is not a duration") from error
