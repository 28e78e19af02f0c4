"""Several policies, names and links of one real Prometheus share its tree and a half-finished reload."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.reload.place import ReloadRequest
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.trees.marker import pending
from tests.live.reload_stage import RULES, stage
from tests.live.reload_yard import NEW_RULE, OLD_NAMES, Yard, told

pytestmark = [pytest.mark.live]

KILLED = Path(__file__).with_name("killed_reload.py")
SLOW = RULES.replace("- name: first", "- name: first\n    interval: 5s")
"""Verified for seconds, so that there is time to disturb it."""


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def command(yard: Yard, *words: str, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Run the command itself on the yard's policy."""
    yard.policy()
    argv = (sys.executable, "-m", "gonogo", "reload", "--from", str(yard.staged), *words)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(argv, cwd=yard.folder, env=environment, stdout=subprocess.PIPE, stderr=stderr)


def until_step(process: subprocess.Popen[bytes], step: ReloadStep) -> None:
    """Read its lines until this step has ended."""
    assert process.stderr is not None
    assert any(str(step).encode() in line for line in iter(process.stderr.readline, b""))


def test_two_checkouts_of_a_policy_reload_one_after_the_other(yard: Yard) -> None:
    """The state folder and the spelling of the server differ, the tree is the same.

    The second reload goes from the tree that the first one proved.
    """
    yard.stage().rules(NEW_RULE, "second.yml")
    other = yard.folder / "checkout"
    other.mkdir()
    shutil.copytree(yard.staged, yard.folder / "other")
    third = NEW_RULE.replace("second", "third").replace("max", "min")
    (yard.folder / "other" / "rules" / "third.yml").write_text(third, encoding="utf-8")
    text = yard.policy().path.read_text(encoding="utf-8").replace("live/", f"{yard.live.folder}/")
    (other / "gonogo.yaml").write_text(text.replace("127.0.0.1", "localhost"), encoding="utf-8")
    second = ReloadRequest(load(other / "gonogo.yaml"), staged=yard.folder / "other", beat=False)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(reload, [yard.request(max_removed=1.0), replace(second, max_removed=1.0)]))
    assert [one.became for one in both] == [Became.RELOADED] * 2, "\n\n".join(map(told, both))
    assert yard.is_whole()


def test_a_killed_reload_is_recovered_under_another_name_of_the_server(yard: Yard) -> None:
    """A reload under that name is refused until then."""
    before = yard.files()
    yard.stage().rules(NEW_RULE, "second.yml")
    policy = yard.policy()
    argv = (sys.executable, str(KILLED), str(policy.path), str(yard.staged), ReloadStep.SETTLE, "ended")
    killed = subprocess.run(argv, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert killed.returncode == -signal.SIGKILL
    for host in ("localhost", "127.0.0.2"):
        elsewhere = yard.live.server.url.replace("127.0.0.1", host)
        refused = reload(yard.request(url=elsewhere))
        assert "an earlier reload was left half finished" in told(refused)
    recovered = recover(yard.in_place(url=yard.live.server.url.replace("127.0.0.1", "localhost")))
    assert recovered.became is Became.ROLLED_BACK, told(recovered)
    assert yard.files() == before
    assert yard.is_whole()


def test_a_closed_pipe_of_the_steps_changes_nothing(yard: Yard) -> None:
    """The answer and its exit code are as always."""
    yard.stage().rules(NEW_RULE, "second.yml")
    with command(yard, stderr=subprocess.PIPE) as process:
        until_step(process, ReloadStep.SNAPSHOT)
        assert process.stderr is not None
        process.stderr.close()
        answer, _ = process.communicate(timeout=110)
    assert (process.returncode, answer.split(b" ")[0].strip()[:8]) == (0, b"reloaded"), answer
    assert yard.is_whole()


def test_a_lost_terminal_rolls_back(yard: Yard) -> None:
    """No user is left who could type --recover."""
    before = yard.files()
    yard.stage().rules(SLOW)
    with command(yard, stderr=subprocess.PIPE) as process:
        until_step(process, ReloadStep.SETTLE)
        process.send_signal(signal.SIGHUP)
        answer, _ = process.communicate(timeout=110)
    assert process.returncode == 4, answer
    assert yard.files() == before
    assert pending(yard.place().state) is None
    assert yard.is_whole()


def test_a_linked_file_is_refused_before_anything_is_touched(yard: Yard) -> None:
    """The preview refuses it already, and no file takes the place of the link."""
    rules = yard.live.folder / "rules" / "rules.yml"
    rules.rename(yard.folder / "checked-out.yml")
    rules.symlink_to(yard.folder / "checked-out.yml")
    yard.stage().rules(RULES.replace("1h", "2h"))
    for looks in (True, False):
        result = reload(yard.request(only_preview=looks))
        assert result.became is Became.REFUSED, told(result)
        assert f"{rules} is a link to {yard.folder}/checked-out.yml" in told(result)
    assert rules.is_symlink()
    assert yard.is_whole()


def test_a_staged_folder_that_is_a_link_is_followed(yard: Yard) -> None:
    """The server's globs follow the link too."""
    yard.stage().rules(NEW_RULE, "second.yml")
    (yard.staged / "rules").rename(yard.folder / "shared")
    (yard.staged / "rules").symlink_to("../shared")
    result = reload(yard.request())
    assert result.became is Became.RELOADED, told(result)
    assert not (yard.live.folder / "rules").is_symlink()
    assert yard.is_whole()


def test_a_secret_that_only_the_old_folder_has_is_missed_before_the_link_is_turned(tmp_path: Path) -> None:
    """The server would read the new folder alone, and answer 200 without the secret."""
    first, second, live = tmp_path / "releases" / "1", tmp_path / "releases" / "2", tmp_path / "live"
    with stage(first) as running:
        signed = "basic_auth: {username: u, password_file: pw}, static_configs: [{targets: []}]"
        running.configure(f"  - {{job_name: signed, {signed}}}")
        (first / "pw").write_text("hunter2\n", encoding="utf-8")
        live.symlink_to("releases/1")
        with prometheus(tmp_path / "server", live / "prometheus.yml") as server:
            yard = Yard(tmp_path, replace(running, folder=live, server=server))
            yard.live.settled()
            shutil.copytree(first, second, ignore=lambda *_: {"pw", "prometheus", "textfile"})
            (second / "rules" / "second.yml").write_text(NEW_RULE, encoding="utf-8")
            result = reload(yard.request(staged=second))
            assert result.became is Became.REFUSED, told(result)
            assert f"{second}/pw does not exist" in told(result)
            assert (str(live.readlink()), yard.names()) == ("releases/1", OLD_NAMES)
            (second / "pw").write_text("hunter2\n", encoding="utf-8")
            done = reload(yard.request(staged=second))
            assert done.became is Became.RELOADED, told(done)
            assert str(live.readlink()) == "releases/2"
