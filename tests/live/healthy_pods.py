"""Events in the life of healthy pods: restarts, deploys, scaling, lost scrapes, nights, alerts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle

from tests.fault_matrix.estate_stage import exporter
from tests.live.healthy_stage import FOR, INTERVAL, POOL, HealthyStage, Pod

UNEVEN = (0.1, 0.9, 0.0, 0.4, 1.0, 0.3, 0.7)
"""Shares of a whole without an order."""


def wait(seconds: float) -> None:
    """Let a part of a life pass in which nothing new happens."""
    threading.Event().wait(seconds)


def in_turns(names: Sequence[str], size: int = 3) -> list[tuple[str, ...]]:
    """Return the names in parts."""
    return [tuple(names[first : first + size]) for first in range(0, len(names), size)]


def restarted(place: HealthyStage, names: Iterable[str], *, down: float = 0.1) -> None:
    """Restart some pods at once, and wait until the server has scraped all of them anew."""
    chosen = tuple(names)
    for name in chosen:
        place.exporters[name].alive = False
    wait(down)
    now = time.time()
    for name in chosen:
        place.pods[name].restart()
        place.exporters[name].alive = True
    labels = "|".join(map(place.label, chosen))
    fresh = f'timestamp(up{{instance=~"{labels}"}}) > {now:.3f}'
    place.until_has(f"count({fresh} and up == 1) == {len(chosen)}")


def fail_again(place: HealthyStage) -> None:
    """Let the counters of errors appear, pod by pod."""
    for pod in place.pods.values():
        if not pod.fails:
            pod.fails = True
            wait(0.1)


def rolling_restart(place: HealthyStage) -> None:
    """Restart ten pods, three at a time. The counters of errors appear when all is over."""
    for names in in_turns(POOL):
        restarted(place, names)
        wait(0.5)
    fail_again(place)


def rolling_outage(place: HealthyStage) -> None:
    """Restart ten pods, three at a time, each for so long that it loses a scrape."""
    for names in in_turns(POOL):
        restarted(place, names, down=1.2 * INTERVAL)
    fail_again(place)


def one_restart(place: HealthyStage) -> None:
    """Restart the pod that alone has some series."""
    restarted(place, ["cart-0"])


def counters_reset(place: HealthyStage) -> None:
    """Set all counters to zero, while the processes go on."""
    for pod in place.pods.values():
        started = pod.started
        pod.restart()
        pod.started, pod.fails = started, True
    wait(INTERVAL)


def first_failures(place: HealthyStage) -> None:
    """Restart a whole service, so that no series of errors is there. A pod of the service fails later."""
    restarted(place, ["pay-0", "pay-1"])
    wait(3 * INTERVAL)
    place.pods["pay-1"].fails = True
    wait(INTERVAL)
    place.pods["pay-0"].fails = True


def no_failures(place: HealthyStage) -> None:
    """Restart every pod, so that no series of errors is there at all for a while."""
    restarted(place, place.found)
    wait(4 * INTERVAL)
    fail_again(place)


def fresh_pods(place: HealthyStage, service: str, count: int) -> list[Pod]:
    """Start new pods of a service. The server does not know them yet."""
    first = len(place.pods)
    return [
        place.add(Pod(f"{service}-{number}", fails=False, counted=0, failed=0))
        for number in range(first, first + count)
    ]


def replaced(place: HealthyStage) -> None:
    """Let discovery find three new pods in place of three old ones."""
    gone = place.found[7:10]
    fresh_pods(place, "cart", 3)
    place.discover(name for name in place.pods if name not in gone)
    place.end(gone)
    fail_again(place)


def scaled_out(place: HealthyStage) -> None:
    """Let discovery find two more pods."""
    fresh_pods(place, "pay", 2)
    place.discover(place.pods)
    fail_again(place)


def scaled_in(place: HealthyStage) -> None:
    """Take two pods away on purpose: first from discovery, then from the world."""
    gone = [name for name in place.found if name not in {"cart-0", "pay-0", "pay-1"}][-2:]
    place.discover(name for name in place.found if name not in gone)
    place.end(gone)
    wait(INTERVAL)


def renamed(place: HealthyStage) -> None:
    """Let discovery find the pod that alone has some series under another name."""
    place.labels["cart-0"] = f"moved-{len(place.labels)}"
    place.discover(place.found)


def moved(place: HealthyStage) -> None:
    """Start the pod that alone has some series on another address, under the same name, as a stateful set does."""
    pod, old, scraped = place.pods["pay-0"], place.exporters["pay-0"], threading.Event()

    def text(now: float) -> str:
        scraped.set()
        return pod.text(now)

    pod.restart()
    place.exporters["pay-0"] = place.held.enter_context(exporter(text))
    place.discover(place.found)
    assert scraped.wait(60)
    old.alive = False
    pod.fails = True
    wait(3 * INTERVAL)


def new_subject(place: HealthyStage) -> None:
    """Let discovery find the first pod of another service."""
    service = f"new{len(place.pods)}"
    place.add(Pod(f"{service}-0", counted=0))
    place.discover(place.pods)
    wait(FOR)


def lost_scrape(place: HealthyStage) -> None:
    """Lose one scrape of the pod that alone has some series."""
    place.exporters["cart-0"].alive = False
    place.until_has(f'up{{instance="{place.label("cart-0")}"}} == 0')
    place.exporters["cart-0"].alive = True


def lost_scrapes(place: HealthyStage) -> None:
    """Lose one scrape of a pod of each service."""
    names = ("cart-3", "pay-1")
    for name in names:
        place.exporters[name].alive = False
    place.until_has('count(up{instance=~"cart-3|pay-1"} == 0) == 2')
    for name in names:
        place.exporters[name].alive = True


def delayed(place: HealthyStage, delay: Callable[[], float], seconds: float) -> None:
    """Let every scrape take some time, for a while."""
    for pod in place.pods.values():
        pod.delay = delay
    wait(seconds)
    for pod in place.pods.values():
        pod.delay = lambda: 0.0


def jitter(place: HealthyStage) -> None:
    """Let each scrape take up to 0.4 s, so that no two are an interval apart."""
    shares = cycle(UNEVEN)
    delayed(place, lambda: 0.4 * next(shares), 4 * INTERVAL)


def slow(place: HealthyStage) -> None:
    """Let each scrape take 0.6 s, within the timeout of 1 s."""
    delayed(place, lambda: 0.6, 4 * INTERVAL)


def deploy(place: HealthyStage) -> None:
    """Change the label ``pod`` of a raw series."""
    for name in ("cart-0", "pay-0"):
        place.pods[name].version += "b"
    wait(INTERVAL)


def two_deploys(place: HealthyStage) -> None:
    """Change the label ``pod`` of a raw series, and once more before the first change is old."""
    deploy(place)
    wait(INTERVAL)
    deploy(place)


def labelled(place: HealthyStage) -> None:
    """Deploy a version that adds a label to every series."""
    for pod in place.pods.values():
        pod.extra = 'build="2",'
    wait(INTERVAL)


def night(place: HealthyStage) -> None:
    """Let the requests to a service stop, and come back."""
    for name in ("pay-0", "pay-1"):
        place.pods[name].count(0)
    wait(5 * INTERVAL)
    for name in ("pay-0", "pay-1"):
        place.pods[name].count(20)


def sparse(place: HealthyStage) -> None:
    """Let one request come in two seconds, which is under the traffic that the gate asks for."""
    for name in ("pay-0", "pay-1"):
        place.pods[name].count(0.25, share=0)
    wait(5 * INTERVAL)
    for name in ("pay-0", "pay-1"):
        place.pods[name].count(20)


def stamped(place: HealthyStage, stamp: Callable[[float], float], seconds: float) -> None:
    """Let the gauges have timestamps of their own, for a while."""
    for name in ("cart-0", "cart-1", "pay-1"):
        place.pods[name].stamp = stamp
    wait(seconds)
    for name in ("cart-0", "cart-1", "pay-1"):
        place.pods[name].stamp = None
    wait(INTERVAL)


def stamps_jitter(place: HealthyStage) -> None:
    """Let gauges have timestamps that are up to 0.4 s before the scrape."""
    shares = cycle(UNEVEN)
    stamped(place, lambda now: now - 0.4 * next(shares), 3 * INTERVAL)


def stamps_late(place: HealthyStage) -> None:
    """Let gauges have timestamps that are 1.5 intervals before the scrape."""
    stamped(place, lambda now: now - 1.5 * INTERVAL, 4 * INTERVAL)


def stamps_ahead(place: HealthyStage) -> None:
    """Let gauges have timestamps that are a second ahead of the scrape: the clock of a node is ahead."""
    stamped(place, lambda now: now + 1.0, 3 * INTERVAL)
    wait(INTERVAL)


def gauged(place: HealthyStage, name: str, seconds: float, **gauges: float) -> None:
    """Let a pod export other gauges, for a while."""
    place.pods[name].gauges |= gauges
    wait(seconds)
    place.pods[name].gauges.clear()
    wait(INTERVAL)


def large(place: HealthyStage) -> None:
    """Export a very large finite value."""
    gauged(place, "cart-0", 3 * INTERVAL, app_depth=1e299)


def pending_alert(place: HealthyStage) -> None:
    """Let an alert be pending that never fires."""
    gauged(place, "cart-1", 2 * INTERVAL, app_depth=30)


def other_alert(place: HealthyStage) -> None:
    """Let an alert fire that the policy does not count."""
    gauged(place, "cart-2", 3 * INTERVAL, app_depth=15)


def noise(place: HealthyStage) -> None:
    """Let a gauge jump between all values that are allowed."""
    for share in UNEVEN * 2:
        place.pods["cart-4"].gauges["app_saturation"] = 0.8 * share
        wait(0.3)
    place.pods["cart-4"].gauges.clear()


def at_the_bound(place: HealthyStage) -> None:
    """Let a gauge be exactly at its bound."""
    gauged(place, "pay-1", 3 * INTERVAL, app_saturation=0.8)
