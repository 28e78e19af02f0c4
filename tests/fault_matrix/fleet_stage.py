"""The stage with three services as subjects, each with a heartbeat, a canary and a raw signal of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from gonogo.disk import durable
from gonogo.sandbox.stack import Stack
from tests.fault_matrix.exposed import Change
from tests.fault_matrix.push_stage import only, other_policy
from tests.fault_matrix.sources_stage import SourcesStage, small_stage
from tests.fault_matrix.stage import Stage

SERVICES = ("cart", "mail", "pay")
EVENTS_PER_SECOND = 2000
"""So many that a quorum is reached seconds after the start."""


@dataclass
class Fleet:
    """Three services that one text file tells of, over and over; ``change`` is what is wrong with it."""

    path: Path
    change: Change = field(default=lambda text: text)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Write the file twice a second until the block ends."""
        stop = Event()
        thread = Thread(target=self._write_on, args=(stop,), name="fleet", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _write_on(self, stop: Event) -> None:
        began = time.time() - 1
        while not stop.wait(0.5):
            durable.replace(self.path, self.change(fleet_text(time.time(), began)).encode())


def fleet_text(now: float, began: float) -> str:
    """Say how the services are."""
    seconds = now - began
    values = {
        "textfile_heartbeat_seq": f"{int(now * 2)}",
        "textfile_heartbeat_ts": f"{now:.3f}",
        "canary_events_total": f"{int(EVENTS_PER_SECOND * seconds)}",
        "canary_promote_total": f"{int(seconds)}",
        "canary_rollback_total": "0",
        "p_unique_ratio": "0.97",
        "saturation": "0.4",
    }
    extra = {"p_unique_ratio": ',window="2h"', "textfile_heartbeat_seq": ',via="textfile"'}
    extra["textfile_heartbeat_ts"] = extra["textfile_heartbeat_seq"]
    lines: list[str] = []
    for name, value in values.items():
        lines.append(f"# TYPE duri_{name} {'counter' if name.endswith('_total') else 'gauge'}\n")
        labels = f'metric_realm="sandbox"{extra.get(name, "")}'
        lines += [f'duri_{name}{{{labels},service="{service}"}} {value}\n' for service in SERVICES]
    return "".join(lines)


@dataclass
class FleetStage(SourcesStage):
    """A stage with the fleet that feeds it."""

    fleet: Fleet


@contextmanager
def fleet_stage() -> Iterator[Stage]:
    """Start a stage whose policy judges every service by itself."""
    fleets: list[Fleet] = []

    def prepare(stack: Stack) -> None:
        stack.traffic.stop()
        other_policy(stack, judged_by_service)
        fleets.append(Fleet(stack.layout.textfile_dir / "fleet.prom"))

    with small_stage(prepare) as place:
        for file in place.stack.layout.textfile_dir.glob("*.prom"):
            file.unlink()
        with fleets[0].alive():
            yield FleetStage(place.stack, place.proxy, place.scraped, fleets[0])


def judged_by_service(root: dict[str, Any]) -> None:
    """Ask for a heartbeat, a canary and a raw signal of every service."""
    root["subjects"] = ["service"]
    root["heartbeat"]["labels"] = {"service": SERVICES[0]}
    root["signals"] = {"saturation": {"range": [0, 1]}}
    only(root, "heartbeat", "canary-quorum-pass")
    root["gates"]["saturation"] = {"require": ["saturation <= 0.8"]}


def fleet_of(place: Stage) -> Fleet:
    """Give the fleet of a stage that has one."""
    assert isinstance(place, FleetStage)
    return place.fleet
