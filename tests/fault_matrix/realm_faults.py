"""Faults of labels: a rule turns another realm's data into ours, or a series has no subject."""

from __future__ import annotations

from gonogo.model.outcome import Reason
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, beside, exported, forgotten, ruled, saying, together
from tests.fault_matrix.fault import Fault

DEV = "".join(f'dev_gauge{{metric_realm="dev",service="{name}"}} 0.2\n' for name in ("cart", "pay"))


def laundered(name: str, mechanism: str, gate: str, record: str, expr: str, **labels: object) -> Fault:
    """Make a fault of a rule that gives another realm's data our realm."""
    enter = together(exported(lambda text: text + DEV, "cart-1"), ruled(record, expr=expr, **labels))
    return labelled(name, mechanism, gate, enter, Reason.WRONG_REALM, "laundering")


def labelled(name: str, mechanism: str, gate: str, enter: Enter, reason: Reason, kind: str) -> Fault:
    """Make a fault of labels."""
    return evidence_fault(name, mechanism, gate, enter, reason, kind=kind, form="gauge")


def nameless(name: str, mechanism: str, gate: str, line: str) -> Fault:
    """Make a fault of a series in our realm that has no subject."""
    enter = forgotten(beside(saying(f"{line}\n"), "nameless", honor_labels=True), '{job="nameless"}')
    return labelled(name, mechanism, gate, enter, Reason.AMBIGUOUS, "no subject")


OURS = {"metric_realm": "prod"}

FAULTS = (
    laundered(
        "laundered-by-label-replace",
        "`label_replace` makes the realm of a series ours",
        "saturation",
        "app:saturation:max",
        'label_replace(dev_gauge, "metric_realm", "prod", "", "")',
    ),
    laundered(
        "laundered-by-static-label",
        "an aggregate drops another realm, and the rule's label sets ours",
        "queue",
        "app:queue:sum",
        "sum by (service) (dev_gauge)",
        labels=OURS,
    ),
    laundered(
        "laundered-over-kept-realm",
        "the rule's label overwrites another realm",
        "latency",
        "app:latency:avg",
        "max by (metric_realm, service) (dev_gauge)",
        labels=OURS,
    ),
    laundered(
        "laundered-by-join",
        "a join takes our realm from one side and the value from the other",
        "saturation",
        "app:saturation:max",
        "sum by (service) (dev_gauge) + on (service) group_right () ("
        '0 * max by (service, metric_realm) (app_saturation{metric_realm="prod"}))',
    ),
    laundered(
        "laundered-beside-ours",
        "an aggregate takes another realm's series beside ours",
        "queue",
        "app:queue:sum",
        'sum by (service) ({__name__=~"app_queue|dev_gauge"})',
        labels=OURS,
    ),
    laundered(
        "laundered-by-or",
        "`or` falls back to another realm",
        "latency",
        "app:latency:avg",
        'max by (service) (gone_gauge{metric_realm="prod"} or dev_gauge)',
        labels=OURS,
    ),
    nameless(
        "nameless-raw",
        "a target exports a violating raw series of our realm without a service",
        "leader",
        'app_leader{metric_realm="prod"} 0',
    ),
    nameless(
        "nameless-under-sum",
        "a target exports a series of our realm without a service under `sum`",
        "queue",
        'app_queue{metric_realm="prod"} 99',
    ),
    nameless(
        "nameless-under-max",
        "a target exports a violating series of our realm without a service under `max`",
        "saturation",
        'app_saturation{metric_realm="prod"} 0.99',
    ),
    nameless(
        "nameless-under-avg",
        "a target exports a violating series of our realm without a service under `avg`",
        "latency",
        'app_latency{metric_realm="prod"} 0.99',
    ),
    nameless(
        "nameless-under-policy-expression",
        "a violating series without a service is under a policy's expression",
        "worst",
        'app_saturation{metric_realm="prod",zone="b"} 0.98',
    ),
    nameless(
        "nameless-recorded",
        "a target exports a recorded name in our realm without a service",
        "errors",
        'app:error:ratio{metric_realm="prod",job="",instance=""} 0.99',
    ),
)
