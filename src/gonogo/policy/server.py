"""Makes the HTTP client from the server settings of a policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.environment import variable
from gonogo.errors import PolicyError, Problem
from gonogo.policy.settings import Header, PolicyFile, ServerSettings
from gonogo.server.http import Client, HttpSettings

LARGEST_BYTES = 64 * 1024
"""The greatest size of the file of a secret, in bytes."""


def read_secret(file: Path | None, env: str | None) -> str:
    """Return a secret from a file or from an environment variable, without one newline at its end.

    Raises:
        PolicyError: the secret cannot be read, is empty, or cannot be sent in a header.
    """
    if file is not None:
        secret, source = _from_file(file), f"the secret's file {file}"
    else:
        secret, source = _from_variable(env or ""), f"the secret's environment variable {env}"
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise _refused(f"{source} is empty", "store the secret there")
    if not secret.isprintable():
        raise _refused(f"{source} has more than one line, or control characters", "store only the secret there")
    return secret


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
