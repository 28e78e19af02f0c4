"""Publishes the result of the last reload as a text file for node_exporter.

The system before gonogo had the first three metric names, and its alerts must continue to work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gonogo.disk.exposition import Gauge, exposition
from gonogo.disk.textfile import Textfile


@dataclass(frozen=True, slots=True)
class LastReload:
    """The result of a reload.

    Attributes:
        success: whether the server is proved to have the right configuration.
        at: the end of the reload in unix seconds.
        retries: the number of retries.
        seconds: the duration of the reload, verification included.
        outcome: the outcome in one word, as in the command's answer.
    """

    success: bool
    at: float
    retries: int
    seconds: float
    outcome: str


def reload_textfile(folder: Path, prefix: str, server: str) -> Textfile:
    """Return the file of one server in the folder of a textfile collector.

    Args:
        folder: the folder of the collector. Other servers and other policies may publish there too.
        prefix: the prefix of the policy.
        server: a unique name of the server, in characters that a file name may have.
    """
    return Textfile(folder / f"{prefix}_prom_reload_{server}.prom")


def publish_reload(textfile: Textfile, prefix: str, labels: Mapping[str, str], last: LastReload) -> None:
    """Replace the metrics by those of the last reload.

    Args:
        textfile: the file to write (``reload_textfile``).
        prefix: the prefix of the policy, with which every name begins.
        labels: the labels of every series, such as the realm and the server.
        last: the result of the reload.

    Raises:
        ActionFailed: the file could not be written. The old file is unchanged.
    """
    gauges = (
        _gauge(prefix, "success", "1 if the last reload was proved, else 0.", last.success),
        _gauge(prefix, "timestamp", "The end of the last reload in unix seconds.", last.at),
        _gauge(prefix, "retries", "The number of retries in the last reload.", last.retries),
        _gauge(prefix, "duration_seconds", "The duration of the last reload.", last.seconds),
    )
    outcome = _gauge(prefix, "outcome", "The outcome of the last reload, as a label. The value is always 1.", 1)
    textfile.publish(exposition(gauges, labels) + exposition((outcome,), {**labels, "outcome": last.outcome}))


def _gauge(prefix: str, name: str, meaning: str, value: float) -> Gauge:
    return Gauge(f"{prefix}_prom_reload_{name}", meaning, repr(float(value)).removesuffix(".0"))
