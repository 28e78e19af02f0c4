"""Healthy life of two identical servers behind a querier that merges their answers, as Thanos does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from gonogo.programs.processes import HOST, prometheus
from gonogo.programs.server_process import RunningServer
from tests.live.healthy_pods import fail_again, restarted, wait
from tests.live.healthy_stage import FLAGS, INTERVAL, HealthyStage, pods_stage

Answer = dict[str, Any]

GAP = 1.5 * INTERVAL
"""The seconds without a sample of one server for which the samples of the other one count."""

NOTICED = INTERVAL
"""The seconds after which the querier leaves out a server that does not answer. Thanos takes 5 s."""


@dataclass
class Stores:
    """The servers behind the querier. A server that failed comes last when it is back.

    Attributes:
        order: the servers.
        failing: the name of a server that does not answer -> since when, on the monotonic clock.
    """

    order: list[RunningServer]
    failing: dict[str, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def sort(self, found: list[tuple[RunningServer, Answer | None]]) -> list[str]:
        """Note which servers answered. Return a warning for each one that has just failed."""
        now, warnings = time.monotonic(), []
        with self.lock:
            for server, answer in found:
                if answer is not None:
                    if self.failing.pop(server.url, None) is not None:
                        self.order = [*(one for one in self.order if one is not server), server]
                elif now - self.failing.setdefault(server.url, now) < NOTICED:
                    warnings.append(f"receive series from {server.url}: connection refused")
        return warnings


class Querier(BaseHTTPRequestHandler):
    """Asks both servers, and merges what they answer. At first a server that does not answer is a warning.

    Thanos evaluates queries itself, over merged series. Here each server evaluates them. So the values are those of
    the server that has run without a break for longer.
    """

    stores: ClassVar[Stores]

    def do_GET(self) -> None:
        """Answer a question."""
        path = urlsplit(self.path).path
        if path == "/api/v1/status/buildinfo":
            self._write({"version": "0.42.0", "goVersion": "go1.25"})
        elif path == "/api/v1/status/flags":
            self._write({"query.replica-label": "replica"})
        elif path == "/api/v1/stores":
            self._write({"sidecar": [{"labelSets": [{"replica": name}]} for name in ("a", "b")]})
        elif (what := path.split("/")[3]) in MERGES:
            self._merge(what)
        else:
            self._send(404, b"404 page not found")

    do_POST = do_GET  # noqa: N815 - the library looks methods up by this name

    def _merge(self, what: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        kind = {"Content-Type": self.headers["Content-Type"]} if body else {}
        order = self.stores.order
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(self._ask, server, body, kind) for server in order]
        answers = [one.result() for one in asked]
        warnings = self.stores.sort(list(zip(order, answers, strict=True)))
        found = [answer for answer in answers if answer is not None]
        refused = next((answer for answer in found if answer["status"] != "success"), None)
        if not found or refused is not None:
            self._send(503 if not found else 422, json.dumps(refused or {}).encode())
            return
        data = [answer["data"] for answer in found]
        self._write(MERGES[what](data), *warnings)

    def _ask(self, server: RunningServer, body: bytes | None, kind: dict[str, str]) -> Answer | None:
        try:
            with urlopen(Request(server.url + self.path, body, kind), timeout=1) as answer:  # noqa: S310 - loopback
                found: Answer = json.load(answer)
        except HTTPError as error:
            with error:
                found = json.load(error)
        except OSError:
            return None
        return found

    def _write(self, data: object, *warnings: str) -> None:
        told = {"warnings": warnings} if warnings else {}
        self._send(200, json.dumps({"status": "success", "data": data, **told}).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet: the test says what happened."""


def merged(answers: list[Answer]) -> Answer:
    """Merge the results of a query. The first answer counts, and the others fill its gaps."""
    if answers[0]["resultType"] not in {"vector", "matrix"}:
        return answers[0]
    found: dict[str, Answer] = {}
    for answer in answers:
        for series in answer["result"]:
            key = json.dumps(series["metric"], sort_keys=True)
            found[key] = filled(found[key], series) if key in found else series
    return {**answers[0], "result": list(found.values())}


