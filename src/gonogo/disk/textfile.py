"""Publishes metrics in a file for node_exporter's textfile collector, and reads them back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from gonogo.disk import durable
from gonogo.disk.durable import write_failed
from gonogo.disk.exposition import label_sets, values, written

_LARGEST = 1024 * 1024


class Textfile(Struct, frozen=True):
    """A ``.prom`` file, which is always whole."""

    via: ClassVar[str] = "textfile"
    path: Path

    @property
    def address(self) -> str:
        """Return the path of the file as text."""
        return str(self.path)

    def publish(self, content: bytes) -> None:
        """Replace the content of the file.

        Raises:
            ActionFailed: the file could not be written. The old file is unchanged.
        """
        try:
            durable.replace(self.path, content)
        except OSError as error:
            raise write_failed("the textfile could not be written, the old one is kept", self.path, error) from error

    def published(self, metric: str) -> tuple[float, ...]:
        """Return the values of ``metric`` in the file; no values if the file is missing, damaged or not readable."""
        return tuple(values(self._text(), metric, {}))

    def strangers(self, metric: str, labels: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Return the labels of each series of ``metric`` that has other labels than ``labels``."""
        own = written(labels)
        return tuple(found for found in label_sets(self._text(), metric) if found != own)

    def _text(self) -> str:
        try:
            content = durable.read(self.path, _LARGEST) or b""
        except OSError:
            return ""
        return content.decode("utf-8", errors="replace")
