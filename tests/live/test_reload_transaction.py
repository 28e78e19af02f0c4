"""The whole transaction on a real Prometheus: what server and disk have when it returns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.trees.marker import pending
from gonogo.reload.trigger import post_reload
from tests.live.reload_stage import CLIENT, LATER, RULES, stage, without_lifecycle
from tests.live.reload_yard import FAILS_LATER, NEW_NAMES, NEW_RULE, OLD_NAMES, Yard, told
from tests.reload_moment import At

pytestmark = [pytest.mark.live, pytest.mark.versions]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def test_a_staged_tree_is_loaded_verified_and_kept(yard: Yard) -> None:
    """The journal has every step before and after, and the metrics report it.

    The next reload is unchanged, and then there is a preview.
    """
    yard.stage().rules(NEW_RULE, "second.yml")
    looked = reload(yard.request(only_preview=True))
    assert looked.became is Became.UNCHANGED, told(looked)
    assert looked.preview == ("+ record job:up:max of group second",)
    assert yard.names() == OLD_NAMES
    result = reload(yard.request())
    assert result.became is Became.RELOADED, told(result)
    assert yard.names() == NEW_NAMES
    assert yard.is_whole()
    assert "gonogo_prom_reload_success{" in yard.metrics()
    last, *earlier = yard.journal()
    assert last.detail["outcome"] == "reloaded"
    steps = [str(record.detail.get("step")) for record in reversed(earlier)][-2 * len(result.steps) :]
    assert steps == [step.step for step in result.steps for _ in range(2)]
    again = reload(yard.request())
    assert again.became is Became.UNCHANGED, told(again)
    assert ReloadStep.TRIGGER not in {step.step for step in again.steps}


def test_a_rule_that_fails_when_it_is_evaluated_is_rolled_back(yard: Yard) -> None:
    """The server loads the rule, and the verification refuses it. The old files are loaded and verified again."""
    before = yard.files()
    yard.stage().rules(FAILS_LATER, "second.yml")
    result = reload(yard.request())
    assert result.became is Became.ROLLED_BACK, told(result)
    assert yard.files() == before
    assert yard.names() == OLD_NAMES
    assert yard.is_whole()
    assert 'outcome="rolled-back"' in yard.metrics()


def test_in_place_the_last_good_tree_is_the_way_back(yard: Yard) -> None:
    """Files are loaded once more and kept as good. Edited files are loaded, or are put back and laid aside."""
    first = reload(yard.in_place())
    assert first.became is Became.RELOADED, told(first)
    yard.live.rules(NEW_RULE, "second.yml")
    result = reload(yard.in_place())
    assert result.became is Became.RELOADED, told(result)
    assert yard.names() == NEW_NAMES
    good = yard.files()
    yard.live.rules(FAILS_LATER, "third.yml")
    result = reload(yard.in_place())
    assert result.became is Became.ROLLED_BACK, told(result)
    assert yard.files() == good
    assert yard.is_whole()
    (aside,) = (yard.place().state.folder / "rejected").iterdir()
    assert (aside / "rules" / "third.yml").read_text(encoding="utf-8") == FAILS_LATER


def test_in_place_without_a_good_tree_is_refused_unless_forced(yard: Yard) -> None:
    """The files were changed before a good tree was kept. gonogo does not begin what it cannot undo."""
    yard.live.rules(NEW_RULE, "second.yml")
    refused = reload(yard.in_place())
    assert refused.became is Became.REFUSED
    assert any("no rollback is possible" in reason for reason in refused.reasons)
    assert yard.names() == OLD_NAMES
    yard.live.rules(FAILS_LATER, "third.yml")
    lost = reload(yard.in_place(without_rollback=True))
    assert lost.became is Became.FAILED, told(lost)
    assert "without rollback" in lost.detail
    assert lost.commands[-1].startswith("curl -fsS -X POST http://127.0.0.1:")
    (yard.live.folder / "rules" / "third.yml").unlink()
    done = reload(yard.in_place(without_rollback=True, repair=True))
    assert done.became is Became.RELOADED, told(done)
    assert yard.is_whole()


def test_every_reason_of_a_refusal_is_listed(yard: Yard) -> None:
    """A broken rule, a glob that matches nothing, a missing certificate and a mass removal come together.

    Nothing is changed.
    """
    before, success = yard.files(), yard.live.vitals().metrics.success_at
    staged = yard.stage()
    staged.rules("groups: [{name: first, rules: [{record: 'a:b', expr: 'sum('}]}]")
    text = staged.configuration.read_text(encoding="utf-8")
    secure = "\n  - {job_name: secure, tls_config: {ca_file: gone.pem}, static_configs: [{targets: []}]}\n"
    staged.configuration.write_text(text.replace("rules/*.yml'", "rules/*.yml', 'more/*.yml'") + secure)
    result = reload(yard.request())
    assert result.became is Became.REFUSED
    assert yard.files() == before
    assert yard.live.vitals().metrics.success_at == success
    reasons = "\n".join(result.reasons)
    assert "sum(" in reasons or "rules.yml:1" in reasons
    assert "more/*.yml of" in reasons
    assert "gone.pem" in reasons
    assert re.search(r"of 2 rules would be removed, 100\.0%; at most 25\.0% may be", reasons)
    assert 'outcome="refused"' in yard.metrics()


def test_a_mass_removal_is_done_with_the_option(yard: Yard) -> None:
    """The option gives the share that may go."""
    staged = yard.stage()
    staged.rules("groups: [{name: first, rules: [{record: 'job:up:sum', expr: 'sum by (job) (up{})'}]}]")
    assert reload(yard.request(max_removed=0.05)).became is Became.REFUSED
    result = reload(yard.request(max_removed=0.5))
    assert result.became is Became.RELOADED, told(result)
    assert yard.names() == {"job:up:sum"}


def test_an_unknown_configuration_is_repaired_only_if_asked(yard: Yard) -> None:
    """The last reload failed, and the server has neither tree. Then --repair is needed."""
    good = yard.live.configuration.read_text(encoding="utf-8")
    yard.live.configure("  nonsense")
    post_reload(CLIENT, yard.live.server.url, LATER)
    assert not yard.live.vitals().metrics.successful
    yard.live.configuration.write_text(good, encoding="utf-8")
    yard.stage().rules(NEW_RULE, "second.yml")
    refused = reload(yard.request())
    assert refused.became is Became.REFUSED
    assert any("last reload had already failed" in reason for reason in refused.reasons)
    result = reload(yard.request(repair=True))
    assert result.became is Became.RELOADED, told(result)
    assert yard.is_whole()


def test_the_configuration_of_another_program_is_not_replaced(yard: Yard) -> None:
    """The server loaded other files than those on disk. The refusal names the differences."""
    yard.stage().rules(NEW_RULE, "second.yml")
    old = yard.live.configuration.read_text(encoding="utf-8")
    yard.live.configure("  - {job_name: theirs, static_configs: [{targets: []}]}")
    post_reload(CLIENT, yard.live.server.url, LATER)
    yard.live.configuration.write_text(old, encoding="utf-8")
    result = reload(yard.request())
    assert result.became is Became.REFUSED
    assert any("neither the old files nor the new ones" in reason for reason in result.reasons)
    assert "job_name: theirs" in yard.live.state().configuration


def test_another_actor_in_between_is_noticed_and_undone(yard: Yard) -> None:
    """Another program reloads between the switch and gonogo's own reload. gonogo rolls back."""
    yard.stage().rules(NEW_RULE, "second.yml")
    before = yard.files()
    result = reload(yard.request(), At(ReloadStep.SWITCH, lambda: post_reload(CLIENT, yard.live.server.url, LATER)))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert any("somebody else reloaded the server" in reason for reason in result.reasons)
    assert yard.files() == before
    assert yard.is_whole()


