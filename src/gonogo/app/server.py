"""From the policy's server settings to a client that may ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gonogo.policy.load import PolicyFile, ServerSettings
from gonogo.prometheus.http import Client, HttpSettings


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask: the server, and who knows its rules and targets where it does not."""

    url: str
    rules_url: str
    targets_url: str


def server_of(policy_file: PolicyFile, url: str | None) -> Server:
    """Give the addresses in effect; ``url`` is the command line's, over the policy's."""
    settings = policy_file.server
    base = url or settings.url
    return Server(base, settings.rules_url or base, settings.targets_url or base)


def client_of(settings: ServerSettings, *, at_most: timedelta) -> Client:
    """Make a client by the policy's settings; secrets are read from their files now.

    Raises:
        PolicyError: a secret cannot be read.
    """
    return Client(
        HttpSettings(
            timeout=min(settings.timeout, at_most),
            max_bytes=settings.max_bytes,
            authorization=_authorization(settings),
            basic=_basic(settings),
            ca_file=_text(settings.ca_file),
            cert_file=_text(settings.cert_file),
            key_file=_text(settings.key_file),
            server_name=settings.server_name,
            verify=not settings.insecure_skip_verify,
        )
    )


def _authorization(settings: ServerSettings) -> str | None:
    secret = settings.credentials
    return None if secret is None else f"{settings.authorization_type or 'Bearer'} {read_secret(secret)}"
