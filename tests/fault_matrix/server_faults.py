"""Faults of the server, and of what stands between it and us."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.programs.processes import prometheus
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.stage import Stage
from tests.live.proxy import Passing, Spoil, in_turn, proxy
from tests.more_servers import victoria_metrics

IDLE = "global: {}\n"


def fault(
    name: str,
    mechanism: str,
    enter: Callable[[Stage], AbstractContextManager[object]],
    reason: Reason = Reason.UNREACHABLE,
    gate: str = "heartbeat",
    kind: str = "answer",
    signal: str = "all",
) -> Fault:
    """Make a fault that holds the verdict."""
    return Fault(name, mechanism, kind, signal, gate, Verdict.HOLD, reason, enter, group="server")


def spoiled(spoil: Spoil) -> Callable[[Stage], AbstractContextManager[object]]:
    """Let the proxy spoil every answer, or those it chooses."""

    @contextmanager
    def enter(stage: Stage) -> Iterator[None]:
        stage.proxy.spoil = spoil
        try:
            yield
        finally:
            stage.proxy.spoil = lambda passing: passing

    return enter


def body(text: bytes, status: int = 200, kind: str = "application/json") -> Spoil:
    """Answer everything with this."""
    return lambda passing: replace(passing, body=text, status=status, kind=kind)


def only(part: str, spoil: Spoil) -> Spoil:
    """Spoil only answers to questions whose path holds ``part``."""
    return lambda passing: spoil(passing) if part in passing.path else passing


def document(change: Callable[[dict[str, Any]], None]) -> Spoil:
    """Change an answer's JSON."""

    def spoil(passing: Passing) -> Passing:
        read = json.loads(passing.body)
        change(read)
        return replace(passing, body=json.dumps(read).encode())

    return spoil


def no_samples(read: dict[str, Any]) -> None:
    """Take the series out of a range answer."""
    if read.get("data", {}).get("resultType") == "matrix":
        read["data"]["result"] = []


def no_instants(read: dict[str, Any]) -> None:
    """Take the series out of an instant answer."""
    if read.get("data", {}).get("resultType") == "vector":
        read["data"]["result"] = []


def newest_at(seconds: float) -> Callable[[dict[str, Any]], None]:
    """Shift the times of raw samples."""

    def change(read: dict[str, Any]) -> None:
        if read.get("data", {}).get("resultType") == "matrix":
            for series in read["data"]["result"]:
                series["values"] = [[at + seconds, value] for at, value in series["values"]]

    return change


def as_histograms(read: dict[str, Any]) -> None:
    """Let every raw sample be a native histogram."""
    if read.get("data", {}).get("resultType") == "matrix":
        for series in read["data"]["result"]:
            series["histograms"] = [[at, {"count": value, "sum": value}] for at, value in series.pop("values")]


def other_realm(read: dict[str, Any]) -> None:
    """Rename the realm in every label set."""
    for series in read.get("data", {}).get("result", []):
        if isinstance(series, dict) and "metric_realm" in series["metric"]:
            series["metric"]["metric_realm"] = "dev"


def unhealthy(read: dict[str, Any]) -> None:
    """Let every rule have failed at its last evaluation."""
    for group in read["data"]["groups"]:
        for rule in group["rules"]:
            rule.update(health="err", lastError="many-to-many matching not allowed")


def never_evaluated(read: dict[str, Any]) -> None:
    """Let no rule have run yet."""
    for group in read["data"]["groups"]:
        for rule in group["rules"]:
            rule.update(health="unknown", lastEvaluation="0001-01-01T00:00:00Z")


def realm_twice(passing: Passing) -> Passing:
    """Put another realm before the realm of each label set."""
    whole = b'"metric_realm":"'
    return replace(passing, body=passing.body.replace(whole, b'"metric_realm":"dev",' + whole))


def status_twice(passing: Passing) -> Passing:
    """Put an error before the success of an answer."""
    whole = b'"status":"success"'
    return replace(passing, body=passing.body.replace(whole, b'"status":"error",' + whole, 1))


@contextmanager
def killed(stage: Stage) -> Iterator[None]:
    """Kill the server and start it again."""
    stage.stack.prometheus.kill()
    try:
        yield
    finally:
        stage.stack.prometheus.launch()


@contextmanager
def paused(stage: Stage) -> Iterator[None]:
    """Stop the server's process in its tracks."""
    stage.stack.prometheus.pause()
    try:
        yield
    finally:
        stage.stack.prometheus.resume()


@contextmanager
def held_in_mid_answer(stage: Stage) -> Iterator[None]:
    """Let every answer wait on its way."""
    stage.proxy.hold.clear()
    try:
        yield
    finally:
        stage.proxy.hold.set()


