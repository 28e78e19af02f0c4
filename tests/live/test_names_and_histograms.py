"""Names in UTF-8 and native histograms on a real server: judged where the version has them, else refused honestly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from subprocess import run

import pytest
import yaml

from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Report, SubjectVerdict
from gonogo.model.versions import UTF8_RULE_NAMES, Version, release
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.running import locate
from gonogo.programs.server_process import RunningServer
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_json, report_text
from tests.faulty_server import Connection, faulty
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("free names")]

NATIVE_BY_CONFIGURATION = (3, 8)
"""Native histograms are scraped by a key of the configuration from here on, and by a feature flag before."""

ODD = 'a"b\\c\n} \x1b[2J\u202e'
SERVICES = ("mail", "web", ODD)
EXPOSED = "Content-Type: text/plain; version=1.0.0; escaping=allow-utf-8"
POLICY = """\
version: 1
preset: null
realm: null
prefix: duri
heartbeat: {textfile_dir: .}
subjects: [service.name]
signals:
  sum: {metric: "http.requests:sum", labels: {team.name: web}}
  raw: {metric: http.requests}
  picked: {metric: picked, scope: shared}
  up: {metric: up, labels: {job: self}, scope: shared}
  native: {metric: prometheus_http_request_duration_seconds, labels: {handler: /api/v1/query}, scope: shared}
  p99: {metric: "http:p99", scope: shared}
gates:
  free: {require: [sum >= 5, raw >= 5 for 4s]}
  picked: {require: [picked >= 5]}
  alive: {require: [up == 1]}
  native: {require: [native >= 0]}
  latency: {require: [p99 <= 10]}
