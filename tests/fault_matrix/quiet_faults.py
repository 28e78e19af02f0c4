"""Faults of sources that live: an instance exports a metric no more, or with timestamps that are old."""

from __future__ import annotations

from gonogo.model.outcome import Reason
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, dropped, exported, lagging, sparing, stuck
from tests.fault_matrix.fault import Fault

CART = ("cart-1", "cart-2")


def silent(name: str, mechanism: str, gate: str, enter: Enter, form: str = "gauge") -> Fault:
    """Make a fault of an instance that is up and silent."""
    reason = Reason.SOURCE_SILENT
    return evidence_fault(name, mechanism, gate, enter, reason, kind="silence", form=form)


def old(name: str, mechanism: str, gate: str, enter: Enter, form: str = "gauge") -> Fault:
    """Make a fault of an instance whose samples are old by their own timestamps."""
    reason = Reason.SOURCE_STALE
    return evidence_fault(name, mechanism, gate, enter, reason, kind="old timestamps", form=form)


SILENT = (
    silent(
        "silent-under-max",
        "one of two instances under `max` exports the gauge no more, and stays up",
        "saturation",
        sparing("pay", exported(dropped("app_saturation"), "cart-2")),
    ),
    silent(
        "silent-under-sum",
        "one of two instances under `sum` exports the gauge no more, and stays up",
        "queue",
        sparing("pay", exported(dropped("app_queue"), "cart-2")),
    ),
    silent(
        "silent-under-avg",
        "one of two instances under `avg` exports the gauge no more, and stays up",
        "latency",
        sparing("cart", exported(dropped("app_latency"), "pay-1")),
    ),
    silent(
        "silent-counter-under-ratio",
        "one of two instances under a ratio of rates exports the counter no more, and stays up",
        "errors",
        sparing("cart", exported(dropped("app_requests_total"), "pay-2")),
        "counter",
    ),
    silent(
        "silent-counter-under-rate",
        "one of two instances under `sum(rate())` exports the counter no more, and stays up",
        "traffic",
        exported(dropped("app_requests_total"), "cart-1"),
        "counter",
    ),
    silent(
        "silent-under-policy-expression",
        "one of two instances under an expression of the policy exports the gauge no more, and stays up",
        "worst",
        sparing("cart", exported(dropped("app_saturation"), "pay-1")),
    ),
    silent(
        "silent-in-both-services",
        "one instance of each service exports the gauge no more, and stays up",
        "saturation",
        exported(dropped("app_saturation"), "cart-1", "pay-2"),
    ),
    silent(
        "silent-below-asked-share",
        "one of two instances is silent, and `signals.x.sources` asks for 90 %",
        "backlog",
        sparing("pay", exported(dropped("app_queue"), "cart-1")),
        "share",
    ),
    silent(
        "silent-and-not-excused-elsewhere",
        "one of two instances is silent for a metric whose share excuses it, and for another that excuses nothing",
        "latency",
        exported(dropped("app_depth", "app_latency"), "pay-2"),
        "share",
    ),
    silent(
        "silent-for-everything",
        "one of two instances exports nothing of its own any more, and stays up",
        "errors",
        sparing("cart", exported(dropped("app_saturation", "app_queue", "app_latency", "app_requests_total"), "pay-1")),
    ),
)

OLD = (
    old(
        "stuck-under-max",
        "the timestamps of one instance's gauge under `max` stand still",
        "saturation",
        sparing("pay", stuck("app_saturation", "cart-1")),
    ),
    old(
        "stuck-under-sum",
        "the timestamps of one instance's gauge under `sum` stand still",
        "queue",
        sparing("cart", stuck("app_queue", "pay-1")),
    ),
    old(
        "stuck-under-avg",
        "the timestamps of both instances' gauge under `avg` stand still",
        "latency",
        sparing("cart", stuck("app_latency", "pay-1", "pay-2")),
    ),
    old(
        "stuck-counter-under-ratio",
        "the timestamps of one instance's counter under a ratio stand still",
        "errors",
        sparing("pay", stuck("app_requests_total", "cart-2")),
        "counter",
    ),
    old(
        "stuck-counter-under-rate",
        "the timestamps of one instance's counter under `sum(rate())` stand still",
        "traffic",
        sparing("cart", stuck("app_requests_total", "pay-2")),
        "counter",
    ),
    old(
        "stuck-under-policy-expression",
        "the timestamps of a gauge under an expression of the policy stand still",
        "worst",
        stuck("app_saturation", "pay-2"),
    ),
    old(
        "stuck-below-asked-share",
        "the timestamps of one of two instances stand still, and 90 % of them are asked",
        "backlog",
        stuck("app_queue", "cart-2"),
        "share",
    ),
    old(
        "stuck-beyond-excused-share",
        "the timestamps of all instances of a service stand still, and half are asked",
        "depth",
        sparing("pay", stuck("app_depth", *CART)),
        "share",
    ),
    old(
        "stuck-raw",
        "the timestamps of a gauge that is judged without a rule stand still",
        "leader",
        sparing("pay", stuck("app_leader", "cart-1")),
        "raw",
    ),
    old(
        "lagging-under-max",
        "one more instance under `max` is always 60 s old by its own timestamps",
        "saturation",
        sparing("pay", lagging("app_saturation", 60, "cart")),
    ),
    old(
        "lagging-under-sum",
        "one more instance under `sum` is always 20 s old by its own timestamps",
        "queue",
        sparing("cart", lagging("app_queue", 20, "pay")),
    ),
    old(
        "lagging-under-avg",
        "one more instance under `avg` is always 290 s old by its own timestamps",
        "latency",
        sparing("pay", lagging("app_latency", 290, "cart")),
    ),
    old(
        "lagging-counter",
        "one more instance's counter is always 4 min old by its own timestamps",
        "traffic",
        sparing("cart", lagging("app_requests_total", 240, "pay")),
        "counter",
    ),
)

FAULTS = (*SILENT, *OLD)
