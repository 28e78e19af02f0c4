"""The recomputation of a verdict on the preset's rules, against the server's own evaluation of the same rules.

The sandbox has a history of 31 days, and its rules read up to 30 days of it. The plain side is what the server says it
took for its last evaluation of these recording rules. gonogo's side is the question with the
exceptions of all signals, from the client. The runs alternate.

Run: python bench/recompute.py
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from statistics import median

import orjson

from gonogo.policy.load import load
from gonogo.sandbox.launch import sandbox
from gonogo.server.http import Client
from gonogo.verdict.core.recomputation import Recomputation, recomputations
from gonogo.verdict.decide import prepare
from gonogo.verdict.gather import gather
from gonogo.verdict.inquiry import Inquiry

GOAL = 1.0
RUNS = 15
INTERVAL = timedelta(seconds=5)


def main() -> int:
    """Print the times of both, and their ratio."""
    with sandbox(interval=INTERVAL) as stack:
        policy_file = load(stack.layout.policy)
        survey = prepare(policy_file, None)
        asked: tuple[Recomputation, ...] = ()
        ours, plain = list[float](), list[float]()
        while len(ours) < RUNS:
            asked = recomputations(policy_file.policy, gather(survey, {}).evidence)
            began = time.perf_counter()
            Inquiry(Client(), survey.server.url).query_each({one.signal: one.exceptions for one in asked})
            ours.append(time.perf_counter() - began)
            plain.append(evaluation_seconds(survey.server.url))
    ratio = median(ours) / median(plain)
    print(f"{len(asked)} signals: recomputed in {median(ours):.3f} s, recorded by the server in {median(plain):.3f} s")
    print(f"ratio {ratio:.2f} (goal: at most {GOAL})")
    return 0 if ratio <= GOAL else 1


def evaluation_seconds(url: str) -> float:
    """Return the seconds that the server's last evaluation of every recording rule took."""
    groups = orjson.loads(Client().send("GET", url, "/api/v1/rules?type=record").body)["data"]["groups"]
    return float(sum(rule["evaluationTime"] for group in groups for rule in group["rules"]))


if __name__ == "__main__":
    sys.exit(main())
