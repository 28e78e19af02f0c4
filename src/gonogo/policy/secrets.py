"""Reads the secrets that a policy names, at the moment they are needed, and never repeats one."""

from __future__ import annotations

from pathlib import Path

from gonogo.environment import variable
from gonogo.errors import PolicyError, Problem

LARGEST_BYTES = 64 * 1024
"""How large the file of a secret may be."""


def read_secret(what: str, *, file: Path | None = None, env: str | None = None) -> str | None:
    """Read a secret from a file or an environment variable, without one newline at its end.

    Args:
        what: the policy's key, for the message: ``prometheus.basic_auth.password``.
        file: the file that holds it.
        env: the environment variable that holds it.

    Returns:
        The secret, or ``None`` where neither is named.

    Raises:
        PolicyError: it cannot be read, is empty, or could not be sent in a header.
    """
    if file is not None:
        secret, source = _from_file(what, file), f"the file {file}"
    elif env is not None:
        secret, source = _from_variable(what, env), f"the environment variable {env}"
    else:
        return None
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise _refused(f"{what}: {source} is empty", "put the secret there")
    if not secret.isprintable():
        raise _refused(
            f"{what}: {source} holds more than one line, or control characters", "keep the secret alone in it"
        )
    return secret


def _from_file(what: str, file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise _refused(f"{what}: {file}: {error.strerror}", "make the file readable, or name another") from error
    if len(content) > LARGEST_BYTES:
        raise _refused(f"{what}: {file} is larger than {LARGEST_BYTES // 1024} KiB, which no secret is", "name another")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _refused(f"{what}: {file} is no UTF-8 text", "write the secret as text") from None


def _from_variable(what: str, env: str) -> str:
    value = variable(env)
    if value is None:
        raise _refused(f"{what}: the environment variable {env} is not set", "set it, or name a file instead")
    return value


def _refused(message: str, next_step: str) -> PolicyError:
    return PolicyError((Problem(None, message, next_step),))
