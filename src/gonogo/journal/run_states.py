"""Finds the records of the run gates for exactly the files that the policy names."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.errors import SourceError
from gonogo.journal.run_key import run_key
from gonogo.model.evidence import RunState
from gonogo.policy.load import PolicyFile


def run_states(policy_file: PolicyFile) -> Mapping[str, RunState]:
    """Return the newest runs of every required run gate. A journal that cannot be read counts as empty.

    Raises:
        PolicyError: a file that the policy names is missing.
    """
    required = policy_file.policy.runs.required
    if not required:
        return {}
    from gonogo.journal.records import newest  # noqa: PLC0415 - SQLite is imported only where a record is asked for

    key = run_key(policy_file)
    try:
        return {gate: newest(policy_file.journal, gate, key) for gate in required}
    except SourceError as error:
        return dict.fromkeys(required, RunState(last_detail=f"{error.what}: {error.why}"))
