"""Reloads on a real Prometheus that must not count as proved, and files that must not be lost."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gonogo.policy.load import load
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport
from gonogo.reload.run import reload
from gonogo.reload.trigger import post_reload
from tests.live.reload_stage import CLIENT, LATER, RULES, stage
from tests.live.reload_yard import FAILS_LATER, NEW_RULE, Yard, told
from tests.reload_moment import At
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

SCRIPT = Path(__file__).with_name("killed_reload.py")
FAILS_OTHERWISE = FAILS_LATER.replace("+ 0", "+ 1")
"""The same rule with another expression, which fails as well."""


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def good(yard: Yard) -> None:
    """Prove what is live, once."""
    first = reload(yard.in_place())
    assert first.became is Became.RELOADED, told(first)
    again = reload(yard.in_place())
    assert again.became is Became.UNCHANGED, told(again)


def step_of(result: ReloadResult, step: ReloadStep) -> StepReport:
    """Give the report of a step."""
    return next(one for one in result.steps if one.step is step)


def static(address: str) -> str:
    """Write the one target of a job."""
    return f"static_configs: [{{targets: ['{address}']}}]"


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Serve metrics; gives the address and the users and passwords that were sent."""
    sent: list[str] = []

    class Target(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent.append(base64.b64decode(self.headers.get("Authorization", "").partition(" ")[2]).decode())
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(b"x 1\n")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Target) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", sent
        server.shutdown()


def test_another_password_in_the_configuration_is_loaded(yard: Yard) -> None:
    """The server masks the password, so its answers are the same before and after."""
    with listening() as (address, sent):
        job = f"  - {{job_name: secured, basic_auth: {{username: u, password: %s}}, {static(address)}}}"
        yard.live.configure(job % "one")
        post_reload(CLIENT, yard.live.server.url, LATER)
        yard.live.settled()
        good(yard)
        yard.live.configure(job % "two")
        result = reload(yard.in_place())
        assert result.became is Became.RELOADED, told(result)
        await_true(lambda: sent[-1] == "u:two")


def test_another_order_of_rules_is_loaded(yard: Yard) -> None:
    """Both orders have the same rules as a multiset."""
    lines = RULES.strip().splitlines()
    good(yard)
    yard.live.rules("\n".join((*lines[:3], lines[4], lines[3], "")))
    result = reload(yard.in_place())
    assert result.became is Became.RELOADED, told(result)
    (group,) = yard.live.state().rules
    assert [state.rule.name for state in group.rules] == ["Up", "job:up:sum"]


def test_the_reload_of_another_program_is_no_proof(yard: Yard) -> None:
    """A rule that fails, then a job without a scrape pool: gonogo restores the good tree and lays the others aside."""
    good(yard)
    before = yard.files()
    yard.live.rules(FAILS_LATER, "second.yml")
    post_reload(CLIENT, yard.live.server.url, LATER)
    await_true(lambda: any(s.last_error for group in yard.live.state().rules for s in group.rules))
    result = reload(yard.in_place())
    assert (result.became, yard.files()) == (Became.ROLLED_BACK, before), told(result)
    (yard.live.folder / "ca.pem").write_text("no certificate\n", encoding="utf-8")
    yard.live.configure(f"  - {{job_name: secure, tls_config: {{ca_file: ca.pem}}, {static(yard.live.target)}}}")
    post_reload(CLIENT, yard.live.server.url, LATER)
    result = reload(yard.in_place())
    assert (result.became, yard.files()) == (Became.ROLLED_BACK, before), told(result)
    assert any("job secure: the job is not scraped" in reason for reason in result.reasons), told(result)
    assert yard.is_whole()


def test_files_that_change_during_the_verification_are_a_failure(yard: Yard) -> None:
    """The server has the staged files, and the disk has others. No file is overwritten without ``--overwrite``."""
    before = yard.files()
    yard.stage().rules(NEW_RULE, "second.yml")
    theirs = f"{NEW_RULE} # theirs"
    result = reload(yard.request(), At(ReloadStep.VERIFY, lambda: yard.live.rules(theirs, "second.yml")))
    assert result.became is Became.FAILED, told(result)
    assert "rules/second.yml has other bytes: the server has the verified files" in told(result)
    assert (yard.live.folder / "rules" / "second.yml").read_text(encoding="utf-8") == theirs
    back = recover(yard.in_place(overwrite=True))
    assert (back.became, yard.files()) == (Became.ROLLED_BACK, before), told(back)
    kept = [path.read_text(encoding="utf-8") for path in yard.place().state.overwritten.iterdir()]
    assert kept == [theirs]


def test_edits_outside_the_folder_are_laid_aside(yard: Yard) -> None:
    """The rollback overwrites these files like all others."""
    outside = yard.folder / "out" / "o.yml"
    outside.parent.mkdir()
    outside.write_text(NEW_RULE, encoding="utf-8")
    yard.live.configure(rule_files=f"rules/*.yml', '{outside.parent}/*.yml")
    post_reload(CLIENT, yard.live.server.url, LATER)
    yard.live.settled()
    path = yard.policy().path
    path.write_text(path.read_text(encoding="utf-8").replace("/*.yml]", f"/*.yml, {outside}]"), encoding="utf-8")
    first = reload(yard.in_place(policy_file=load(path)))
    assert first.became is Became.RELOADED, told(first)
    outside.write_text(FAILS_LATER, encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("/*.yml]", f"/*.yml, {outside}]"), encoding="utf-8")
    result = reload(yard.in_place(max_removed=1.0, policy_file=load(path)))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert outside.read_text(encoding="utf-8") == NEW_RULE
    (aside,) = (yard.place().state.folder / "rejected").rglob("o.yml")
    assert aside.read_text(encoding="utf-8") == FAILS_LATER
    assert str(aside).removesuffix(f"/outside{outside}") in step_of(result, ReloadStep.RESTORE).detail


def test_edits_are_laid_aside_by_a_recovery(yard: Yard) -> None:
    """The reload was killed after the request to the server."""
    good(yard)
    before = yard.files()
    edited = f"{NEW_RULE} # an hour of work"
    yard.live.rules(edited, "second.yml")
    argv = (sys.executable, str(SCRIPT), str(yard.policy().path), "", ReloadStep.SETTLE, "ended")
    child = subprocess.run(argv, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert child.returncode == -signal.SIGKILL
    result = recover(yard.in_place())
    assert (result.became, yard.files()) == (Became.ROLLED_BACK, before), told(result)
    (aside,) = (yard.place().state.folder / "rejected").rglob("second.yml")
    assert aside.read_text(encoding="utf-8") == edited
    assert str(aside.parents[1]) in step_of(result, ReloadStep.RESTORE).detail


def test_a_new_failure_of_a_rule_that_failed_before_counts(yard: Yard) -> None:
    """The same rule with another expression that fails as well is not the old failure."""
    yard.live.rules(FAILS_LATER, "second.yml")
    post_reload(CLIENT, yard.live.server.url, LATER)
    await_true(lambda: any(s.last_error for group in yard.live.state().rules for s in group.rules))
    before = yard.files()
    yard.stage().rules(FAILS_LATER, "second.yml")
    same = reload(yard.request())
    assert same.became is Became.RELOADED, told(same)
    yard.stage().rules(FAILS_OTHERWISE, "second.yml")
    result = reload(yard.request())
    assert (result.became, yard.files()) == (Became.ROLLED_BACK, before), told(result)
