"""Decide through a front that wants a tenant, as Mimir does, over a real Thanos where one is installed.

With ``thanos`` on PATH a sidecar and a querier stand between the front and Prometheus.
Without it the front stands before Prometheus itself. The front behaves as Mimir's
documentation says: a question without the tenant's header gets 401 ``no org id``, and
there is no ``/api/v1/status/runtimeinfo``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml
from msgspec import Struct

from gonogo.model.replacing import replace
from gonogo.programs.processes import Program, port_of, prometheus, reserve_port, start
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from tests.command import Ended, gonogo
from tests.live.proxy import Passing, Proxy, proxy
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("tenants")]

TENANT = "t3nant-of-mimir"
POLICY: dict[str, object] = {
    "version": 1,
    "preset": None,
    "realm": None,
    "prefix": "duri",
    "heartbeat": {"textfile_dir": "."},
    "signals": {"up": {"metric": "up"}, "twice": {"metric": "up_twice"}},
    "gates": {"alive": {"require": ["up == 1", "twice >= 2 for 5s"]}},
    "runs": {"required": []},
    "rules": ["rules.yml"],
    "tests": [],
}
RULES = "groups: [{name: g, interval: 1s, rules: [{record: up_twice, expr: 2 * up}]}]\n"


class Place(Struct, frozen=True):
    """A policy's folder, the front, and what stands behind it."""

    folder: Path
    front: Proxy
    behind: str

    def decide(self, headers: dict[str, object] | None, url: str | None = None) -> Ended:
        """Run ``gonogo decide`` with these headers; their values are never printed."""
        server = {"url": url or self.front.url, "timeout": "5s", "headers": headers}
        (self.folder / "gonogo.yaml").write_text(yaml.safe_dump(POLICY | {"prometheus": server}), encoding="utf-8")
        ended = gonogo("decide", "--format", "json", cwd=self.folder, env={"GONOGO_TEST_TENANT": TENANT})
        assert TENANT not in ended.out + ended.err
        return ended

    def reason(self, headers: dict[str, object] | None) -> tuple[str, str]:
        """Decide where it must be HOLD; give the first reason and its detail."""
        ended = self.decide(headers)
        assert (ended.code, ended.err) == (3, ""), ended.out
        check = json.loads(ended.out)["subjects"][0]["gates"][0]["checks"][0]
        return check["reasons"][0], check["detail"]


def free_port() -> int:
    """Find a port that is free now."""
    with reserve_port() as held:
        return port_of(held)


def wants_tenant(passing: Passing) -> Passing:
    """Refuse a question without the tenant's header, and know no runtime information."""
    given = passing.asked_with.get("x-scope-orgid")
    if given is None:
        return replace(passing, status=401, body=b"no org id\n", kind="text/plain")
    if given != TENANT:
        return replace(passing, status=401, body=f"no such tenant: {given}".encode(), kind="text/plain")
    if "runtimeinfo" in passing.path:
        return replace(passing, status=404, body=b"404 page not found", kind="text/plain")
    return passing


