"""Publishes what became of the last reload, as a text file for node_exporter.

The first three names are those of the system before gonogo, so that its alerts go on
working; duration and outcome are beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk.exposition import Gauge, exposition
from gonogo.disk.textfile import Textfile


@dataclass(frozen=True, slots=True)
class LastReload:
    """What became of a reload.

    Attributes:
        success: whether the server is proved to have what it should have.
        at: when it ended, in unix seconds.
        retries: how often the server was asked again.
        seconds: how long it took, verification included.
        outcome: in one word, as the command's answer has it.
    """

    success: bool
    at: float
    retries: int
    seconds: float
    outcome: str


def reload_textfile(folder: Path, prefix: str, server: str) -> Textfile:
    """Give the file of one server in a textfile collector's folder.

    Args:
        folder: the collector's; other servers, and other policies, may publish there as well.
        prefix: the policy's.
        server: tells the server from any other, in characters that a file's name may have.
    """
    return Textfile(folder / f"{prefix}_prom_reload_{server}.prom")


def publish_reload(textfile: Textfile, prefix: str, labels: Mapping[str, str], last: LastReload) -> None:
    """Replace the metrics by those of the last reload.

    Args:
        textfile: where (``reload_textfile``).
        prefix: the policy's, which every name begins with.
        labels: what every series bears, such as the realm and the server.
        last: what became of it.

    Raises:
        ActionFailed: the file could not be written; the old one stands.
    """
    gauges = (
        _gauge(prefix, "success", "Whether the last reload was proved: 1, or 0.", last.success),
        _gauge(prefix, "timestamp", "When the last reload ended, in unix seconds.", last.at),
        _gauge(prefix, "retries", "How often the server was asked again in the last reload.", last.retries),
        _gauge(prefix, "duration_seconds", "How long the last reload took.", last.seconds),
    )
    outcome = _gauge(prefix, "outcome", "What became of the last reload, by its label; always 1.", 1)
    textfile.publish(exposition(gauges, labels) + exposition((outcome,), {**labels, "outcome": last.outcome}))


def _gauge(prefix: str, name: str, meaning: str, value: float) -> Gauge:
    return Gauge(f"{prefix}_prom_reload_{name}", meaning, repr(float(value)).removesuffix(".0"))
