"""Real servers: started, killed or paused on purpose, restarted, and always stopped."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, MissingTool, SourceError
from gonogo.programs.processes import Program, node_exporter, port_of, prometheus, pushgateway, reserve_port, start
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client, HttpSettings
from gonogo.server.status_api import ready
from gonogo.stopping import Stopped
from tests.more_servers import alertmanager
from tests.noted_signals import noted
from tests.waiting import await_true, ended

pytestmark = pytest.mark.live

CLIENT = Client(HttpSettings(timeout=timedelta(seconds=1)))
SELF = """
global: {scrape_interval: 1s}
scrape_configs: [{job_name: gateway, honor_labels: true, static_configs: [{targets: ['%s']}]}]
"""


def empty_config(folder: Path) -> Path:
    """Write a configuration that scrapes nothing."""
    path = folder / "prometheus.yml"
    path.write_text("global: {scrape_interval: 1s}\n", encoding="utf-8")
    return path


def test_a_missing_program_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get install prometheus-pushgateway"), pushgateway(tmp_path):
        pass
    with (
        pytest.raises(MissingTool, match="install no-such-server"),
        start(Program("no-such-server", "/"), tmp_path, lambda _: ()),
    ):
        pass


def test_a_server_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    """The configuration is broken. The error quotes the log of the server, which names the file."""
    broken = tmp_path / "prometheus.yml"
    broken.write_text("no: configuration\n", encoding="utf-8")
    with pytest.raises(ActionFailed, match="before it was ready") as caught, prometheus(tmp_path / "p", broken):
        pass
    assert str(broken) in caught.value.why


def test_a_server_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    """The error comes at the deadline, and the process has ended."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        server = RunningServer(
            name="sleep",
            argv=("/bin/sleep", "60"),
            url=f"http://127.0.0.1:{deaf.getsockname()[1]}",
            ready_path="/",
            log=tmp_path / "log",
            client=Client(HttpSettings(timeout=timedelta(seconds=0.1))),
        )
        with pytest.raises(ActionFailed, match=r"was not ready within 0\.3 s"):
            server.launch(timedelta(seconds=0.3))
    assert not server.is_running


def test_a_taken_port_is_an_error(tmp_path: Path) -> None:
    """A port that was asked for by number is not replaced by another."""
    with pushgateway(tmp_path / "one") as first:
        port = int(first.url.rpartition(":")[2])
        with (
            pytest.raises(ActionFailed, match=f"cannot use the port {port}"),
            pushgateway(tmp_path / "two", port=port),
        ):
            pass


def test_a_reserved_port_is_not_given_to_another_socket() -> None:
    """A reserved port is never a free port, nor the own port of a connection."""
    with reserve_port() as held, socket.socket() as other:
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port_of(held)))
        others = [reserve_port() for _ in range(200)]
        assert len({port_of(each) for each in (*others, held)}) == 201
        for each in others:
            each.close()


def test_every_server_starts_and_stops(tmp_path: Path) -> None:
    """Servers are ready when the block begins, and have ended after it. The files of each are in its own folder."""
    with (
        prometheus(tmp_path / "prometheus", empty_config(tmp_path)) as first,
        pushgateway(tmp_path / "pushgateway") as second,
        node_exporter(tmp_path / "node" / "textfile") as third,
        alertmanager(tmp_path / "alertmanager") as fourth,
    ):
        servers = (first, second, third, fourth)
        assert all(server.is_running for server in servers)
        assert all(CLIENT.get(server.url, server.ready_path).status == 200 for server in servers)
    assert not any(server.is_running for server in servers)
    assert (tmp_path / "pushgateway" / "pushgateway.data").is_file()
    assert (tmp_path / "prometheus" / "data" / "wal").is_dir()


def test_node_exporter_exports_only_text_files(tmp_path: Path) -> None:
    """The server exports no metrics of the machine."""
    with node_exporter(tmp_path / "textfile") as server:
        (tmp_path / "textfile" / "a.prom").write_text("beat 7\n", encoding="utf-8")
        exported = CLIENT.get(server.url, "/metrics").body.decode()
    assert "\nbeat 7\n" in exported
    assert "node_cpu" not in exported


