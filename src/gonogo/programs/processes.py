"""Starts the real servers of the Prometheus family on loopback, and stops them again.

Each function is a context manager that yields a ``RunningServer`` as soon as the server is
ready. Every storage path is explicit and in the caller's folder: no server reads or writes
a system path. A server gets a free port unless the caller names one. The port stays
reserved over kills and restarts.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import Struct, field

from gonogo.durations import format_duration
from gonogo.errors import ActionFailed
from gonogo.programs.running import locate
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client

HOST = "127.0.0.1"


def reserve_port(port: int = 0) -> socket.socket:
    """Bind a port without listening, and keep the port until the socket is closed. 0 means a free port.

    While the socket is open, no process that asks for a free port gets this port, not even
    between a server's death and its restart. Only a listener that sets ``SO_REUSEADDR``, as
    every Go server does, can listen there.

    Raises:
        OSError: the port is taken.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # old connections may still be closing
        held.bind((HOST, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError:
        held.close()
        raise
    return held


def port_of(held: socket.socket) -> int:
    """Return the number of a reserved port."""
    number = held.getsockname()[1]
    if not isinstance(number, int):
        raise TypeError("a TCP socket's address ends in its port")
    return number


RETENTION = timedelta(days=400)
"""The retention of Prometheus here: longer than any history that gonogo loads into it."""


class Program(Struct, frozen=True):
    """A server's program, by name or path, and the URL path that answers 200 when the server is ready."""

    name: str
    ready_path: str


class Front(Struct, frozen=True):
    """The address of a server, if its flags change the scheme or the path.

    Attributes:
        scheme: ``https`` for a server with a certificate.
        prefix: the path prefix of the server, without a final slash.
        client: the client for a server that asks for credentials or TLS.
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

    ``flags`` returns the arguments of the program for a port. Port 0 means a free port. The log is in ``directory``,
    under the program's name. A missing folder is created.

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
            f"{name} cannot use the port {port}",
            where=f"{HOST}:{port}",
            why=str(error.strerror),
            next_step="stop the program that listens there, or let gonogo choose a free port",
        ) from error


@contextmanager
def prometheus(
    directory: Path, config_file: Path, *, port: int = 0, flags: Sequence[str] = (), front: Front | None = None
) -> Iterator[RunningServer]:
    """Run Prometheus. Its data is in ``directory/data``, and ``/-/reload`` is enabled."""
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
    """Run a Pushgateway. The pushed metrics survive a stop in ``directory/pushgateway.data``."""

    def argv(number: int) -> Sequence[str]:
        kept = f"--persistence.file={directory / 'pushgateway.data'}"
        return (f"--web.listen-address={HOST}:{number}", kept, *flags)

    with start(Program("prometheus-pushgateway", "/-/ready"), directory, argv, port) as server:
        yield server


@contextmanager
def node_exporter(
    textfile_dir: Path, *, port: int = 0, flags: Sequence[str] = (), directory: Path | None = None
) -> Iterator[RunningServer]:
    """Run a node_exporter that exports the text files of ``textfile_dir`` and no metrics of the machine.

    Its log goes to ``directory``, by default the folder above ``textfile_dir``.
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
