"""A Pushgateway as a place to publish one group of metrics, and to read it back.

Source: Pushgateway README, "API": ``PUT`` replaces a whole group; the group is in the
path, and a value that a path cannot carry is written in base64.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import SplitResult, quote, urlsplit

from gonogo.disk.exposition import values
from gonogo.errors import ActionFailed, PolicyError, Problem
from gonogo.heartbeat.http_exchange import Response, exchange

PATIENCE = 4.0
"""Seconds for one request. It is sent under the writer's lock, so it must stay well under that lock's patience."""

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of ``/metrics`` that are read to find one's own number again."""


@dataclass(frozen=True, slots=True)
class PushGroup:
    """One group of one Pushgateway: ``labels`` begin with ``job``."""

    via: ClassVar[str] = "push"
    url: SplitResult
    labels: Mapping[str, str]

    @classmethod
    def at(cls, address: str, labels: Mapping[str, str]) -> PushGroup:
        """Read the Pushgateway's address.

        Raises:
            PolicyError: it is no http or https URL, or carries more than scheme, host, port and path.
        """
        try:
            url = urlsplit(address)
            usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
        except ValueError:
            usable = False
        if not usable or not address.isascii() or not address.isprintable() or " " in address:
            raise _unusable("is no URL such as http://127.0.0.1:9091", "write scheme, host and port")
        if "@" in url.netloc or url.query or url.fragment:
            where = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
            raise _unusable(f"carries a secret or a query beside {where}", "leave scheme, host, port and path only")
        return cls(url, labels)

    @property
    def address(self) -> str:
        """The group's own URL, as pushed to."""
        return self._below(f"/metrics{''.join(_segment(*label) for label in self.labels.items())}").geturl()

    def publish(self, content: bytes) -> None:
        """Replace the group by ``content``.

        Raises:
            ActionFailed: it was not reached or did not accept.
        """
        self._ask("PUT", urlsplit(self.address), content)

    def published(self, metric: str) -> tuple[float, ...]:
        """Give the values of ``metric`` that the group has now.

        Raises:
            ActionFailed: it was not reached or gave no whole answer.
        """
        answer = self._ask("GET", self._below("/metrics"), b"")
        return tuple(values(answer.body.decode("utf-8", errors="replace"), metric, self.labels))

    def _below(self, path: str) -> SplitResult:
        return self.url._replace(path=self.url.path.rstrip("/") + path)

    def _ask(self, method: str, url: SplitResult, body: bytes) -> Response:
        where = url.geturl()
        try:
            answer = exchange(method, url, body, seconds=PATIENCE, limit=MAX_ANSWER)
        except OSError as error:
            raise _failed(where, error.strerror or str(error) or type(error).__name__) from error
        if answer.status // 100 != 2:  # noqa: PLR2004 - the class of HTTP statuses that mean success
            raise _failed(where, f"it answered {answer.status}: {answer.first_line}")
        return answer


def _segment(name: str, value: str) -> str:
    if value in {"", ".", ".."} or "/" in value:
        return f"/{name}@base64/{urlsafe_b64encode(value.encode()).decode() or '='}"
    return f"/{name}/{quote(value, safe='')}"


def _unusable(message: str, next_step: str) -> PolicyError:
    return PolicyError((Problem(None, f"heartbeat.pushgateway {message}", next_step),))


def _failed(where: str, why: str) -> ActionFailed:
    return ActionFailed(
        "the Pushgateway did not take part",
        where=where,
        why=why,
        next_step="see that it runs and that heartbeat.pushgateway names it",
    )
