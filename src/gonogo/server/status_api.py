"""Reads a server's status, version, flags and configuration, and asks the server to reload.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from gonogo.durations import parse_duration
from gonogo.errors import ActionFailed, SourceError
from gonogo.server.envelope import ask, refused
from gonogo.server.http import Client
from gonogo.server.quotation import LONGEST_REASON, quote
from gonogo.server.shape import data_of, text, texts
from gonogo.server.versions import Build, build_of

_OFFSET = re.compile(r"global:\n(?: .*\n)*?  rule_query_offset: (\S+)\n")
"""The key in the configuration as a server writes it: defaults added, ``global`` first, two spaces for each level."""


def ready(client: Client, base_url: str) -> bool:
    """Return true if the server says that it is ready. The server is asked once."""
    return not why_not_ready(client, base_url)


def why_not_ready(client: Client, base_url: str) -> str:
    """Ask the server once. Return a clause that says why it is not ready and what to do; empty if it is ready."""
    try:
        answer = client.get(base_url, "/-/ready", retry=False)
        found = None if answer.status == HTTPStatus.OK else refused(answer, client.quoted(answer.body))
    except SourceError as error:
        found = error
    return "" if found is None else f"{found.what}, {found.why} ({found.next_step})"


def build(client: Client, base_url: str) -> Build:
    """Ask for the family of a server and its version."""
    return ask(client, base_url, "/api/v1/status/buildinfo", lambda envelope: build_of(data_of(envelope)))


def build_info(client: Client, base_url: str) -> str | None:
    """Ask for the version of Prometheus. Return ``None`` for another kind of server."""
    return build(client, base_url).version


def configuration(client: Client, base_url: str) -> str:
    """Ask for the loaded configuration as YAML. Defaults are added, and secrets are masked except those in URLs."""
    return ask(client, base_url, "/api/v1/status/config", lambda envelope: text(data_of(envelope).get("yaml"), "yaml"))


def rule_query_offset(client: Client, base_url: str) -> timedelta:
    """Read from the loaded configuration how far in the past rules are evaluated: 0 before 2.53 and by default."""
    found = _OFFSET.match(configuration(client, base_url))
    try:
        return parse_duration(found[1]) if found else timedelta(0)
    except ValueError as error:
        raise SourceError(f"the rule_query_offset of {base_url} is not a duration: {error}") from error


def flags(client: Client, base_url: str) -> Mapping[str, str]:
    """Ask for the server's flags, without their dashes."""
    return ask(client, base_url, "/api/v1/status/flags", lambda envelope: texts(envelope.get("data"), "the flags"))


def reload(client: Client, base_url: str) -> None:
    """Ask the server once to reload its configuration and rules, and wait for the answer.

    Success means only that the server accepted the files that it read. The caller must compare
    the rules afterwards.

    Raises:
        ActionFailed: the server refused, and its reason is in the error. With a broken rule file
            the server may have kept the old rules and loaded the new scrape configuration.
        SourceError: there was no answer. It is not known whether the server reloaded.
    """
    answer = client.send("POST", base_url, "/-/reload")
    if answer.status != HTTPStatus.OK:
        raise ActionFailed(
            f"the server refused to reload ({answer.status})",
            where=answer.url,
            why=quote(answer.body, client.settings.secrets(), LONGEST_REASON) or "the server gave no reason",
            next_step="check the configuration with promtool; the server must run with --web.enable-lifecycle",
        )
