r"""Reads what a server's own ``/metrics`` says of its reloads, and of what they may have broken.

The API tells the time of the last reload in whole seconds only, and the counters not
at all. Source of the text: Prometheus documentation, "Exposition formats", text format
0.0.4; in a label's value ``\``, ``"`` and line feed are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

from gonogo.errors import SourceError
from gonogo.server.envelope import refused
from gonogo.server.http import Client
from gonogo.server.shape import Misshapen, shown

SUCCESSFUL = "prometheus_config_last_reload_successful"
SUCCESS_AT = "prometheus_config_last_reload_success_timestamp_seconds"
STARTED_AT = "process_start_time_seconds"
POOLS_FAILED = "prometheus_target_scrape_pools_failed_total"
POOL_RELOADS_FAILED = "prometheus_target_scrape_pool_reloads_failed_total"
EVALUATIONS_FAILED = "prometheus_rule_evaluation_failures_total"
ITERATIONS_MISSED = "prometheus_rule_group_iterations_missed_total"
SYNCS = "prometheus_target_scrape_pool_sync_total"
_WANTED = (
    *(SUCCESSFUL, SUCCESS_AT, STARTED_AT),
    *(POOLS_FAILED, POOL_RELOADS_FAILED, EVALUATIONS_FAILED, ITERATIONS_MISSED, SYNCS),
)

_OK = 200
_LINE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(?P<labels>.*)\})?[ \t]*(?P<value>\S+)(?:[ \t]+-?\d+)?"
)
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class OwnMetrics:
    """What the metrics of a server say of its reloads.

    Attributes:
        successful: whether the last reload took everything.
        success_at: when a reload last did, in unix seconds by the server's clock.
        started_at: when the process was started, as the kernel says; ``None`` where it does not tell.
        pools_failed: how many scrape pools could not be made, ever since the start.
        pool_reloads_failed: how many scrape pools could not take a new configuration.
        evaluations_failed: ``file;group`` -> how many evaluations of its rules failed.
        iterations_missed: ``file;group`` -> how many evaluations it left out for want of time.
        syncs: job -> how often the targets of its scrape pool were set; each reload sets them some seconds later.
    """

    successful: bool
    success_at: float
    started_at: float | None = None
    pools_failed: float = 0.0
    pool_reloads_failed: float = 0.0
    evaluations_failed: Mapping[str, float] = field(default_factory=dict)
    iterations_missed: Mapping[str, float] = field(default_factory=dict)
    syncs: Mapping[str, float] = field(default_factory=dict)


def own_metrics(client: Client, base_url: str) -> OwnMetrics:
    """Ask for a server's own metrics; it answers also while it is not ready yet.

    Raises:
        SourceError: there was no valid answer, or it lacks a metric that every Prometheus has.
    """
    answer = client.get(base_url, "/metrics")
    if answer.status != _OK:
        raise refused(answer, client.quoted(answer.body))
    try:
        return read_own_metrics(answer.body.decode("utf-8", "replace"))
    except Misshapen as error:
        raise SourceError(
            "these are not the metrics of a Prometheus",
            where=answer.url,
            why=client.quoted(str(error).encode()),
            next_step="see whether prometheus.url is the server's own, its path prefix included",
        ) from error


def read_own_metrics(text: str) -> OwnMetrics:
    """Read the text of ``/metrics``; the lines of all other metrics are not looked at.

    Raises:
        Misshapen: a metric that is needed is missing, there twice, no finite number, or its line makes no sense.
    """
    found: dict[str, list[tuple[Mapping[str, str], float]]] = {name: [] for name in _WANTED}
    for name, labels, value in samples_of(text, _WANTED):
        found.get(name, []).append((labels, value))
    return OwnMetrics(
        successful=_one(found, SUCCESSFUL) == 1,
        success_at=_one(found, SUCCESS_AT),
        started_at=_one(found, STARTED_AT) if found[STARTED_AT] else None,
        pools_failed=_one(found, POOLS_FAILED),
        pool_reloads_failed=_one(found, POOL_RELOADS_FAILED),
        evaluations_failed=dict(_each("rule_group", found[EVALUATIONS_FAILED])),
        iterations_missed=dict(_each("rule_group", found[ITERATIONS_MISSED])),
        syncs=dict(_each("scrape_job", found[SYNCS])),
    )


def samples_of(text: str, beginnings: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str], float]]:
    """Read those lines of ``/metrics`` that begin in one of some ways: name, labels and value of each.

    Raises:
        Misshapen: one of these lines is no sample.
    """
    return (_sample(line) for line in text.split("\n") if line.startswith(beginnings))


def _sample(line: str) -> tuple[str, Mapping[str, str], float]:
    read = _LINE.fullmatch(line.rstrip())
    if read is None:
        raise Misshapen(f"this line is no sample: {shown(line)}")
    try:
        value = float(read["value"])
    except ValueError as error:
        raise Misshapen(f"this sample has no number: {shown(line)}") from error
    return read["name"], _labels(read["labels"] or "", line), value


def _labels(text: str, line: str) -> Mapping[str, str]:
    labels, at = {}, 0
    while at < len(text):
        pair = _LABEL.match(text, at)
        if pair is None:
            raise Misshapen(f"the labels of this line make no sense: {shown(line)}")
        labels[pair[1]] = _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], pair[2])
        at = pair.end()
    return labels


def _one(found: Mapping[str, list[tuple[Mapping[str, str], float]]], name: str) -> float:
    values = [value for _, value in found[name]]
    if len(values) != 1 or not isfinite(values[0]):
        raise Misshapen(f"{name} is {', '.join(map(str, values)) or 'not there'}")
    return values[0]


def _each(label: str, samples: list[tuple[Mapping[str, str], float]]) -> Iterator[tuple[str, float]]:
    for labels, value in samples:
        if label not in labels or not isfinite(value):
            raise Misshapen(f"a counter by {label} is {value} for {shown(labels)}")
        yield labels[label], value
