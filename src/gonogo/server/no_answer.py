"""Turns the failure of a connection into an error for the user, and quotes the words of a server.

A quotation is safe to show: short, printable, without secrets.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from enum import StrEnum
from html import escape
from http.client import BadStatusLine, RemoteDisconnected
from socket import gaierror
from urllib.parse import quote as percent_encoded

from gonogo.errors import SourceError, cause_of
from gonogo.server.answer_body import BodyBroken

LONGEST = 200
"""Characters of a body that are shown."""
LONGEST_REASON = 2000
"""Characters shown of a body that says why a server refused: the mistake comes last, after the paths of files."""

_LOOKED_AT = 4000
_WIDEST = 12
"""Bytes of the longest spelling of one character, the two ``\\uXXXX`` of a surrogate pair."""


def quote(body: bytes, secrets: Iterable[str] = (), longest: int = LONGEST) -> str:
    """Return the beginning of a body on one line. Control characters are escaped, secrets are left out.

    A secret is also left out in another letter case, or with some of its characters encoded
    as in a URL, JSON or HTML.
    """
    hidden = sorted(filter(None, secrets), key=len, reverse=True)
    ahead = _WIDEST * len(hidden[0]) if hidden else 0
    text = body[: _LOOKED_AT + ahead].decode("utf-8", "replace")
    for secret in hidden:
        text = re.sub("".join(map(_spellings, secret)), "<secret>", text, flags=re.IGNORECASE)
    line = " ".join(text[:_LOOKED_AT].split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line[:longest])
    return f"{shown}…" if len(line) > longest or len(body) > _LOOKED_AT else shown


def _spellings(letter: str) -> str:
    """Return a pattern for a character, plain or encoded as in a URL, JSON or HTML."""
    coded = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
    spelt = {letter, coded, percent_encoded(coded), f"\\{letter}", escape(letter), f"&#{ord(letter)};"}
    spelt |= {f"\\u{ord(letter):04x}", f"&#x{ord(letter):x};", "+" if letter == " " else letter}
    return f"(?:{'|'.join(map(re.escape, sorted(spelt, key=len, reverse=True)))})"


MORE_THREADS = "raise the limits on processes and memory (ulimit -u, ulimit -v)"
URL_KEY = "prometheus.url"
"""The key of the policy with the address of the server."""
OR_OPTION = " (or --prometheus)"
_IS_IT_UP = f"start the server, or correct {URL_KEY} in the policy{OR_OPTION}"
_WHAT_IS_BETWEEN = "see the log of the server, and the log of any proxy in front of it"
_TRUST = "see tls_config in the policy: ca_file and server_name"
_TLS = "check whether the server speaks https, and whether it asks for a client certificate"
_TLS_OR_URL = f"see {URL_KEY} and tls_config.server_name in the policy"
_IS_IT_HTTP = "check the port and the scheme (http, https)"
_NO_LONGER = "or has more data than it can read in time; this command cannot wait longer for one answer"
_FIREWALL = "check the address, and check that no firewall drops the packets"


class ExchangeStage(StrEnum):
    """The stage that an exchange has reached."""

    CONNECTING = "while connecting"
    ASKED = "after the question was sent, before any answer"
    READING = "in the middle of the answer"


class LostConnection(SourceError):
    """A connection that failed before any answer, so that a read-only question can be asked again."""


class Redirected(SourceError):
    """A redirect that gonogo did not follow."""


def too_slow(url: str, stage: ExchangeStage, seconds: float, *, at_its_longest: bool) -> SourceError:
    """Report that the deadline passed. A longer timeout is advised only if the policy can set it."""
    longer = _NO_LONGER if at_its_longest else "or raise prometheus.timeout in the policy"
    return SourceError(
        f"no whole answer within {seconds:.3g} s",
        where=url,
        why=f"the time ran out {stage}",
        next_step=f"check whether the server is overloaded or paused, {longer}",
    )


def too_large(url: str, max_bytes: int) -> SourceError:
    """Report that the answer is larger than the bound."""
    return SourceError(
        f"the answer is larger than {max_bytes} bytes",
        where=url,
        why="reading stopped at the bound for all answers read at one time, so that no answer can exhaust the memory",
        next_step="check that this is the right server, or raise prometheus.max_bytes in the policy",
    )


def no_thread(url: str, error: RuntimeError) -> SourceError:
    """Report that no thread can be started for the question."""
    return SourceError(
        "the server could not be asked",
        where=url,
        why=str(error),
        next_step=MORE_THREADS,
    )


def redirected(url: str, status: int, target: str, why: str) -> SourceError:
    """Report the target of a redirect, and why gonogo did not follow it."""
    return Redirected(
        f"the server answered with a redirect ({status})",
        where=url,
        why=f"the redirect points to {target or 'no place'}; {why}",
        next_step="write the server's own URL in the policy, with its path prefix; a login page is not an API",
    )


def no_answer(url: str, stage: ExchangeStage, error: Exception, secrets: tuple[str, ...]) -> SourceError:
    """Turn an exception of a connection into an error that says what is wrong, where, why and what to do."""
    what, why, next_step = _words(stage, error)
    why = quote(why.encode(errors="backslashreplace"), secrets)
    lost = isinstance(error, ConnectionError) and stage is not ExchangeStage.READING
    kind = LostConnection if lost else SourceError
    return kind(what, where=url, why=why, next_step=next_step)


def _words(stage: ExchangeStage, error: Exception) -> tuple[str, str, str]:  # noqa: PLR0911 - a table of failures
    if isinstance(error, gaierror):
        return "the server's name cannot be resolved", cause_of(error), _IS_IT_UP
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the server's certificate is not trusted", error.verify_message, _TRUST
    if isinstance(error, ssl.SSLError):
        return "the TLS connection failed", error.reason or str(error), _TLS
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused", "nothing listens there", _IS_IT_UP
    if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
        return "the answer is not HTTP", f"it begins with {str(error)!r}", _IS_IT_HTTP
    if isinstance(error, BodyBroken):
        return "the answer is broken", str(error), _WHAT_IS_BETWEEN
    if isinstance(error, TimeoutError):
        return "the server cannot be reached", f"the server sent no data {stage}", _FIREWALL
    if stage is ExchangeStage.READING:
        return "the answer is broken", "it ended early", _WHAT_IS_BETWEEN
    if isinstance(error, ValueError):
        return "the question cannot be asked", str(error), _TLS_OR_URL
    return "the connection was lost", f"{str(error) or type(error).__name__}, {stage}", _WHAT_IS_BETWEEN
