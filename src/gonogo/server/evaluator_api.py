"""Reads the loaded rules together with the settings of the program that evaluates them.

vmalert shows its flags in ``/metrics``, flags at their defaults included. Thanos shows the
external labels of the programs behind it in ``/api/v1/stores``, and its own flags in
``/api/v1/status/flags``. Observed on vmalert 1.79 and 1.145 and on Thanos 0.42.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import orjson

from gonogo.errors import SourceError
from gonogo.model.rule import ITSELF, Engine, Evaluator, LoadedGroup
from gonogo.server.envelope import PartialAnswer, ask
from gonogo.server.http import Client
from gonogo.server.own_metrics import metrics_text, samples_of
from gonogo.server.rules_api import rules
from gonogo.server.shape import JsonObject, Misshapen, listing, mapping, text, texts
from gonogo.server.status_api import flags

ONE_SETTING = timedelta(seconds=5)
"""The bound for each of the two answers after the rules: together they take no longer than one other answer."""

_FLAG = "flag{"
_EXTERNAL = "external.label"
_DELAYS = ("rule.evalDelay", "datasource.lookback")
"""The flags that put evaluations into the past: the first of newer vmalert, the second of vmalert 1.79 and its time."""

_DELIVERY = "remoteWrite.flushInterval"
_STORES_WITH_RULES = ("sidecar", "rule")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ITEM = re.compile(r'("(?:[^"\\]|\\.)*"|[^",]+)(?:,|$)')


def evaluated_rules(
    client: Client, base_url: str, *, alerts: bool = False
) -> tuple[tuple[LoadedGroup, ...], Evaluator]:
    """List the loaded rule groups, and read the settings of the program that evaluates them.

    ``alerts`` adds the firing alerts to the rules.

    Raises:
        SourceError: the rules could not be read, or an answer may be partial. If the settings could not be read,
            ``Evaluator.unread`` says why.
    """
    groups = rules(client, base_url, alerts=alerts)
    engines = {group.engine for group in groups}
    quick = client.within(timeout=ONE_SETTING)
    if Engine.VMALERT in engines:
        return groups, _vmalert(quick, base_url)
    if Engine.THANOS in engines:
        return groups, _thanos(quick, base_url)
    return groups, ITSELF


def _vmalert(client: Client, base_url: str) -> Evaluator:
    try:
        return _by_flags(_shown_flags(client, base_url))
    except (SourceError, Misshapen) as error:
        why = client.quoted(str(error if isinstance(error, Misshapen) else error.what).encode())
        unread = (
            f"the flags of vmalert cannot be read at {base_url}/metrics ({why}), so its -rule.evalDelay and "
            "-external.label are not known; name vmalert itself in prometheus.rules_url, and let gonogo read /metrics"
        )
        return Evaluator(Engine.VMALERT, unread=unread)


def _shown_flags(client: Client, base_url: str) -> Mapping[str, str]:
    found = samples_of(metrics_text(client, base_url), (_FLAG,))
    return {labels.get("name", ""): labels.get("value", "") for _, labels, _ in found}


def _by_flags(shown: Mapping[str, str]) -> Evaluator:
    delay = next((name for name in _DELAYS if name in shown), None)
    if _EXTERNAL not in shown or _DELIVERY not in shown or delay is None:
        raise Misshapen("these are not the metrics of vmalert")
    return Evaluator(
        Engine.VMALERT,
        dict(_external_labels(shown[_EXTERNAL])),
        _duration(shown[delay], delay),
        _duration(shown[_DELIVERY], _DELIVERY),
    )


def _external_labels(value: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of ``a=b,"c=d,e"``. An item with special characters is quoted as in Go."""
    at = 0
    while at < len(value):
        item = _ITEM.match(value, at)
        if item is None:
            raise Misshapen(f"the flag -{_EXTERNAL} cannot be read: {value}")
        name, equals, label = _unquoted(item[1]).partition("=")
        if not equals:
            raise Misshapen(f"the flag -{_EXTERNAL} has an item without '=': {value}")
        yield name, label
        at = item.end()


def _unquoted(item: str) -> str:
    if not item.startswith('"'):
        return item
    try:
        return text(orjson.loads(item), "a label")
    except orjson.JSONDecodeError as error:
        raise Misshapen(f"a label of the flag -{_EXTERNAL} cannot be read: {item}") from error


def _duration(value: str, flag: str) -> timedelta:
    if not _DURATION.fullmatch(value):
        raise Misshapen(f"the flag -{flag} is not a duration: {value}")
    return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(value)))


def _thanos(client: Client, base_url: str) -> Evaluator:
    try:
        replicas = frozenset(flags(client, base_url).get("query.replica-label", "").split(","))
        found = ask(client, base_url, "/api/v1/stores", _label_sets)
    except PartialAnswer:
        raise
    except SourceError as error:
        return Evaluator(Engine.THANOS, unread=_unread_thanos(client.quoted(error.what.encode())))
    kinds = {tuple(sorted((n, v) for n, v in labels.items() if n not in replicas)) for labels in found}
    if len(kinds) > 1:
        return Evaluator(Engine.THANOS, unread=_unread_thanos("the programs behind Thanos have different labels"))
    return Evaluator(Engine.THANOS, dict(*kinds))


def _unread_thanos(why: str) -> str:
    return (
        f"the external labels that Thanos adds to rules are not known ({why}); name the Prometheus or the ruler that "
        "evaluates the rules in prometheus.rules_url"
    )


def _label_sets(envelope: JsonObject) -> tuple[Mapping[str, str], ...]:
    data = mapping(envelope.get("data"), "the stores")
    stores = (store for kind in _STORES_WITH_RULES for store in listing(data.get(kind) or [], "the stores"))
    return tuple(
        texts(labels, "the labels of a store")
        for store in stores
        for labels in listing(mapping(store, "a store").get("labelSets") or [{}], "the label sets")
    )
