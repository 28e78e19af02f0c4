"""Makes the HTTP client from the server settings of a policy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from gonogo.disk.regular_file import read_some
from gonogo.environment import variable
from gonogo.errors import PolicyError, Problem
from gonogo.policy.settings import PolicyFile, Secret, ServerSettings
from gonogo.server.http import Client, HttpSettings

LARGEST_BYTES = 64 * 1024
"""The greatest size of the file of a secret, in bytes."""


def read_secret(secret: Secret) -> str:
    """Return a secret, without one newline at the end of its file or variable.

    Raises:
        PolicyError: the secret cannot be read, is empty, or cannot be sent in a header.
    """
    if secret.value is not None:
        return secret.value
    if secret.file is not None:
        text, source = _from_file(secret.file), f"the secret's file {secret.file}"
    else:
        text, source = _from_variable(secret.env or ""), f"the secret's environment variable {secret.env}"
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise _refused(f"{source} is empty", "store the secret there")
    if not text.isprintable():
        raise _refused(f"{source} has more than one line, or control characters", "store only the secret there")
    return text


def _from_file(file: Path) -> str:
    try:
        content = read_some(file, LARGEST_BYTES)
    except OSError as error:
        raise _refused(
            f"the secret's file {file}: {error.strerror}", "make it readable, or name another file"
        ) from error
    if len(content) > LARGEST_BYTES:
        size = f"{LARGEST_BYTES // 1024} KiB"
        raise _refused(f"the secret's file {file} is larger than {size}, the limit for a secret", "name another file")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _refused(f"the secret's file {file} is not UTF-8 text", "write the secret as text") from None


def _from_variable(env: str) -> str:
    value = variable(env)
    if value is None:
        raise _refused(
            f"the secret's environment variable {env} is not set, or is empty", "set the variable, or name a file"
        )
    return value


def _refused(message: str, next_step: str) -> PolicyError:
    return PolicyError((Problem(None, message, next_step),))


class Server(Struct, frozen=True):
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
    of = settings
    return Client(
        HttpSettings(
            timeout=min(of.timeout, at_most),
            at_its_longest=of.timeout >= at_most,
            max_bytes=of.max_bytes,
            authorization=f"{of.authorization_type} {read_secret(of.credentials)}" if of.credentials else None,
            basic=None if of.username is None else (of.username, read_secret(of.password) if of.password else ""),
            headers={name: read_secret(value) for name, value in of.headers.items()},
            ca_file=_text(of.ca_file),
            cert_file=_text(of.cert_file),
            key_file=_text(of.key_file),
            server_name=of.server_name,
            verify=not of.insecure_skip_verify,
        )
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
