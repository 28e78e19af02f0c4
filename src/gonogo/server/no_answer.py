"""Why there was no answer, in words: a connection's failure as an error for the user."""

from __future__ import annotations

import ssl
from enum import StrEnum
from http.client import BadStatusLine, RemoteDisconnected
from socket import gaierror

from gonogo.errors import SourceError
from gonogo.server.answer_body import BodyBroken
from gonogo.server.http_settings import HttpSettings
from gonogo.server.quotation import quote

_IS_IT_UP = "start the server, or correct prometheus.url in the policy (or --prometheus)"
_WHAT_IS_BETWEEN = "see the log of the server, and of any proxy in front of it"
_TRUST = "see tls_config in the policy: ca_file and server_name"
_TLS = "see whether the server speaks https, and wants a client certificate"
_TLS_OR_URL = "see prometheus.url and tls_config.server_name in the policy"
_IS_IT_HTTP = "see whether the port and the scheme (http, https) are right"
_NO_LONGER = "or has more data than it can read in time; this command waits no longer for one answer"
_FIREWALL = "see whether the address is right and no firewall is between"


class ExchangeStage(StrEnum):
    """How far an exchange has come."""

    CONNECTING = "while connecting"
    ASKED = "after the question was sent, before any answer"
    READING = "in the middle of the answer"


class LostConnection(SourceError):
    """The connection failed before any answer, so a read-only question may be asked again."""


class Redirected(SourceError):
    """A redirect that was not followed: the question went no further."""


def too_slow(url: str, stage: ExchangeStage, settings: HttpSettings) -> SourceError:
    """Say that the deadline passed; a longer one is advised only where the policy can have it."""
    longer = _NO_LONGER if settings.at_its_longest else "or raise prometheus.timeout in the policy"
    return SourceError(
        f"no whole answer within {settings.timeout.total_seconds():g} s",
        where=url,
        why=f"the time was up {stage}",
        next_step=f"see whether the server is overloaded or paused, {longer}",
    )


def too_large(url: str, max_bytes: int) -> SourceError:
    """Say that the answer is over the bound."""
    return SourceError(
        f"the answer is larger than {max_bytes} bytes",
        where=url,
        why="reading stopped at the bound of all that is read at one time, so that no answer can exhaust the memory",
        next_step="see whether this is the right server, or raise prometheus.max_bytes in the policy",
    )


def no_thread(url: str, error: RuntimeError) -> SourceError:
    """Say that the machine gives no thread to ask in."""
    return SourceError(
        "the server could not be asked",
        where=url,
        why=str(error),
        next_step="raise the limits on processes and memory (ulimit -u, ulimit -v)",
    )


def redirected(url: str, status: int, target: str, why: str) -> SourceError:
    """Say where the server pointed to, and why gonogo did not go there."""
    return Redirected(
        f"the server answered with a redirect ({status})",
        where=url,
        why=f"it points to {target or 'nowhere'}; {why}",
        next_step="write the server's own URL in the policy, with its path prefix; a login page is no API",
    )


def no_answer(url: str, stage: ExchangeStage, error: Exception, secrets: tuple[str, ...]) -> SourceError:
    """Turn what a connection raised into an error that says what, where, why and what next."""
    what, why, next_step = _words(stage, error)
    why = quote(why.encode(errors="backslashreplace"), secrets)
    lost = isinstance(error, ConnectionError) and stage is not ExchangeStage.READING
    kind = LostConnection if lost else SourceError
    return kind(what, where=url, why=why, next_step=next_step)


def _words(stage: ExchangeStage, error: Exception) -> tuple[str, str, str]:  # noqa: PLR0911 - a table of failures
    if isinstance(error, gaierror):
        return "the server's name does not resolve", error.strerror or str(error), _IS_IT_UP
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the server's certificate is not trusted", error.verify_message, _TRUST
    if isinstance(error, ssl.SSLError):
        return "no TLS connection", error.reason or str(error), _TLS
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused", "nothing listens there", _IS_IT_UP
    if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
        return "the answer is not HTTP", f"it begins with {str(error)!r}", _IS_IT_HTTP
    if isinstance(error, BodyBroken):
        return "the answer is broken", str(error), _WHAT_IS_BETWEEN
    if isinstance(error, TimeoutError):
        return "the server cannot be reached", f"nothing came back {stage}", _FIREWALL
    if stage is ExchangeStage.READING:
        return "the answer is broken", "it ended early", _WHAT_IS_BETWEEN
    if isinstance(error, ValueError):
        return "the question cannot be asked", str(error), _TLS_OR_URL
    return "the connection was lost", f"{str(error) or type(error).__name__}, {stage}", _WHAT_IS_BETWEEN