def test_two_reloads_at_once_run_one_after_the_other(yard: Yard) -> None:
    """The second reload waits for the lock, and has nothing left to do."""
    yard.stage().rules(NEW_RULE, "second.yml")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(reload, [yard.request(), yard.request()]))
    assert sorted(one.became for one in both) == [Became.RELOADED, Became.UNCHANGED], "\n\n".join(map(told, both))
    assert yard.is_whole()


def test_a_reload_that_hangs_is_not_undone_and_is_recovered_later(yard: Yard) -> None:
    """The server hangs in its reload, and no file is changed back.

    When the server answers, --recover restores the old tree.
    """
    before = yard.files()
    yard.stage().rules(NEW_RULE, "second.yml")
    paused = At(ReloadStep.TRIGGER, yard.live.server.pause)
    result = reload(replace(yard.request(), policy_file=yard.policy(timeout="1s")), paused)
    yard.live.server.resume()
    assert result.became is Became.FAILED, told(result)
    assert "it is not known how the reload ended" in result.detail
    assert result.commands[0].startswith("gonogo reload --recover ")
    assert any(command.startswith("rm -f ") for command in result.commands)
    assert pending(yard.place().state) is not None
    refused = reload(yard.request())
    assert refused.became is Became.REFUSED
    assert any("--recover" in reason for reason in refused.reasons)
    recovered = recover(yard.in_place())
    assert recovered.became is Became.ROLLED_BACK, told(recovered)
    assert yard.files() == before
    assert yard.is_whole()
    assert recover(yard.in_place()).became is Became.UNCHANGED


