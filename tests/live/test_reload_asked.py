"""A server that cannot be asked: known before anything is touched, or settled within the policy's time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from gonogo.reload.result import Became, ReloadStep
from gonogo.reload.run import reload
from tests.live.reload_stage import stage
from tests.live.reload_yard import NEW_RULE, Yard, told
from tests.waiting import crowded

pytestmark = [pytest.mark.live]

FORTH_AND_BACK = 2
ONE_SCRAPE = 5.0


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Run one server for all tests. Every test leaves it as it was."""
    folder = tmp_path_factory.mktemp("asked")
    with stage(folder / "live") as live:
        live.settled()
        made = Yard(folder, live)
        made.stage().rules(NEW_RULE, "second.yml")
        yield made


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (", trigger: signal, pid_file: stale", "process 999999 could not be signalled"),
        (", trigger: signal, pid_file: missing", "cannot be read"),
        (", trigger: signal, pid: 2", "process 2 "),
        (", trigger: command, command: [no-such-program]", "no-such-program is not installed"),
    ],
)
def test_a_trigger_that_cannot_work_is_refused(yard: Yard, keys: str, reason: str) -> None:
    """The refusal comes before any file is switched."""
    (yard.folder / "stale").write_text("999999\n", encoding="utf-8")
    before = yard.files()
    result = reload(yard.request(policy_file=yard.policy(keys)))
    assert result.became is Became.REFUSED, told(result)
    assert any(reason in one for one in result.reasons), told(result)
    assert yard.files() == before
    assert ReloadStep.SWITCH not in {step.step for step in result.steps}


def test_a_command_that_fails_is_settled_once_within_the_timeout(yard: Yard) -> None:
    """The failed command may have reached the server.

    gonogo waits for the server once, in the reload and in the rollback.
    """
    before = yard.files()
    began = time.monotonic()
    result = reload(yard.request(policy_file=yard.policy(", trigger: command, command: ['false']", timeout="2s")))
    took = time.monotonic() - began
    assert (result.became, result.retries) == (Became.ROLLED_BACK, 0), told(result)
    assert took < FORTH_AND_BACK * 2.0 + ONE_SCRAPE * crowded()
    assert yard.files() == before
    assert yard.is_whole()