@contextmanager
def querier(folder: Path, server: RunningServer, *flags: str) -> Iterator[str]:
    """Put a real Thanos before a Prometheus."""
    with ExitStack() as held:
        grpc, other = free_port(), free_port()
        data = folder / "p" / "data"
        held.enter_context(
            start(
                Program("thanos", "/-/ready"),
                folder / "sidecar",
                lambda port: (
                    "sidecar",
                    f"--prometheus.url={server.url}",
                    f"--tsdb.path={data}",
                    f"--http-address=127.0.0.1:{port}",
                    f"--grpc-address=127.0.0.1:{grpc}",
                ),
            )
        )
        asked = held.enter_context(
            start(
                Program("thanos", "/-/ready"),
                folder / f"querier{len(flags)}",
                lambda port: (
                    "query",
                    f"--http-address=127.0.0.1:{port}",
                    f"--grpc-address=127.0.0.1:{other}",
                    f"--endpoint=127.0.0.1:{grpc}",
                    "--query.replica-label=replica",
                    *flags,
                ),
            )
        )
        yield asked.url


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RunningServer]]:
    """Start a Prometheus that scrapes itself and has the rules and external labels."""
    folder = tmp_path_factory.mktemp("tenants")
    (folder / "tenant").write_text(f"{TENANT}\n", encoding="utf-8")
    (folder / "wrong").write_text("other-t3nant\n", encoding="utf-8")
    (folder / "rules.yml").write_text(RULES, encoding="utf-8")
    port = free_port()
    config = {
        "global": {"scrape_interval": "1s", "external_labels": {"cluster": "a", "replica": "0"}},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "self", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with prometheus(folder / "p", folder / "prometheus.yml", port=port) as running:
        await_true(lambda: query(Client(), running.url, "count_over_time(up_twice[1m]) >= 10").series)
        yield folder, running


@pytest.fixture(scope="module")
def place(server: tuple[Path, RunningServer]) -> Iterator[Place]:
    """Put the front before Thanos where one is installed, else before Prometheus."""
    folder, running = server
    with ExitStack() as held:
        real = shutil.which("thanos") is not None
        behind = held.enter_context(querier(folder, running)) if real else running.url
        front = held.enter_context(proxy(behind))
        front.spoil = wants_tenant
        await_true(lambda: query(Client(), behind, "up_twice").series)
        yield Place(folder, front, behind)


@pytest.mark.parametrize(
    "value", [{"value": TENANT}, {"value_file": "tenant"}, {"value_env": "GONOGO_TEST_TENANT"}], ids=str
)
def test_with_the_tenants_header_it_is_go(place: Place, value: dict[str, str]) -> None:
    """The header comes as text, from a file or a variable.

    External labels that Thanos adds to the rules are no drift.
    """
    ended = place.decide({"X-Scope-OrgID": value})
    assert (ended.code, ended.err) == (0, ""), ended.out
    assert json.loads(ended.out)["verdict"] == "GO"


def test_without_the_tenants_header_it_is_hold_with_the_servers_words(place: Place) -> None:
    """The message shows the server's answer, but not a wrong tenant that the server repeats."""
    reason, detail = place.reason(None)
    assert reason == "unreachable"
    assert "401 Unauthorized: no org id" in detail
    assert "headers in the policy" in detail
    reason, detail = place.reason({"X-Scope-OrgID": {"value_file": "wrong"}})
    assert reason == "unreachable"
    assert "no such tenant: <secret>" in detail


@pytest.mark.parametrize("path", ["/api/v1/query", "/api/v1/rules", "/api/v1/targets", "/api/v1/status/buildinfo"])
def test_a_warning_of_any_endpoint_is_partial(place: Place, path: str) -> None:
    """A part of the system did not answer. Each answer with a warning counts as incomplete."""

    def warn(passing: Passing) -> Passing:
        passing = wants_tenant(passing)
        if passing.status != 200 or path not in passing.path:
            return passing
        told = json.loads(passing.body) | {"warnings": [f"store of {TENANT} is gone"]}
        return replace(passing, body=json.dumps(told).encode())

    place.front.spoil = warn
    try:
        reason, detail = place.reason({"X-Scope-OrgID": {"value": TENANT}})
    finally:
        place.front.spoil = wants_tenant
    assert reason == "partial"
    assert "store of <secret> is gone" in detail


def test_a_redirect_on_the_same_server_is_followed(place: Place) -> None:
    """A front moved its API. The request to the new path has the header too."""

    def moved(passing: Passing) -> Passing:
        if not passing.path.startswith("/old/"):
            return wants_tenant(passing)
        there = passing.path.removeprefix("/old")
        return Passing(passing.path, 308, b"", headers=(("Location", there),))

    place.front.spoil = moved
    try:
        ended = place.decide({"X-Scope-OrgID": {"value": TENANT}}, f"{place.front.url}/old")
    finally:
        place.front.spoil = wants_tenant
    assert (ended.code, ended.err) == (0, ""), ended.out


def test_a_store_that_does_not_answer_is_partial(place: Place, server: tuple[Path, RunningServer]) -> None:
    """A querier whose store is gone warns. The front gives the same warning in its place."""
    folder, running = server
    if shutil.which("thanos") is None:
        place.front.spoil = lambda passing: replace(passing, body=passing.body[:-1] + b',"warnings":["gone"]}')
        try:
            ended = place.decide(None)
        finally:
            place.front.spoil = wants_tenant
    else:
        with querier(folder, running, f"--endpoint-strict=127.0.0.1:{free_port()}") as url:
            ended = place.decide(None, url)
    assert (ended.code, ended.err) == (3, ""), ended.out
    assert "partial" in json.loads(ended.out)["subjects"][0]["gates"][0]["checks"][0]["reasons"]