@contextmanager
def asked_elsewhere(stage: Stage, url: str) -> Iterator[None]:
    """Let the stage ask another server."""
    with proxy(url) as other:
        own, stage.proxy = stage.proxy, other
        try:
            yield
        finally:
            stage.proxy = own


@contextmanager
def empty_server(stage: Stage) -> Iterator[None]:
    """Ask a Prometheus without any data."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "prometheus.yml").write_text(IDLE, encoding="utf-8")
        with prometheus(home, home / "prometheus.yml") as server, asked_elsewhere(stage, server.url):
            yield


@contextmanager
def two_in_turn(stage: Stage) -> Iterator[None]:
    """Let a load balancer send each question to the next of two servers."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "prometheus.yml").write_text(IDLE, encoding="utf-8")
        with prometheus(home, home / "prometheus.yml") as other, asked_elsewhere(stage, stage.stack.prometheus.url):
            stage.proxy.route = in_turn(stage.stack.prometheus.url, other.url)
            yield


@contextmanager
def empty_victoria_metrics(stage: Stage) -> Iterator[None]:
    """Ask a VictoriaMetrics, which knows neither rules nor targets."""
    with (
        tempfile.TemporaryDirectory() as folder,
        victoria_metrics(Path(folder)) as server,
        asked_elsewhere(stage, server.url),
    ):
        yield


@contextmanager
def the_pushgateway(stage: Stage) -> Iterator[None]:
    """Ask the Pushgateway, which is no Prometheus."""
    with asked_elsewhere(stage, stage.stack.pushgateway.url):
        yield


@contextmanager
def rules_gone(stage: Stage) -> Iterator[None]:
    """Let the server load a configuration whose glob of rules matches nothing."""
    with stage.configuration(lambda text: text.replace("rules/*.yml", "rules/*.none")):
        yield


QUERY, RULES, TARGETS = "/api/v1/query", "/api/v1/rules", "/api/v1/targets"
ERROR = b'{"status":"error","errorType":"execution","error":"query processing would load too many samples"}'
EMPTY_VECTOR = b'{"status":"success","data":{"resultType":"vector","result":[]}}'
NO_GROUPS = b'{"status":"success","data":{"groups":[]}}'
NO_TARGETS = b'{"status":"success","data":{"activeTargets":[],"droppedTargets":[]}}'