runs: {required: []}
rules: [free.yml, classic.yml]
tests: []
"""
FREE = [
    {
        "record": "http.requests:sum",
        "expr": 'sum by ("service.name", job, instance) ({"http.requests"})',
        "labels": {"team.name": "web"},
    },
    {"record": "picked", "expr": 'sum({"http.requests", "service.name"="web"})'},
]
CLASSIC = [
    {
        "record": "http:p99",
        "expr": "histogram_quantile(0.99, sum by (job, instance) (rate(prometheus_http_request_duration_seconds[1m])))",
    }
]


@cache
def version_at_hand() -> Version:
    """Ask the Prometheus that the tests start for its version."""
    told = run((str(locate("prometheus")), "--version"), capture_output=True, text=True, check=True)
    version = release(told.stdout + told.stderr)
    assert version is not None
    return version


def knows_names() -> bool:
    """Tell whether the server at hand takes free names everywhere."""
    return version_at_hand() >= UTF8_RULE_NAMES


def by_configuration() -> bool:
    """Tell whether native histograms are scraped by a key of the configuration."""
    return version_at_hand() >= NATIVE_BY_CONFIGURATION


@dataclass(slots=True)
class Scene:
    """A server, the services that its target exports, and a policy over them."""

    folder: Path
    server: RunningServer
    services: list[str] = field(default_factory=list)

    def decide(self) -> Report:
        """Decide by the policy."""
        return decide(load(self.folder / "gonogo.yaml"), self.server.url)

    def await_verdict(self, seen: Callable[[Report], bool]) -> Report:
        """Decide until something is seen."""
        reports: list[Report] = []

        def look() -> bool:
            reports.append(self.decide())
            return seen(reports[-1])

        try:
            await_true(look)
        except AssertionError as late:
            raise AssertionError(report_text(reports[-1])) from late
        return reports[-1]


def exposition(services: list[str]) -> bytes:
    """Write one counter for each service, all names in quotes."""
    escaped = [name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name in services]
    lines = (f'{{"http.requests","service.name"="{name}"}} 5' for name in escaped)
    return "\n".join((*lines, "")).encode()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the target, and a server with all the rules that its version can read."""
    folder = tmp_path_factory.mktemp("free-names")
    (folder / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    for name, rules in (("free", FREE), ("classic", CLASSIC)):
        groups = {"groups": [{"name": name, "interval": "1s", "rules": rules}]}
        (folder / f"{name}.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    services = list(SERVICES)

    def export(connection: Connection) -> None:
        connection.answer("200 OK", exposition(services), EXPOSED, "Connection: close")

    configuration = folder / "prometheus.yml"
    with faulty(export) as target:
        configuration.write_text(configured(folder, target.url, ""), encoding="utf-8")
        flags = () if by_configuration() else ("--enable-feature=native-histograms",)
        with prometheus(folder / "p", configuration, flags=flags) as server:
            configuration.write_text(configured(folder, target.url, server.url), encoding="utf-8")
            server.restart()
            yield Scene(folder, server, services)


def configured(folder: Path, target: str, own: str) -> str:
    """Write the server's configuration."""
    names = ("free", "classic") if knows_names() else ("classic",)
    scraped = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    native = {"scrape_native_histograms": True} if by_configuration() else {}
    jobs = [{"job_name": job, "static_configs": [{"targets": [url.removeprefix("http://")]}]} for job, url in
            (("web", target), ("self", own)) if url]  # fmt: skip
    return yaml.safe_dump(
        {
            "global": scraped | native,
            "rule_files": [str(folder / f"{name}.yml") for name in names],
            "scrape_configs": jobs,
        }
    )


def checks(subject: SubjectVerdict) -> dict[str, JudgedCondition]:
    """Give the first check of every gate."""
    return {gate.gate: gate.checks[0] for gate in subject.gates}


def reasons(check: JudgedCondition) -> list[Reason]:
    """Give the reasons of a check."""
    return [doubt.reason for doubt in check.doubts]


def as_expected(report: Report) -> bool:
    """Tell whether every gate is what the version at hand lets it be: the native histogram never passes."""
    passing = {"free", "picked", "alive", "latency"} if knows_names() else {"alive"}
    return all(
        gate.outcome is (Outcome.PASS if gate.gate in passing else Outcome.UNKNOWN)
        for subject in report.judgement.subjects
        for gate in subject.gates
    )


def test_a_name_that_the_version_refuses_makes_only_its_own_signal_unknown(scene: Scene) -> None:
    """If the version takes the names, every subject is judged by them.

    Only the native histogram is in doubt on every version.
    """
    report = scene.await_verdict(as_expected)
    subjects = report.judgement.subjects
    by_gate = checks(subjects[0])
    if knows_names():
        assert [subject.labels["service.name"] for subject in subjects] == sorted(SERVICES)
        assert reasons(by_gate["native"]) == [Reason.HISTOGRAM]
        assert "histogram_quantile" in by_gate["native"].detail
    else:
        assert len(subjects) == 1
        assert reasons(by_gate["free"])[:2] == [Reason.ABSENT, Reason.DRIFTED]
        assert "does not take such names: upgrade it to 3.0 or later" in by_gate["free"].detail
        assert reasons(by_gate["picked"]) == [Reason.ABSENT, Reason.DRIFTED, Reason.SOURCE_UNKNOWN]
        assert "does not take such names: upgrade it to 3.0 or later" in by_gate["picked"].doubts[-1].detail
        assert reasons(by_gate["native"])[0] is Reason.ABSENT
    text, document = report_text(report), report_json(report)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x1b" not in document


def test_a_vanished_subject_with_a_utf8_label_is_still_judged(scene: Scene) -> None:
    """The subject was there within the last day. A server that cannot store its label has no such subject."""
    scene.await_verdict(as_expected)
    scene.services.remove("mail")
    try:
        if not knows_names():
            assert [subject.labels for subject in scene.decide().judgement.subjects] == [{}]
            return
        report = scene.await_verdict(lambda seen: Reason.ABSENT in reasons(checks(seen.judgement.subjects[1])["free"]))
        gone = report.judgement.subjects[1]
        assert gone.labels == {"service.name": "mail"}
        assert all(gate.outcome is Outcome.PASS for gate in gone.gates if gate.gate in {"alive", "picked", "latency"})
    finally:
        scene.services.append("mail")
