"""Five faults for each of the ten policies of strangers, and the verdict that each must have."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.evidence_stage import stamped
from tests.fault_matrix.exposed import valued, valued_in, without
from tests.strangers.fault import (
    Change,
    Enter,
    Fault,
    added,
    dead,
    exported,
    forgotten,
    honored,
    labelled,
    lost,
    reruled,
    rewritten,
    ruled,
    scraped,
    stopped,
    together,
)
from tests.strangers.world import JOBS, MEMORY, World

GO, HOLD, NO_GO = Verdict.GO, Verdict.HOLD, Verdict.NO_GO


def failing(series: str, rate: float = 20) -> Change:
    """Let a counter of failures appear, and rise by ``rate`` a second."""
    return added(lambda now: f"{series} {rate * (now % 1e6):.0f}\n")


def stuck(metric: str, *names: str) -> Enter:
    """Let instances export a metric with a timestamp of their own that stands still."""

    @contextmanager
    def entered(world: World) -> Iterator[None]:
        held: list[float] = []
        with exported(stamped(metric, lambda: held[0] if held else time.time()), *names)(world):
            for name in names:
                world.until_has(f'timestamp({metric}{{instance="{name}"}}) > {time.time():.3f}')
            held.append(time.time())
            yield

    return entered


@contextmanager
def old_textfile(world: World) -> Iterator[None]:
    """Let the cron job that writes the text file be dead for two hours."""
    path = world.textfiles / "raid.prom"
    os.utime(path, (time.time() - 7200, time.time() - 7200))
    try:
        yield
    finally:
        os.utime(path)


@contextmanager
def node_killed(world: World) -> Iterator[None]:
    """Kill node_exporter."""
    world.node.kill()
    try:
        yield
    finally:
        world.node.launch()


def twin_of_node(config: dict[str, list[dict[str, object]]]) -> None:
    """Scrape node_exporter twice under one instance."""
    (one,) = config["static_configs"]
    config["static_configs"] = [one | {"labels": {"instance": "host-1", "rack": rack}} for rack in ("a", "b")]


@contextmanager
def batch_stopped(world: World) -> Iterator[None]:
    """Run the batch job no more."""
    world.batch.runs = False
    try:
        yield
    finally:
        world.batch.runs = True


@contextmanager
def batch_failing(world: World) -> Iterator[None]:
    """Let the batch job push that its last success is long ago."""
    healthy = world.batch.text
    world.batch.text = lambda now: healthy(now - 3600)
    try:
        yield
    finally:
        world.batch.text = healthy


@contextmanager
def group_deleted(world: World) -> Iterator[None]:
    """Delete the group of the stopped job from the Pushgateway."""
    with batch_stopped(world):
        server = world.gateway
        assert server.client.send("DELETE", server.url, "/metrics/job/export/instance/host-1").status == 202
        yield


@contextmanager
def gateway_killed(world: World) -> Iterator[None]:
    """Kill the Pushgateway."""
    with batch_stopped(world):
        world.gateway.kill()
        try:
            yield
        finally:
            world.gateway.launch()


MANY = "http_requests_total{job='checkout'} / on (job) http_requests_total{job='checkout'}"
MANY_ORDERS = "orders_queue_length{job='orders'} / on (job) orders_queue_capacity{job='orders'} > 0.8"
PAYMENTS_FAIL = exported(failing('payments_failed_total{kind="timeout"}'), *JOBS["payments"])

ROUNDS: tuple[tuple[Fault, ...], ...] = (
    (
        Fault("availability", "one of two instances dies", NO_GO, None, dead("api-2")),
        Fault(
            "latency",
            "both instances export their histogram no more",
            HOLD,
            Reason.SOURCE_SILENT,
            exported(without("search_latency_seconds_bucket"), *JOBS["search"]),
        ),
        Fault(
            "errors",
            "the targets belong to another realm",
            HOLD,
            Reason.WRONG_REALM,
            labelled("checkout", metric_realm="staging"),
        ),
        Fault("saturation", "the writer of the text file is dead", NO_GO, None, old_textfile),
        Fault(
            "pages",
            "the expression of a page fails, for its join has many matches",
            HOLD,
            Reason.RULE_UNHEALTHY,
            ruled("pages", "OrdersQueueFull", everywhere=True, expr=MANY_ORDERS),
        ),
        Fault(
            "expression",
            "the exporter's clock is ahead",
            HOLD,
            Reason.FUTURE,
            exported(stamped("mailer_backlog", lambda: time.time() + 8), "mailer-1"),
        ),
        Fault(
            "services",
            "an instance loses the label of its service",
            HOLD,
            Reason.AMBIGUOUS,
            scraped("rpc", lambda config: config["static_configs"][1]["labels"].pop("service")),
        ),
        Fault("tolerance", "one of ten instances dies, and the policy allows that", GO, None, dead("worker-3")),
        Fault(
            "burn",
            "one payment in ten fails, and the server loads rules that count a thousandth",
            HOLD,
            Reason.DRIFTED,
            together(
                PAYMENTS_FAIL,
                reruled(
                    "burn",
                    lambda root: [
                        rule.update(expr=rule["expr"].replace("/ 0.001", "/ 1")) for rule in root["groups"][0]["rules"]
                    ],
                ),
            ),
        ),
        Fault("batch", "the job runs no more", HOLD, Reason.PUSH_STALE, batch_stopped),
    ),
    (
        Fault(
            "availability",
            "the rule records a constant, in the files too",
            HOLD,
            Reason.SYNTHETIC,
            ruled("availability", "job:up:avg", everywhere=True, expr="vector(1)", labels={"job": "api"}),
        ),
        Fault(
            "latency",
            "the searches take a second",
            NO_GO,
            None,
            exported(valued_in('le="0.', "0", "search_latency_seconds_bucket"), *JOBS["search"]),
        ),
        Fault(
            "errors",
            "the rule gives 0 where there is nothing, in the files too",
            HOLD,
            Reason.SYNTHETIC,
            ruled(
                "errors",
                "checkout:errors:ratio",
                everywhere=True,
                expr="sum(rate(http_requests_total{job='checkout',code=~'5..'}[6s])) or vector(0)",
            ),
        ),
        Fault("saturation", "node_exporter dies", HOLD, Reason.SOURCE_DOWN, node_killed),
        Fault("pages", "an instance dies, and its page fires", NO_GO, None, dead("orders-2")),
        Fault(
            "expression",
            "the targets belong to another realm",
            HOLD,
            Reason.WRONG_REALM,
            labelled("mailer", metric_realm="staging"),
        ),
        Fault(
            "services",
            "one call in six of a service fails",
            NO_GO,
            None,
            exported(failing('rpc_handled_total{code="Internal"}'), "cart-1", "cart-2"),
            spared="pay",
        ),
        Fault("tolerance", "two of ten instances die", HOLD, Reason.SOURCE_DOWN, dead("worker-3", "worker-7")),
        Fault(
            "burn",
            "the rules record a constant, in the files too",
            HOLD,
            Reason.SYNTHETIC,
            reruled(
                "burn",
                lambda root: [rule.update(expr="vector(0.5)") for rule in root["groups"][0]["rules"]],
                everywhere=True,
            ),
        ),
        Fault("batch", "the job runs and fails", NO_GO, None, batch_failing),
    ),
    (
        Fault(
            "availability",
            "the job is lost, and a stranger exports the recorded name",
            HOLD,
            Reason.FOREIGN,
            together(lost("api", "api-"), honored('job:up:avg{job="api",instance=""} 1', "stranger-of-availability")),
        ),
        Fault("latency", "one of two instances dies", HOLD, Reason.SOURCE_DOWN, dead("search-2")),
        Fault(
            "errors",
            "one request in six fails",
            NO_GO,
            None,
            exported(failing('http_requests_total{code="500"}'), *JOBS["checkout"]),
        ),
        Fault(
            "saturation",
            "the memory is full",
            NO_GO,
            None,
            rewritten(lambda world: world.proc, "meminfo", MEMORY.format(available=10000)),
        ),
        Fault(
            "pages",
            "the queue is full",
            NO_GO,
            None,
            exported(valued("95", "orders_queue_length"), "orders-1"),
        ),
        Fault(
            "expression",
            "one of two instances exports its backlog no more",
            HOLD,
            Reason.SOURCE_SILENT,
            exported(without("mailer_backlog"), "mailer-2"),
        ),
        Fault(
            "services",
            "both instances of a service die",
            HOLD,
            Reason.SOURCE_DOWN,
            dead("pay-1", "pay-2"),
            spared="cart",
        ),
        Fault(
            "tolerance",
            "one of ten instances dies, and another is silent",
            HOLD,
            Reason.SOURCE_DOWN,
            together(dead("worker-3"), exported(without("worker_lag_seconds"), "worker-7")),
        ),
        Fault("burn", "one payment in ten fails", NO_GO, None, PAYMENTS_FAIL),
        Fault("batch", "the Pushgateway dies", HOLD, Reason.SOURCE_UNKNOWN, gateway_killed),
    ),
    (
        Fault(
            "availability",
            "one of two instances dies, and the server loads a rule that hides it",
            HOLD,
            Reason.DRIFTED,
            together(dead("api-2"), ruled("availability", "job:up:avg", expr='max by (job) (up{job="api"})')),
        ),
        Fault(
            "latency",
            "there is no traffic",
            HOLD,
            Reason.NOT_FINITE,
            stopped("search_latency_seconds_bucket"),
        ),
        Fault(
            "errors",
            "two rules record the ratio, in the files too",
            HOLD,
            Reason.DUPLICATE_RULE,
            reruled(
                "errors",
                lambda root: root["groups"][0]["rules"].append(
                    root["groups"][0]["rules"][0] | {"expr": 'avg(http_errors_ratio{job="checkout"})'}
                ),
                everywhere=True,
            ),
        ),
        Fault(
            "saturation",
            "node_exporter is scraped twice under one instance",
            HOLD,
            Reason.RULE_UNHEALTHY,
            forgotten(scraped("node", twin_of_node), '{instance="host-1",job="node"}'),
        ),
        Fault(
            "pages",
            "both instances export their queue no more",
            HOLD,
            Reason.SOURCE_SILENT,
            exported(without("orders_queue_length"), *JOBS["orders"]),
        ),
        Fault(
            "expression",
            "the backlog is too long",
            NO_GO,
            None,
            exported(valued("900", "mailer_backlog"), "mailer-1"),
        ),
        Fault(
            "services",
            "service discovery loses a service",
            HOLD,
            Reason.SOURCE_UNKNOWN,
            lost("rpc", "pay-"),
            spared="cart",
        ),
        Fault(
            "tolerance",
            "one instance lags, and another is dead",
            NO_GO,
            None,
            together(exported(valued("500", "worker_lag_seconds"), "worker-1"), dead("worker-3")),
        ),
        Fault("burn", "one of two instances dies", HOLD, Reason.SOURCE_DOWN, dead("payments-2")),
        Fault("batch", "the group is deleted", HOLD, Reason.SOURCE_UNKNOWN, group_deleted),
    ),
    (
        Fault("availability", "service discovery loses the job", HOLD, Reason.SOURCE_UNKNOWN, lost("api", "api-")),
        Fault(
            "latency",
            "an instance exports old timestamps",
            HOLD,
            Reason.SOURCE_STALE,
            stuck("search_latency_seconds_bucket", "search-1"),
        ),
        Fault(
            "errors",
            "the expression of the rule fails, in the files too",
            HOLD,
            Reason.RULE_UNHEALTHY,
            ruled("errors", "checkout:errors:ratio", everywhere=True, expr=MANY),
        ),
        Fault(
            "saturation",
            "the text file has a broken line",
            HOLD,
            Reason.SOURCE_SILENT,
            rewritten(lambda world: world.textfiles, "raid.prom", "raid_failed_disks none\n"),
        ),
        Fault(
            "pages",
            "the server loads another threshold",
            HOLD,
            Reason.DRIFTED,
            ruled(
                "pages",
                "OrdersQueueFull",
                expr='orders_queue_length{job="orders"} / orders_queue_capacity{job="orders"} > 8',
            ),
        ),
        Fault("expression", "one of two instances dies", HOLD, Reason.SOURCE_DOWN, dead("mailer-2")),
        Fault(
            "services",
            "a stranger exports the ratio of a service that no rule knows",
            HOLD,
            Reason.FOREIGN,
            forgotten(
                honored(
                    'service:rpc_success:ratio{metric_realm="prod",service="ghost",job="",instance=""} 1',
                    "stranger-of-services",
                ),
                '{service="ghost"}',
            ),
        ),
        Fault(
            "tolerance",
            "two of ten instances export old timestamps",
            HOLD,
            Reason.SOURCE_STALE,
            stuck("worker_lag_seconds", "worker-3", "worker-7"),
        ),
        Fault(
            "burn",
            "the instances export their failures no more",
            HOLD,
            Reason.SOURCE_SILENT,
            exported(without("payments_failed_total"), *JOBS["payments"]),
        ),
        Fault(
            "batch",
            "the Pushgateway is scraped without honor_labels",
            HOLD,
            Reason.SOURCE_UNKNOWN,
            scraped("pushgateway", lambda config: config.update(honor_labels=False)),
        ),
    ),
)
"""Five rounds. In each round every policy has one fault, and all ten are there at the same time."""
