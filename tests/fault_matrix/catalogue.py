"""Every fault of the matrix, and the stacks they need."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Final

from tests.fault_matrix import (
    edge_faults,
    history_faults,
    push_faults,
    quiet_faults,
    reach_faults,
    realm_faults,
    receiver_faults,
    replay_faults,
    replica_faults,
    rule_faults,
    run_faults,
    series_faults,
    server_faults,
    stranger_faults,
    subject_faults,
    target_faults,
    writer_faults,
)
from tests.fault_matrix.edge_stage import edge_stage
from tests.fault_matrix.evidence_stage import evidence_stage
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.fleet_stage import fleet_stage
from tests.fault_matrix.push_stage import push_stage
from tests.fault_matrix.sources_stage import sources_stage
from tests.fault_matrix.stage import Judged, record_runs, stage

STAGES: Final[dict[str, Callable[[], AbstractContextManager[Judged]]]] = {
    "textfile": partial(stage, runs=record_runs),
    "sources": sources_stage,
    "push": push_stage,
    "subjects": fleet_stage,
    "evidence": evidence_stage,
    "edge": edge_stage,
}

FAULTS: Final[tuple[Fault, ...]] = (
    *rule_faults.FAULTS,
    *server_faults.FAULTS,
    *run_faults.FAULTS,
    *series_faults.FAULTS,
    *writer_faults.FAULTS,
    *target_faults.FAULTS,
    *push_faults.FAULTS,
    *subject_faults.FAULTS,
    *history_faults.FAULTS,
    *quiet_faults.FAULTS,
    *stranger_faults.FAULTS,
    *realm_faults.FAULTS,
    *reach_faults.FAULTS,
    *receiver_faults.FAULTS,
    *replica_faults.FAULTS,
    *replay_faults.FAULTS,
    *edge_faults.FAULTS,
)

DISTINCT: Final = frozenset({fault.distinction: fault.name for fault in reversed(FAULTS)}.values())
"""The names of the first faults of each distinction: ``make test`` runs these, ``make fault-matrix`` runs all."""

NEWER: Final = frozenset(
    {
        "silent-under-max",
        "stuck-under-max",
        "second-server-between-max",
        "federated-dead-under-max",
        "laundered-by-label-replace",
        "pushed-long-ago",
        "replicas-in-turns",
        "replayed-whole-over-violation",
        "dead-under-max",
        "agent-link-refuses-max",
    }
)
"""The names of the faults that ``make test`` runs on a newer Prometheus too, one of each kind of evidence."""