FAULTS = (
    fault("prometheus-killed", "the server is killed", killed, kind="server"),
    fault("prometheus-paused", "the server's process is stopped with SIGSTOP", paused, kind="server"),
    fault("answers-held", "answers stop on their way", held_in_mid_answer),
    fault("empty-server", "the address is that of a server without data", empty_server, Reason.ABSENT, kind="server"),
    fault(
        "empty-victoria-metrics",
        "the address is that of a VictoriaMetrics without data",
        empty_victoria_metrics,
        Reason.ABSENT,
        kind="server",
    ),
    fault(
        "two-servers-in-turn",
        "a load balancer sends each question to the next of two servers",
        two_in_turn,
        kind="server",
    ),
    fault("not-a-prometheus", "the address is that of a Pushgateway", the_pushgateway, kind="server"),
    fault(
        "rule-glob-matches-nothing",
        "after a reload with status 200 all rules are gone",
        rules_gone,
        Reason.DRIFTED,
        kind="server",
    ),
    fault("always-503", "the server answers 503", spoiled(body(b"Service Unavailable", 503, "text/plain"))),
    fault("always-500", "the server answers 500", spoiled(body(b"oops", 500, "text/plain"))),
    fault("always-401", "the server wants a password", spoiled(body(b"Unauthorized", 401, "text/plain"))),
    fault("always-404", "the API lies under another path", spoiled(body(b"404 page not found", 404, "text/plain"))),
    fault(
        "html-for-json",
        "a login page answers in the server's place",
        spoiled(body(b"<html><body>Sign in</body></html>", 200, "text/html")),
    ),
    fault(
        "redirected",
        "the server redirects elsewhere",
        spoiled(
            lambda passing: replace(passing, status=302, body=b"", headers=(("Location", "http://127.0.0.1:1/login"),))
        ),
    ),
    fault(
        "truncated",
        "answers end in the middle",
        spoiled(
            lambda passing: replace(passing, body=passing.body[: len(passing.body) // 2], promised=len(passing.body))
        ),
    ),
    fault(
        "cut-but-complete",
        "answers are cut, and their length is told so",
        spoiled(lambda passing: replace(passing, body=passing.body[:-10])),
    ),
    fault("dripping", "answers come a byte in 0.2 s", spoiled(lambda passing: replace(passing, drip=0.2))),
    fault("empty-answers", "answers have no body", spoiled(body(b""))),
    fault(
        "wrong-encoding",
        "answers are compressed and do not say so",
        spoiled(lambda passing: replace(passing, body=gzip.compress(passing.body))),
    ),
    fault(
        "gzip-bomb",
        "answers unpack to more than is allowed",
        spoiled(
            lambda passing: replace(
                passing, body=gzip.compress(b"0" * 300_000_000, 1), headers=(("Content-Encoding", "gzip"),)
            )
        ),
    ),
    fault("success-without-data", "answers say success and nothing else", spoiled(body(b'{"status":"success"}'))),
    fault("error-with-200", "errors come with status 200", spoiled(only(QUERY, body(ERROR)))),
    fault(
        "numbers-as-words",
        "values are words",
        spoiled(only(QUERY, lambda passing: replace(passing, body=passing.body.replace(b'"1"', b'"one"')))),
    ),
    fault(
        "numbers-with-underscores",
        "values have underscores, as no server writes them",
        spoiled(only(QUERY, lambda passing: replace(passing, body=passing.body.replace(b'"1"', b'"0_1"')))),
    ),
    fault(
        "numbers-with-blanks",
        "values have blanks around them",
        spoiled(only(QUERY, lambda passing: replace(passing, body=passing.body.replace(b'"1"', b'" 1 "')))),
    ),
    fault(
        "numbers-of-another-script",
        "values have Arabic digits",
        spoiled(only(QUERY, lambda passing: replace(passing, body=passing.body.replace(b'"1"', '"\u0661"'.encode())))),
    ),
    fault("realm-twice", "label sets have another realm before ours", spoiled(only(QUERY, realm_twice))),
    fault("status-twice", "answers have two statuses, the last one is success", spoiled(status_twice)),
    fault(
        "partial-answer",
        "the server warns that shards are missing",
        spoiled(only(QUERY, document(lambda read: read.update(warnings=["1 of 3 shards did not answer"])))),
        Reason.PARTIAL,
    ),
    fault(
        "partial-rules",
        "the list of the rules comes with a warning",
        spoiled(only(RULES, document(lambda read: read.update(warnings=["a ruler did not answer"])))),
        Reason.PARTIAL,
    ),
    fault(
        "partial-targets",
        "the list of the targets comes with a warning",
        spoiled(only(TARGETS, document(lambda read: read.update(warnings=["a sidecar did not answer"])))),
        Reason.PARTIAL,
    ),
    fault(
        "partial-as-text",
        "answers are said to be partial by a text in place of `true`",
        spoiled(only(QUERY, document(lambda read: read.update(isPartial="true")))),
        Reason.PARTIAL,
    ),
    fault(
        "queries-only-empty",
        "every query finds nothing",
        spoiled(only(QUERY, lambda passing: replace(passing, body=EMPTY_VECTOR))),
    ),
    fault("no-raw-samples", "range selectors find nothing", spoiled(only(QUERY, document(no_samples))), Reason.STALE),
    fault(
        "no-instant-answer",
        "instant selectors find nothing",
        spoiled(only(QUERY, document(no_instants))),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "native-histograms",
        "raw samples are native histograms",
        spoiled(only(QUERY, document(as_histograms))),
        Reason.HISTOGRAM,
    ),
    fault(
        "samples-an-hour-old",
        "raw samples are an hour old",
        spoiled(only(QUERY, document(newest_at(-3600)))),
        Reason.STALE,
    ),
    fault(
        "samples-ahead",
        "raw samples lie ten seconds ahead",
        spoiled(only(QUERY, document(newest_at(10)))),
        Reason.FUTURE,
    ),
    fault(
        "realm-rewritten",
        "a proxy tenant rewrites the realm",
        spoiled(only(QUERY, document(other_realm))),
        Reason.WRONG_REALM,
    ),
    fault(
        "rules-forbidden", "only the rules are forbidden", spoiled(only(RULES, body(b"Forbidden", 403, "text/plain")))
    ),
    fault("rules-hidden", "the rules are said to be none", spoiled(only(RULES, body(NO_GROUPS))), Reason.DRIFTED),
    fault(
        "rules-failing",
        "all rules failed at their last evaluation",
        spoiled(only(RULES, document(unhealthy))),
        Reason.RULE_UNHEALTHY,
    ),
    fault(
        "rules-never-run",
        "no rule has been evaluated",
        spoiled(only(RULES, document(never_evaluated))),
        Reason.RULE_UNHEALTHY,
    ),
    fault(
        "targets-forbidden",
        "only the targets are forbidden",
        spoiled(only(TARGETS, body(b"Forbidden", 403, "text/plain"))),
    ),
    fault(
        "targets-hidden",
        "the targets are said to be none",
        spoiled(only(TARGETS, body(NO_TARGETS))),
        Reason.SOURCE_UNKNOWN,
    ),
)
