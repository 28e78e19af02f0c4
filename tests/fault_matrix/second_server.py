"""Second servers beside the world's own: one that writes to it, and one that answers in its place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from urllib.request import Request, urlopen

import yaml

from gonogo.model.replacing import replace
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from tests.fault_matrix.estate_stage import RULES, EstateStage
from tests.fault_matrix.evidence_stage import Enter
from tests.live.proxy import Passing


def second_server(record: str, value: float, service: str = "cart", **labels: str) -> Enter:
    """Start a second server, whose rule of the same name and group writes its result to the first."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            rule = {
                "record": record,
                "expr": f"vector({value})",
                "labels": {"service": service, "metric_realm": "prod"} | labels,
            }
            group = {"name": "app", "interval": "1s", "rules": [rule]}
            write = {"url": f"{place.server.url}/api/v1/write"}
            root = {
                "global": {"evaluation_interval": "1s"},
                "rule_files": ["rules.yml"],
                "remote_write": [write],
            }
            (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}), encoding="utf-8")
            (folder / "prometheus.yml").write_text(yaml.safe_dump(root), encoding="utf-8")
            with prometheus(folder / "data", folder / "prometheus.yml"):
                yield

    return entered


@contextmanager
def twin(place: EstateStage, weak: str | None = None) -> Iterator[RunningServer]:
    """Start a second server of the same configuration. The rule that is ``weak`` gives a hundredth of its value."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rules = yaml.safe_load(yaml.safe_dump(RULES))
        for rule in rules["groups"][0]["rules"]:
            if rule["record"] == weak:
                rule["expr"] = f"({rule['expr']}) / 100"
        (folder / "rules.yml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        text = (place.folder / "prometheus.yml").read_text(encoding="utf-8")
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")
        with prometheus(folder / "data", folder / "prometheus.yml") as other:
            yield other


def shared(goes: Callable[[str], bool], weak: str | None = None) -> Enter:
    """Let a second server answer the questions whose path ``goes`` there, and the own server all others."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with twin(place, weak) as other:

            def elsewhere(passing: Passing) -> Passing:
                if not goes(passing.path):
                    return passing
                kind = {"Content-Type": passing.asked_with.get("content-type", "")} if passing.asked else {}
                asked = Request(other.url + passing.path, passing.asked.encode() or None, kind)  # noqa: S310 - loopback
                with urlopen(asked) as answer:  # noqa: S310 - loopback
                    return replace(passing, body=answer.read())

            healthy, place.proxy.spoil = place.proxy.spoil, elsewhere
            try:
                yield
            finally:
                place.proxy.spoil = healthy

    return entered


def weaker(record: str) -> Enter:
    """Let another server, whose rule is weaker, answer the queries, and the own server everything else."""
    return shared(lambda path: path.startswith("/api/v1/query"), record)


def balanced(*turns: bool) -> Enter:
    """Let two servers answer in turns, over and over: ``True`` = the second."""
    turn = cycle(turns)
    return shared(lambda _: next(turn))
