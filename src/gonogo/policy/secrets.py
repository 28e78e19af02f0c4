"""Reads the secrets that a policy names, at the moment when they are needed. No message repeats a secret."""

from __future__ import annotations

from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.environment import variable
from gonogo.errors import PolicyError, Problem

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
