"""Starts the real servers of the Prometheus family on loopback, and stops them again.

Each is a context manager that yields a ``RunningServer`` once it is ready. Every
storage path is explicit and lies in the folder that the caller gives: no server reads
or writes a system path. Ports are free ones unless asked for, and stay reserved over
kills and restarts.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gonogo.durations import format_duration
from gonogo.errors import ActionFailed
from gonogo.programs.locate import locate
from gonogo.programs.loopback_port import HOST, port_of, reserve_port
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client

RETENTION = timedelta(days=400)
"""How long Prometheus keeps samples here: longer than any history it is given."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server's program, by name or path, and the path that answers 200 once it is ready."""

    name: str
    ready_path: str


@dataclass(frozen=True, slots=True)
class Front:
    """How a server is reached where its flags make that special.

    Attributes:
        scheme: ``https`` where it has a certificate.
        prefix: the path that it serves under, without a final slash.
        client: how to ask whether it is ready, where it wants credentials or TLS.
    """

    scheme: str = "http"
    prefix: str = ""
    client: Client = field(default_factory=Client)


@contextmanager
def start(
    program: Program,
    directory: Path,
    flags: Callable[[int], Sequence[str]],
    port: int = 0,
    front: Front | None = None,
) -> Iterator[RunningServer]:
    """Run a program on a port of loopback until the block ends.

    Args:
        program: what to run.
        directory: made if need be; the log goes there, named for the program.
        flags: given the port, its arguments.
        port: the port to listen on; 0 takes a free one.
        front: how it is reached, if not by plain HTTP at the root.

    Raises:
        MissingTool: the program is not installed.
        ActionFailed: the port is taken, or the server ended or was not ready in time.
    """
    front = front or Front()
    executable = locate(program.name)
    directory.mkdir(parents=True, exist_ok=True)
    name = Path(program.name).name
    with closing(_reserved(name, port)) as held:
        number = port_of(held)
        server = RunningServer(
            name=name,
            argv=(executable, *flags(number)),
            url=f"{front.scheme}://{HOST}:{number}{front.prefix}",
            ready_path=program.ready_path,
            log=directory / f"{name}.log",
            client=front.client,
        )
        server.launch()
        try:
            yield server
        finally:
            server.stop()


def _reserved(name: str, port: int) -> socket.socket:
    try:
        return reserve_port(port)
    except OSError as error:
        raise ActionFailed(
            f"{name} cannot have the port {port}",
            where=f"{HOST}:{port}",
            why=str(error.strerror),
            next_step="end what listens there, or let gonogo take a free port",
        ) from error


@contextmanager
def prometheus(
    directory: Path, config_file: Path, *, port: int = 0, flags: Sequence[str] = (), front: Front | None = None
) -> Iterator[RunningServer]:
    """Run Prometheus; its blocks lie in ``directory/data``, and ``/-/reload`` is open."""
    front = front or Front()

    def argv(number: int) -> Sequence[str]:
        return (
            f"--config.file={config_file}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--storage.tsdb.retention.time={format_duration(RETENTION)}",
            f"--web.listen-address={HOST}:{number}",
            f"--web.external-url={front.scheme}://{HOST}:{number}{front.prefix}",
            "--web.enable-lifecycle",
            *flags,
        )

    with start(Program("prometheus", "/-/ready"), directory, argv, port, front) as server:
        yield server


@contextmanager
def pushgateway(directory: Path, *, port: int = 0, flags: Sequence[str] = ()) -> Iterator[RunningServer]:
    """Run a Pushgateway; what was pushed is kept in ``directory/pushgateway.data`` over a stop."""

    def argv(number: int) -> Sequence[str]:
        kept = f"--persistence.file={directory / 'pushgateway.data'}"
        return (f"--web.listen-address={HOST}:{number}", kept, *flags)

    with start(Program("prometheus-pushgateway", "/-/ready"), directory, argv, port) as server:
        yield server


@contextmanager
def node_exporter(
    textfile_dir: Path, *, port: int = 0, flags: Sequence[str] = (), directory: Path | None = None
) -> Iterator[RunningServer]:
    """Run a node_exporter that exports the text files of ``textfile_dir`` and nothing of the machine.

    Its log goes to ``directory``, by default the folder above the text files'.
    """
    textfile_dir.mkdir(parents=True, exist_ok=True)

    def argv(number: int) -> Sequence[str]:
        return (
            f"--web.listen-address={HOST}:{number}",
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={textfile_dir}",
            *flags,
        )

    logs = textfile_dir.parent if directory is None else directory
    with start(Program("prometheus-node-exporter", "/metrics"), logs, argv, port) as server:
        yield server
