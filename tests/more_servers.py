"""Servers that only tests start: Alertmanager and the servers of VictoriaMetrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gonogo.programs.processes import HOST, Program, start
from gonogo.programs.server_process import RunningServer

_NO_RECEIVER = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"

_ANY_KEY = (
    "-promscrape.config.strictParse=false"  # VictoriaMetrics does not know every key of Prometheus's configuration
)

_VM_MEMORY = "-memory.allowedBytes=256MiB"


@contextmanager
def alertmanager(
    directory: Path, config_file: Path | None = None, *, port: int = 0, flags: Sequence[str] = ()
) -> Iterator[RunningServer]:
    """Run an Alertmanager without a cluster. Without a configuration it notifies no one."""
    directory.mkdir(parents=True, exist_ok=True)
    if config_file is None:
        config_file = directory / "alertmanager.yml"
        config_file.write_text(_NO_RECEIVER, encoding="utf-8")

    def argv(number: int) -> Sequence[str]:
        return (
            f"--config.file={config_file}",
            f"--storage.path={directory / 'data'}",
            f"--web.listen-address={HOST}:{number}",
            "--cluster.listen-address=",
            *flags,
        )

    with start(Program("prometheus-alertmanager", "/-/ready"), directory, argv, port) as server:
        yield server


@contextmanager
def victoria_metrics(
    directory: Path, config_file: Path | None = None, *, port: int = 0, flags: Sequence[str] = ()
) -> Iterator[RunningServer]:
    """Run a single VictoriaMetrics. With a Prometheus configuration it scrapes as well."""

    def argv(number: int) -> Sequence[str]:
        scrape = () if config_file is None else (f"-promscrape.config={config_file}", _ANY_KEY)
        kept = (f"-storageDataPath={directory / 'data'}", "-retentionPeriod=24")
        return (f"-httpListenAddr={HOST}:{number}", *kept, _VM_MEMORY, *scrape, *flags)

    with start(Program("victoria-metrics", "/health"), directory, argv, port) as server:
        yield server


@contextmanager
def vmalert(
    directory: Path, rule_files: Sequence[Path], source: str, *, port: int = 0, flags: Sequence[str] = ()
) -> Iterator[RunningServer]:
    """Run vmalert: it evaluates the rules over ``source`` and writes the results there. Its alerts go nowhere."""

    def argv(number: int) -> Sequence[str]:
        rules = (f"-rule={path}" for path in rule_files)
        urls = (f"-datasource.url={source}", f"-remoteWrite.url={source}", f"-notifier.url={source}")
        return (f"-httpListenAddr={HOST}:{number}", *urls, *rules, *flags)

    with start(Program("vmalert", "/health"), directory, argv, port) as server:
        yield server


@contextmanager
def vmagent(
    directory: Path, config_file: Path, sink: str, *, port: int = 0, flags: Sequence[str] = ()
) -> Iterator[RunningServer]:
    """Run vmagent: it scrapes the targets of a Prometheus configuration and writes to ``sink``."""

    def argv(number: int) -> Sequence[str]:
        write = (f"-remoteWrite.url={sink}/api/v1/write", f"-remoteWrite.tmpDataPath={directory / 'queue'}")
        return (f"-httpListenAddr={HOST}:{number}", f"-promscrape.config={config_file}", _ANY_KEY, *write, *flags)

    with start(Program("vmagent", "/health"), directory, argv, port) as server:
        yield server
