"""Faults of strangers: what no rule of the server made has a recorded signal's name."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.estate_stage import EstateStage
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, beside, dropped, exported, forgotten, saying, together, valued
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.second_server import second_server, weaker

LIKE_THE_RULE = 'service="cart",metric_realm="prod",job="",instance=""'


def stranger(
    name: str,
    mechanism: str,
    gate: str,
    enter: Enter,
    reason: Reason | None = Reason.FOREIGN,
    form: str = "",
    verdict: Verdict = Verdict.HOLD,
) -> Fault:
    """Make a fault of a series that no rule made."""
    return evidence_fault(name, mechanism, gate, enter, reason, kind="stranger", form=form, verdict=verdict)


def labelled(line: str) -> Enter:
    """Scrape a series whose empty job and instance leave only the labels that the rule gives."""
    return beside(saying(f"{line}\n"), "stranger", honor_labels=True)


@contextmanager
def without_traffic(place: EstateStage) -> Iterator[None]:
    """Let the counters of a service stand still, so that its ratio has no value."""
    now = {name: place.exporters[name].text(0.0) for name in ("cart-1", "cart-2")}
    with place.exporting("cart-1", lambda _: now["cart-1"]), place.exporting("cart-2", lambda _: now["cart-2"]):
        place.until_has('app:requests:rate{service="cart"} == 0')
        yield


SATURATED = exported(valued("app_saturation", 0.95), "cart-1")
CROWDED = exported(valued("app_queue", 50), "cart-1")
SLOW = exported(valued("app_latency", 0.8), "cart-1", "cart-2")


def unfed(metric: str) -> Enter:
    """Restart the instances of a service, which then export the metric no more: nothing but the rule doubts that."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        started = f"process_start_time_seconds {time.time() + 1:.3f}"

        def change(text: str) -> str:
            return re.sub(r"^process_start_time_seconds .*", started, dropped(metric)(text), flags=re.MULTILINE)

        with exported(change, "cart-1", "cart-2")(place):
            yield

    return entered


FAULTS = (
    stranger(
        "stranger-beside-gauge",
        "another target exports a recorded name under its own job and instance",
        "saturation",
        beside(saying('app:saturation:max{service="cart",metric_realm="prod"} 0.2\n'), "stranger"),
        Reason.AMBIGUOUS,
        "own labels",
    ),
    stranger(
        "stranger-beside-ratio",
        "an instance of another service exports a recorded name under its own labels",
        "errors",
        exported(lambda text: text + 'app:error:ratio{service="cart",metric_realm="prod"} 0.05\n', "pay-2"),
        Reason.AMBIGUOUS,
        "own labels",
    ),
    stranger(
        "stranger-for-max",
        "a scrape with `honor_labels` writes 0.2 where nothing feeds the rule's `max`",
        "saturation",
        together(unfed("app_saturation"), labelled(f"app:saturation:max{{{LIKE_THE_RULE}}} 0.2")),
        form="honored",
    ),
    stranger(
        "stranger-for-sum",
        "a scrape with `honor_labels` writes 8 where nothing feeds the rule's `sum`",
        "queue",
        together(unfed("app_queue"), labelled(f"app:queue:sum{{{LIKE_THE_RULE}}} 8")),
        form="honored",
    ),
    stranger(
        "stranger-for-avg",
        "a scrape with `honor_labels` writes 0.2 where nothing feeds the rule's `avg`",
        "latency",
        together(unfed("app_latency"), labelled(f"app:latency:avg{{{LIKE_THE_RULE}}} 0.2")),
        form="honored",
    ),
    stranger(
        "stranger-for-ratio",
        "a scrape with `honor_labels` writes a ratio while the service has no traffic",
        "errors",
        together(without_traffic, labelled(f"app:error:ratio{{{LIKE_THE_RULE}}} 0.05")),
        form="honored",
        verdict=Verdict.NO_GO,
    ),
    stranger(
        "stranger-of-unknown-service",
        "a scrape with `honor_labels` writes the ratio of a service that is none",
        "errors",
        forgotten(
            labelled('app:error:ratio{service="ghost",metric_realm="prod",job="",instance=""} 0.05'),
            '{service="ghost"}',
        ),
        form="honored",
    ),
    stranger(
        "stranger-between-max",
        "a scrape with `honor_labels` writes 0.2 between the samples of our `max` of 0.95",
        "saturation",
        together(SATURATED, labelled(f"app:saturation:max{{{LIKE_THE_RULE}}} 0.2")),
        None,
        "honored",
        Verdict.NO_GO,
    ),
    stranger(
        "second-server-between-max",
        "a second server remote-writes 0.2 between the samples of our `max` of 0.95",
        "saturation",
        together(SATURATED, second_server("app:saturation:max", 0.2)),
        None,
        "written",
        Verdict.NO_GO,
    ),
    stranger(
        "second-server-between-sum",
        "a second server remote-writes 8 between the samples of our `sum` of 54",
        "queue",
        together(CROWDED, second_server("app:queue:sum", 8)),
        None,
        "written",
        Verdict.NO_GO,
    ),
    stranger(
        "second-server-for-max",
        "a second server remote-writes 0.2 where nothing feeds the rule's `max`",
        "saturation",
        together(unfed("app_saturation"), second_server("app:saturation:max", 0.2)),
        form="written",
    ),
    stranger(
        "second-server-for-avg",
        "a second server remote-writes 0.2 where nothing feeds the rule's `avg`",
        "latency",
        together(unfed("app_latency"), second_server("app:latency:avg", 0.2)),
        form="written",
    ),
    stranger(
        "second-server-for-ratio",
        "a second server remote-writes a ratio while the service has no traffic",
        "errors",
        together(without_traffic, second_server("app:error:ratio", 0.05)),
        form="written",
        verdict=Verdict.NO_GO,
    ),
    stranger(
        "second-server-of-unknown-service",
        "a second server remote-writes the ratio of a service that is none",
        "errors",
        forgotten(second_server("app:error:ratio", 0.05, "ghost"), '{service="ghost"}'),
        form="honored",
    ),
    stranger(
        "weaker-server-for-avg",
        "another server answers the queries, and its `avg` is a hundredth",
        "latency",
        together(weaker("app:latency:avg"), SLOW),
        form="other server",
    ),
    stranger(
        "weaker-server-for-max",
        "another server answers the queries, and its `max` is a hundredth",
        "saturation",
        together(weaker("app:saturation:max"), SATURATED),
        form="other server",
        verdict=Verdict.NO_GO,
    ),
    stranger(
        "weaker-server-for-sum",
        "another server answers the queries, and its `sum` is a hundredth",
        "queue",
        together(weaker("app:queue:sum"), CROWDED),
        form="other server",
        verdict=Verdict.NO_GO,
    ),
)
