"""Reads the rules that a server has loaded, and the results of their last evaluations.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from gonogo.model.rule import LoadedGroup, Rule, RuleKind, RuleState
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import (
    Json,
    JsonObject,
    Misshapen,
    data_of,
    listing,
    mapping,
    moment,
    number,
    shown,
    text,
    texts,
)
from gonogo.server.versions import WITHOUT_ALERTS, engine_of, group_delay, keep_firing_for, rule_health, vmalert_keys

_STATES = frozenset({"firing", "pending", "inactive"})
_KINDS = {"recording": RuleKind.RECORD, "alerting": RuleKind.ALERT}


def rules(client: Client, base_url: str, *, alerts: bool = False) -> tuple[LoadedGroup, ...]:
    """List the rule groups of Prometheus or of vmalert, in the server's order. ``alerts`` adds the firing alerts."""
    return ask(client, base_url, "/api/v1/rules", partial(_groups, alerts=alerts), None if alerts else WITHOUT_ALERTS)


def _groups(envelope: JsonObject, *, alerts: bool) -> tuple[LoadedGroup, ...]:
    groups = listing(data_of(envelope).get("groups"), "the groups")
    return tuple(_group(mapping(item, "a group"), alerts=alerts) for item in groups)


def _group(item: JsonObject, *, alerts: bool) -> LoadedGroup:
    name = text(item.get("name"), "a group's name")
    began_at = moment(item["lastEvaluation"], f"the last evaluation of {name}") if "lastEvaluation" in item else None
    took = _seconds(item.get("evaluationTime", 0), f"the time of the last evaluation of {name}")
    return LoadedGroup(
        name=name,
        interval=_seconds(item.get("interval"), f"the interval of {name}"),
        rules=tuple(
            _state(mapping(rule, "a rule"), alerts=alerts)
            for rule in listing(item.get("rules") or [], f"the rules of {name}")
        ),
        file=text(item.get("file", ""), f"the file of {name}"),
        limit=int(number(item["limit"], f"the limit of {name}")) if "limit" in item else None,
        delay=group_delay(item, name),
        engine=engine_of(item),
        began_at=began_at,
        ended_at=None if began_at is None else began_at + took.total_seconds(),
        vmalert=vmalert_keys(item, name),
    )


def _state(item: JsonObject, *, alerts: bool) -> RuleState:
    rule = _rule(item)
    error = text(item.get("lastError", ""), f"the last error of {rule.name}")
    evaluated_at = moment(item.get("lastEvaluation"), f"the last evaluation of {rule.name}")
    health = text(item.get("health"), f"the health of {rule.name}")
    firing = tuple(_firing(item, rule.name)) if alerts else ()
    return RuleState(rule, rule_health(health, error, evaluated_at), error, evaluated_at, firing)


def _firing(item: JsonObject, name: str) -> Iterator[Mapping[str, str]]:
    """Yield the labels of each alert of a rule that fires. Pending alerts are left out."""
    for one in listing(item.get("alerts") or [], f"the alerts of {name}"):
        alert = mapping(one, f"an alert of {name}")
        state = text(alert.get("state"), f"the state of an alert of {name}")
        if state not in _STATES:
            raise Misshapen(f"the state of an alert of {name} is not a state of alerts: {shown(state)}")
        if state == "firing":
            yield texts(alert.get("labels"), f"the labels of an alert of {name}")


def _rule(item: JsonObject) -> Rule:
    name = text(item.get("name"), "a rule's name")
    kind = _KINDS.get(item.get("type", ""))
    if kind is None:
        raise Misshapen(f"the type of {name} is not a type of rules: {shown(item.get('type'))}")
    return Rule(
        kind=kind,
        name=name,
        expression=text(item.get("query"), f"the expression of {name}"),
        labels=texts(item.get("labels"), f"the labels of {name}"),
        annotations=texts(item.get("annotations"), f"the annotations of {name}"),
        held=_seconds(item.get("duration", 0), f"the duration of {name}"),
        keep_firing=_seconds(keep_firing_for(item), f"keepFiringFor of {name}"),
    )


def _seconds(value: Json, what: str) -> timedelta:
    try:
        return timedelta(seconds=number(value, what))
    except (OverflowError, ValueError) as error:
        raise Misshapen(f"{what} is not a duration: {shown(value)}") from error
