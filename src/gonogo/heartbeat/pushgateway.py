"""Publishes one group of metrics to a Pushgateway, and reads it back.

Source: Pushgateway README, "API". ``PUT`` replaces a whole group. The path names the
group, and a value that is not allowed in a path is written in base64.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import SplitResult, quote, urlsplit

from msgspec import Struct

from gonogo.disk.exposition import values
from gonogo.errors import ActionFailed
from gonogo.server.plain_exchange import Response, exchange

PATIENCE = 4.0
"""Seconds for one request. The request is sent under the writer's lock, so it must be well below ``LOCK_PATIENCE``."""

MAX_ANSWER = 64 * 1024 * 1024
"""The largest ``/metrics`` answer in bytes that is read to find the writer's own number."""


class PushGroup(Struct, frozen=True):
    """A group of a Pushgateway.

    Attributes:
        url: the address of the Pushgateway.
        labels: the labels of the group; the first one is ``job``.
        patience: seconds for one request.
    """

    via: ClassVar[str] = "push"
    url: SplitResult
    labels: Mapping[str, str]
    patience: float = PATIENCE

    @classmethod
    def at(cls, address: str, labels: Mapping[str, str]) -> PushGroup:
        """Return a group of the Pushgateway at an address that the policy has checked."""
        return cls(urlsplit(address), labels)

    @property
    def address(self) -> str:
        """The URL of the group."""
        return self._below(f"/metrics{''.join(_segment(*label) for label in self.labels.items())}").geturl()

    def publish(self, content: bytes) -> None:
        """Replace the group by ``content``.

        Raises:
            ActionFailed: the Pushgateway was not reached or refused the content.
        """
        self._ask("PUT", urlsplit(self.address), content)

    def published(self, metric: str) -> tuple[float, ...]:
        """Return the values of ``metric`` that the group has now.

        Raises:
            ActionFailed: the Pushgateway was not reached or gave no whole answer.
        """
        answer = self._ask("GET", self._below("/metrics"), b"")
        return tuple(values(answer.body.decode("utf-8", errors="replace"), metric, self.labels))

    def _below(self, path: str) -> SplitResult:
        return self.url._replace(path=self.url.path.rstrip("/") + path)

    def _ask(self, method: str, url: SplitResult, body: bytes) -> Response:
        where = url.geturl()
        try:
            answer = exchange(method, url, body, seconds=self.patience, limit=MAX_ANSWER)
        except OSError as error:
            raise _failed(where, error.strerror or str(error) or type(error).__name__) from error
        if answer.status // 100 != 2:  # noqa: PLR2004 - the class of HTTP statuses for success
            first_line = answer.body.decode("utf-8", errors="replace").strip().partition("\n")[0][:200]
            raise _failed(where, f"it answered {answer.status}: {first_line}")
        return answer


def _segment(name: str, value: str) -> str:
    if value in {"", ".", ".."} or "/" in value:
        return f"/{name}@base64/{urlsafe_b64encode(value.encode()).decode() or '='}"
    return f"/{name}/{quote(value, safe='')}"


def _failed(where: str, why: str) -> ActionFailed:
    return ActionFailed(
        "the Pushgateway was not updated",
        where=where,
        why=why,
        next_step="check that the Pushgateway runs and that heartbeat.pushgateway has its address",
    )