def test_a_killed_server_comes_back_on_its_port_with_its_data(tmp_path: Path) -> None:
    """A crash and a restart keep URL and samples."""
    with pushgateway(tmp_path / "gateway") as gateway:
        assert CLIENT.send("PUT", gateway.url, "/metrics/job/a", b"pushed 1\n", "text/plain").status == 200
        config = tmp_path / "prometheus.yml"
        config.write_text(SELF % gateway.url.removeprefix("http://"), encoding="utf-8")
        with prometheus(tmp_path / "prometheus", config) as server:
            url = server.url
            await_true(lambda: query(CLIENT, url, "pushed").series)
            server.kill()
            assert not ready(CLIENT, url)
            server.restart()
            assert server.url == url
            assert query(CLIENT, url, "pushed[1m]").series[0].values[0] == 1.0
        gateway.restart()
        assert b"pushed" in CLIENT.get(gateway.url, "/metrics").body


def test_a_paused_server_delays_no_client_beyond_its_deadline(tmp_path: Path) -> None:
    """After SIGCONT the server answers again."""
    with prometheus(tmp_path / "prometheus", empty_config(tmp_path)) as server:
        server.pause()
        began = time.monotonic()
        with pytest.raises(SourceError, match="no whole answer within 1 s"):
            query(CLIENT, server.url, "time()")
        assert time.monotonic() - began < 1.5
        server.resume()
        assert query(CLIENT, server.url, "time()").series


def test_an_interrupt_during_the_start_leaves_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes after the fork, before gonogo holds the process."""
    spawn = RunningServer._spawn
    started: list[RunningServer] = []

    def interrupted(server: RunningServer) -> None:
        spawn(server)
        started.append(server)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(RunningServer, "_spawn", interrupted)
    with noted(), pytest.raises(Stopped), pushgateway(tmp_path):
        pytest.fail("it runs although it was interrupted")
    assert not started[0].is_running


def test_a_paused_server_is_stopped_at_once(tmp_path: Path) -> None:
    """The server is continued first, so that it receives the signal to end."""
    with pushgateway(tmp_path) as server:
        server.pause()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert server.process.returncode == 0


def test_a_server_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    """The wait is bounded, and the whole process group is killed."""
    script = "trap '' TERM; echo $$; exec 1>&-; while :; do sleep 0.05; done"
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        server = RunningServer(
            "stubborn",
            ("/bin/sh", "-c", script),
            f"http://127.0.0.1:{deaf.getsockname()[1]}",
            "/",
            tmp_path / "log",
            CLIENT,
        )
        server._spawn()
        await_true(server.log_tail)
        server.stop(timedelta(seconds=0.2))
    assert server.process.returncode == -signal.SIGKILL


ORPHAN = """
import sys
from pathlib import Path
from gonogo.programs.processes import pushgateway
with pushgateway(Path(sys.argv[1])) as server:
    {pause}
    print(server.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("pause", ["pass", "server.pause()"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_server_outlives_gonogo(tmp_path: Path, number: signal.Signals, pause: str) -> None:
    """Every end of gonogo ends its servers, paused servers as well."""
    argv = [sys.executable, "-c", ORPHAN.format(pause=pause), str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(number)
        parent.wait(10)
        assert ended(pid, 110)


ENDED_AMID_A_START = """
import os, signal, subprocess, sys, time
from datetime import timedelta
from pathlib import Path
from gonogo import stopping
stopping.install()
from gonogo.server.http import Client, HttpSettings
from gonogo.programs.server_process import RunningServer
class Slow(subprocess.Popen):
    def __init__(self, argv, **how):
        super().__init__(argv, **how)
        if argv[0] == "sleep":
            print(self.pid, flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
            end = time.monotonic() + 2 * stopping.GRACE
            while time.monotonic() < end:
                pass
subprocess.Popen = Slow
RunningServer("s", ("sleep", "60"), "http://127.0.0.1:1", "/", Path(sys.argv[1]), Client(HttpSettings())).launch()
"""


def test_a_server_without_its_guard_is_stopped(tmp_path: Path) -> None:
    """The process is not ended between the start of a server and that of the guard, however long that takes."""
    argv = (sys.executable, "-c", ENDED_AMID_A_START, str(tmp_path / "log"))
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode != 0, done
    assert ended(int(done.stdout), 10)