def test_an_interrupt_is_undone(yard: Yard) -> None:
    """Before the switch nothing was changed. After it the old files are proved back."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    before = yard.files()
    yard.stage().rules(NEW_RULE, "second.yml")
    refused = reload(yard.request(), At(ReloadStep.SWITCH, interrupt))
    assert refused.became is Became.REFUSED, told(refused)
    result = reload(yard.request(), At(ReloadStep.SETTLE, interrupt, after=True))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert yard.files() == before
    assert yard.is_whole()


def test_a_reload_by_signal_and_by_command(tmp_path: Path) -> None:
    """A server without lifecycle is refused over HTTP, and reloaded both other ways."""
    with stage(tmp_path / "live", without_lifecycle) as live:
        live.settled()
        yard = Yard(tmp_path, live)
        yard.stage().rules(NEW_RULE, "second.yml")
        refused = reload(yard.request())
        assert any("--web.enable-lifecycle" in reason for reason in refused.reasons)
        pid = live.server.process.pid
        by_signal = reload(yard.request(policy_file=yard.policy(f", trigger: signal, pid: {pid}")))
        assert by_signal.became is Became.RELOADED, told(by_signal)
        (tmp_path / "pid").write_text(str(pid), encoding="utf-8")
        yard.stage().rules(RULES.replace("1h", "2h"))
        by_file = reload(yard.request(policy_file=yard.policy(", trigger: signal, pid_file: pid")))
        assert by_file.became is Became.RELOADED, told(by_file)
        yard.stage().rules(RULES)
        command = f", trigger: command, command: [kill, -s, HUP, '{pid}']"
        by_command = reload(yard.request(policy_file=yard.policy(command)))
        assert by_command.became is Became.RELOADED, told(by_command)
        yard.stage().rules(RULES.replace("1h", "2h"))
        before = yard.files()
        failing = reload(yard.request(policy_file=yard.policy(", trigger: command, command: ['false']")))
        assert failing.became is Became.ROLLED_BACK, told(failing)
        assert failing.steps[-2].outcome is Outcome.PASS
        assert "the server has its old configuration" in told(failing)
        assert yard.files() == before
        assert yard.is_whole()
