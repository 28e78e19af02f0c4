"""The command ``gonogo heartbeat``, as it is called."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.cli.main import main
from gonogo.programs.processes import prometheus

POLICY = "version: 1\nrealm: test\nprefix: duri\nheartbeat: {textfile_dir: textfile, every: 100ms}\n"
BEATEN = r"beat (\d+) at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ published to (.*)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with a policy."""
    (tmp_path / "textfile").mkdir()
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    return tmp_path


def called(*arguments: str) -> int:
    """Call the command line and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["heartbeat", *arguments])
    return int(ended.value.code or 0)


def test_a_missing_policy_has_exit_code_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the missing file."""
    (folder / "gonogo.yaml").unlink()
    assert called("beat") == 2
    assert "gonogo.yaml" in capsys.readouterr().err


def test_a_failed_push_has_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the written textfile and the failed push."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    text = POLICY.replace("every: 100ms", f"pushgateway: 'http://127.0.0.1:{port}'")
    (folder / "gonogo.yaml").write_text(text, encoding="utf-8")
    (folder / "textfile" / ".duri_heartbeat.state").write_text("41\n", encoding="ascii")
    assert called("beat") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"beat 42 reached {folder}/textfile/duri_textfile_heartbeat.prom, but not every place" in err
    assert "Connection refused" in err
    assert "next: " in err


@pytest.mark.parametrize("every", ["0s", "-1s", "often", ""])
def test_an_invalid_interval_has_exit_code_2(folder: Path, every: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error comes before the first beat."""
    assert called("run", "--every", every) == 2
    assert "--every" in capsys.readouterr().err
    assert list((folder / "textfile").iterdir()) == []


def test_a_beat_prints_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line has the number, the time and the place. Standard error reports a missing state."""
    assert called("beat") == 0
    first = capsys.readouterr()
    assert called("beat") == 0
    second = capsys.readouterr()
    numbers = [int(re.fullmatch(BEATEN, out)[1]) for out in (first.out, second.out)]  # type: ignore[index]  # it matches
    assert numbers[1] == numbers[0] + 1
    assert "did not exist; no published number was found" in first.err
    assert second.err == ""
    assert str(folder / "textfile" / "duri_textfile_heartbeat.prom") in first.out


def test_a_beat_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has the same data for programs."""
    (folder / "textfile" / ".duri_heartbeat.state").write_text("41\n", encoding="ascii")
    assert called("beat", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"20.*T.*\.\d\d\dZ", document.pop("at"))
    assert document == {
        "schema": "gonogo/heartbeat/v1",
        "sequence": 42,
        "published": [str(folder / "textfile" / "duri_textfile_heartbeat.prom")],
        "recovered": None,
        "beside": None,
    }


@pytest.mark.parametrize("command", [(), ("beat",), ("run",), ("verify",)])
def test_help_has_an_example(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The help of every command shows a call."""
    assert called(*command, "--help") == 0
    assert "Example: gonogo heartbeat " in capsys.readouterr().out


HEAVY = (
    "pydantic",
    "numpy",
    "rich",
    "orjson",
    "gonogo.promql",
    "sqlite3",
    "socket",
    "ssl",
    "http",
    "asyncio",
)


def test_a_beat_imports_no_large_modules(folder: Path) -> None:
    """Most of the time of a beat from cron is the start."""
    code = (
        "import sys\nfrom gonogo.cli.main import main\ntry:\n main(['heartbeat', 'beat'])\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert re.fullmatch(BEATEN, ended.stdout)
    imported = set(ended.stderr.splitlines()[-1].split())
    assert imported >= {"click", "yaml", "gonogo.heartbeat.writer"}
    assert imported & set(HEAVY) == set()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Listen for notices as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)
        yield listening


def daemon(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start the daemon."""
    return subprocess.Popen(
        [sys.executable, "-m", "gonogo", "heartbeat", "run"],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def notices(manager: socket.socket) -> dict[str, str]:
    """Return the lines of the next notice."""
    return dict(line.partition("=")[::2] for line in manager.recv(4096).decode().splitlines())


@pytest.mark.parametrize(("asked", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_daemon_ends_in_order(folder: Path, manager: socket.socket, asked: signal.Signals, code: int) -> None:
    """The first beat reports READY, each later beat reports to the watchdog, and the end prints the count."""
    with daemon(folder, NOTIFY_SOCKET=str(folder / "notify"), WATCHDOG_USEC="10000000") as running:
        first, second = notices(manager), notices(manager)
        running.send_signal(asked)
        out, err = running.communicate(timeout=110)
        last = notices(manager)
        while "STOPPING" not in last:
            last = notices(manager)
    assert running.returncode == code
    assert first["READY"] == second["WATCHDOG"] == "1"
    assert re.fullmatch(r"beat \d+, 0 failed", second["STATUS"])
    assert re.fullmatch(r"stopped after [2-9]\d* beats, 0 failed\n", out)
    assert len(re.findall("published to", err)) == 1


def test_the_daemon_continues_after_failures_without_watchdog_notices(folder: Path, manager: socket.socket) -> None:
    """Failures are logged, counted and reported. The first successful beat makes the service ready."""
    (folder / "textfile").rmdir()
    with daemon(folder, NOTIFY_SOCKET=str(folder / "notify"), WATCHDOG_USEC="150000") as running:
        failing = notices(manager)
        (folder / "textfile").mkdir()
        told = notices(manager)
        while "WATCHDOG" not in told:
            assert "READY" not in told
            told = notices(manager)
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=110)
    assert running.returncode == 0
    assert failing == {"STATUS": "failing, 1 failed: no beat: the heartbeat's state could not be kept"}
    assert told["READY"] == "1"
    assert "No such file or directory" in err
    assert "WatchdogSec is 0.15 s and a beat comes every 100ms: systemd restarts this after one failed beat" in err
    assert re.search(r"stopped after \d+ beats, [1-9]\d* failed", out)


def test_verify_without_a_server_has_exit_code_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The beat was published, but its arrival is not known."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert called("verify", "--prometheus", url, "--within", "500ms") == 3
    assert url in capsys.readouterr().err
    assert (folder / "textfile" / "duri_textfile_heartbeat.prom").exists()


@pytest.mark.live
@pytest.mark.parametrize("form", ["text", "json"])
def test_verify_names_the_missing_stage(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The server scrapes no target: exit 1, and the answer says what is missing."""
    (folder / "prometheus.yml").write_text("scrape_configs: []\n", encoding="utf-8")
    with prometheus(folder / "prometheus", folder / "prometheus.yml") as server:
        assert called("verify", "--prometheus", server.url, "--within", "500ms", "--format", form) == 1
    out = capsys.readouterr().out
    if form == "json":
        assert [stage["outcome"] for stage in json.loads(out)["stages"]] == ["seen", "missing"]
    else:
        assert out.startswith("not verified: scraped: beat ")
        assert "has no sample for duri_textfile_heartbeat_seq" in out