def filled(series: Answer, other: Answer) -> Answer:
    """Put samples of another server into the gaps of a series."""
    if "values" not in series or "values" not in other:
        return series
    own, more = series["values"], other["values"]
    edges = [more[0][0] - GAP, *(time for time, _ in own), more[-1][0] + GAP]
    gaps = [(after, before) for after, before in pairwise(edges) if before - after > GAP]
    lost = [one for one in more if any(after + INTERVAL / 2 < one[0] < before - INTERVAL / 2 for after, before in gaps)]
    return {**series, "values": sorted([*own, *lost])}


def evaluated_last(answers: list[Answer]) -> Answer:
    """Merge lists of rules: of each group, the list that was evaluated last."""
    found: dict[str, Answer] = {}
    for group in (group for answer in answers for group in answer["groups"]):
        key = f"{group['file']} {group['name']}"
        if key not in found or group["lastEvaluation"] > found[key]["lastEvaluation"]:
            found[key] = {**group, "partialResponseStrategy": "WARN"}
    return {"groups": list(found.values())}


def scraped_last(answers: list[Answer]) -> Answer:
    """Merge lists of targets: of each target, the state after its last scrape."""
    found: dict[str, Answer] = {}
    for target in (target for answer in answers for target in answer["activeTargets"]):
        key = json.dumps(target["labels"], sort_keys=True)
        if key not in found or target["lastScrape"] > found[key]["lastScrape"]:
            found[key] = target
    return {"activeTargets": list(found.values()), "droppedTargets": []}


def known_to_any(answers: list[Any]) -> list[Any]:
    """Merge lists of series, or of values of a label."""
    return list({json.dumps(one, sort_keys=True): one for answer in answers for one in answer}.values())


MERGES: Mapping[str, Callable[[list[Any]], object]] = {
    "query": merged,
    "series": known_to_any,
    "label": known_to_any,
    "rules": evaluated_last,
    "targets": scraped_last,
}


@dataclass
class PairStage(HealthyStage):
    """The world of pods with a second server of the same files. ``querier`` is the address that is asked."""

    other: RunningServer | None = None
    querier: str = ""

    @property
    def url(self) -> str:
        """Return the address of the querier."""
        return self.querier


@contextmanager
def pair_stage(folder: Path) -> Iterator[PairStage]:
    """Start the pods, both servers and the querier."""
    with ExitStack() as held:
        one = held.enter_context(pods_stage(folder))
        other = held.enter_context(prometheus(folder / "other", folder / "prometheus.yml", flags=FLAGS))
        pair = (one.folder, one.server, one.proxy, one.exporters, one.held, one.pods, one.found, one.labels)
        handler = type("OwnQuerier", (Querier,), {"stores": Stores([one.server, other])})
        front = ThreadingHTTPServer((HOST, 0), handler)
        front.daemon_threads = True
        thread = Thread(target=front.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        held.callback(thread.join)
        held.callback(front.server_close)
        held.callback(front.shutdown)
        yield PairStage(*pair, other=other, querier=f"http://{HOST}:{front.server_address[1]}")


def nothing(_: PairStage) -> None:
    """Let some time pass."""
    wait(3 * INTERVAL)


def one_restarted(place: PairStage) -> None:
    """Restart the server whose values count."""
    place.server.restart()
    wait(7 * INTERVAL)


def one_away(place: PairStage) -> None:
    """Stop one server for some seconds."""
    assert place.other is not None
    place.other.stop()
    wait(4 * INTERVAL)
    place.other.launch()
    wait(INTERVAL)


def reloaded_in_turn(place: PairStage) -> None:
    """Reload one server after the other."""
    assert place.other is not None
    place.reload()
    wait(INTERVAL)
    assert place.other.client.send("POST", place.other.url, "/-/reload").status == 200
    wait(INTERVAL)


def failures_late(place: PairStage) -> None:
    """Restart all pods of a service, so that their counters of errors begin late on both servers."""
    restarted(place, ["pay-0", "pay-1"])
    wait(2 * INTERVAL)
    fail_again(place)
