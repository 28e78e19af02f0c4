"""Silent passes that the user allows, each kind with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gonogo.errors import UsageError
from gonogo.ruletests.silent.passes import IDS
from gonogo.ruletests.silent.silent_pass import SilentFinding


def allowances(texts: Iterable[str]) -> Mapping[str, str]:
    """Read the values of ``--allow``: the name of a silent pass, a space, the reason.

    Raises:
        UsageError: there is no silent pass of that name, or there is no reason.
    """
    read = {}
    for text in texts:
        name, _, reason = text.strip().partition(" ")
        if name not in IDS:
            raise UsageError(f"--allow: there is no silent pass {name!r}", next_step=f"it is one of {', '.join(IDS)}")
        if not reason.strip():
            raise UsageError(f"--allow {name}: there is no reason", next_step=f"--allow '{name} why that is fine here'")
        read[name] = reason.strip()
    return read


def under(allowed: Mapping[str, str], findings: Iterable[SilentFinding]) -> tuple[SilentFinding, ...]:
    """Mark the findings that the user allows."""
    return tuple(replace(one, allowed=allowed.get(one.silent_pass, "")) for one in findings)
