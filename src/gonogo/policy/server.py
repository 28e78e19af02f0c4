"""Makes the HTTP client from the server settings of a policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gonogo.policy.secrets import read_secret
from gonogo.policy.settings import Header, PolicyFile, ServerSettings
from gonogo.server.http import Client, HttpSettings


@dataclass(frozen=True, slots=True)
class Server:
    """The addresses to ask: the server, the program that lists its rules, and the program that lists its targets."""

    url: str
    rules_url: str
    targets_url: str


def server_of(policy_file: PolicyFile, url: str | None) -> Server:
    """Return the addresses in effect. A ``url`` of the command line replaces the policy's, even if it is empty."""
    settings = policy_file.server
    base = settings.url if url is None else url
    return Server(base, settings.rules_url or base, settings.targets_url or base)


def client_of(settings: ServerSettings, *, at_most: timedelta) -> Client:
    """Return a client with the settings of the policy. The secrets are read now.

    Raises:
        PolicyError: a secret cannot be read.
    """
    return Client(
        HttpSettings(
            timeout=min(settings.timeout, at_most),
            at_its_longest=settings.timeout >= at_most,
            max_bytes=settings.max_bytes,
            authorization=_authorization(settings),
            basic=_basic(settings),
            headers={header.name: _header(header) for header in settings.headers},
            ca_file=_text(settings.ca_file),
            cert_file=_text(settings.cert_file),
            key_file=_text(settings.key_file),
            server_name=settings.server_name,
            verify=not settings.insecure_skip_verify,
        )
    )


def _authorization(settings: ServerSettings) -> str | None:
    if settings.credentials_file is None and settings.credentials_env is None:
        return None
    secret = read_secret(settings.credentials_file, settings.credentials_env)
    return f"{settings.authorization_type or 'Bearer'} {secret}"


def _header(header: Header) -> str:
    return header.value if header.value is not None else read_secret(header.file, header.env)


def _basic(settings: ServerSettings) -> tuple[str, str] | None:
    if settings.username is None:
        return None
    if settings.password_file is None and settings.password_env is None:
        return settings.username, ""
    return settings.username, read_secret(settings.password_file, settings.password_env)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
