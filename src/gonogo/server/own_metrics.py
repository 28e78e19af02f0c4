r"""Reads from a server's own ``/metrics`` how its reloads went, and which faults they may have caused.

The API gives the time of the last reload in whole seconds only, and does not give the
counters. Source of the text: Prometheus documentation, "Exposition formats", text format
0.0.4. In a label's value ``\``, ``"`` and line feed are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import isfinite

from msgspec import Struct, field

from gonogo.errors import SourceError
from gonogo.server.envelope import refused
from gonogo.server.http import Client
from gonogo.server.number_text import number_of
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

_LINE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(?P<labels>.*)\})?[ \t]*(?P<value>\S+)(?:[ \t]+-?\d+)?"
)
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)')
_ESCAPE = re.compile(r"\\(.)")


class OwnMetrics(Struct, frozen=True):
    """The metrics of a server about its reloads. Counters count since the start of the process.

    Attributes:
        successful: true if the last reload succeeded as a whole.
        success_at: the time of the last successful reload, in unix seconds by the server's clock.
        started_at: the start of the process by the kernel's clock; ``None`` if the server does not export it.
        pools_failed: the number of scrape pools that could not be created.
        pool_reloads_failed: the number of scrape pools that could not load a new configuration.
        evaluations_failed: the number of failed rule evaluations of each ``file;group``.
        iterations_missed: the number of evaluations that each ``file;group`` skipped because it was late.
        syncs: the number of times that the targets of each job's scrape pool were set. A reload sets them some
            seconds later.
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
    """Ask for a server's own metrics. A server that is not ready yet answers as well.

    Raises:
        SourceError: there was no valid answer, or the answer lacks a metric that every Prometheus has.
    """
    try:
        return read_own_metrics(metrics_text(client, base_url))
    except Misshapen as error:
        raise SourceError(
            "these are not the metrics of a Prometheus",
            where=f"{base_url.rstrip('/')}/metrics",
            why=client.quoted(str(error).encode()),
            next_step="check that prometheus.url is the URL of a Prometheus itself, with its path prefix: gonogo "
            "reloads no other server",
        ) from error


def metrics_text(client: Client, base_url: str) -> str:
    """Ask for the text of a server's ``/metrics``.

    Raises:
        SourceError: there was no valid answer.
    """
    answer = client.get(base_url, "/metrics")
    if answer.status != HTTPStatus.OK:
        raise refused(answer, client.quoted(answer.body))
    return answer.body.decode("utf-8", "replace")


def read_own_metrics(text: str) -> OwnMetrics:
    """Read the text of ``/metrics``. The lines of all other metrics are ignored.

    Raises:
        Misshapen: a needed metric is missing, occurs twice or is not a finite number, or its line cannot be read.
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
    """Yield name, labels and value of each line of ``/metrics`` that begins with one of ``beginnings``.

    Raises:
        Misshapen: one of these lines is not a sample.
    """
    return (_sample(line) for line in text.split("\n") if line.startswith(beginnings))


def _sample(line: str) -> tuple[str, Mapping[str, str], float]:
    read = _LINE.fullmatch(line.rstrip())
    if read is None:
        raise Misshapen(f"this line is not a sample: {shown(line)}")
    try:
        value = number_of(read["value"])
    except ValueError as error:
        raise Misshapen(f"the value of this sample is not a number: {shown(line)}") from error
    return read["name"], _labels(read["labels"] or "", line), value


def _labels(text: str, line: str) -> Mapping[str, str]:
    labels, at = {}, 0
    while at < len(text):
        pair = _LABEL.match(text, at)
        if pair is None:
            raise Misshapen(f"the labels of this line cannot be read: {shown(line)}")
        labels[pair[1]] = _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], pair[2])
        at = pair.end()
    return labels


def _one(found: Mapping[str, list[tuple[Mapping[str, str], float]]], name: str) -> float:
    values = [value for _, value in found[name]]
    if len(values) != 1 or not isfinite(values[0]):
        raise Misshapen(f"{name} is {', '.join(map(str, values)) or 'missing'}")
    return values[0]


def _each(label: str, samples: list[tuple[Mapping[str, str], float]]) -> Iterator[tuple[str, float]]:
    for labels, value in samples:
        if label not in labels or not isfinite(value):
            raise Misshapen(f"a counter by {label} is {value} for {shown(labels)}")
        yield labels[label], value
