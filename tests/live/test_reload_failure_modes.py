"""Each way in which a reload of a real Prometheus fails or deceives, and what is said of it.

Each is numbered in its name (0 is a good reload); asserted are what triggering, settling and
verifying say, and what the server has afterwards.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import SourceError
from gonogo.model.rule import RuleHealth
from gonogo.model.versions import RULES_BEFORE_LISTENING, release
from gonogo.programs.processes import port_of, prometheus, reserve_port
from gonogo.programs.promtool import check_config, version_number
from gonogo.programs.server_process import RunningServer
from gonogo.reload.asking import Settled, Settlement, disturbed, retry_pause, settle
from gonogo.reload.loaded_comparison import Reload, Unmet, Verification
from gonogo.reload.signal_trigger import hang_up
from gonogo.reload.trigger import Reply, Triggered, post_reload, reload_by_command
from gonogo.server.http import Client, HttpSettings
from gonogo.server.own_metrics import own_metrics
from gonogo.server.rules_api import rules
from gonogo.server.server_state import ServerState, vitals
from gonogo.server.status_api import configuration, ready
from tests.live.proxy import proxy
from tests.live.reload_stage import (
    CLIENT,
    LATER,
    RULES,
    SOON,
    Stage,
    stage,
    staged_tree,
    without_lifecycle,
    write_configuration,
)
from tests.waiting import await_true

pytestmark = [pytest.mark.live]

NEW_JOB = "  - {job_name: more, static_configs: [{targets: []}]}"
NEW_RULE = "groups: [{name: second, rules: [{record: 'job:up:max', expr: 'max by (job) (up)'}]}]"

FAILING = """
groups:
  - name: second
    rules: [{record: 'a:b', expr: 'label_replace({job="node"}, "__name__", "one", "", "") + 0'}]
"""
"""Every series gets the same labels, which a server finds out only when it evaluates."""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    """Run a server over good files."""
    with stage(tmp_path) as running:
        yield running


def checks(left: tuple[Unmet, ...]) -> set[Verification]:
    """Give what is unmet, in one word each."""
    return {one.check for one in left}


def told(left: tuple[Unmet, ...]) -> str:
    """Give what is unmet in words."""
    return "\n".join(map(str, left))


def names(state: ServerState) -> set[str]:
    """Give the names of the rules that a server has."""
    return {rule.rule.name for group in state.rules for rule in group.rules}


def test_0_a_good_reload_is_proved(live: Stage) -> None:
    """A new job, new rules and an Alertmanager are loaded. No problem is left, and the server is the same process."""
    before = live.settled()
    live.rules(NEW_RULE, "second.yml")
    live.configure(
        f"  - {{job_name: twin, static_configs: [{{targets: ['{live.target}']}}]}}",
        "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:1']}]}]}",
    )
    reload, found = live.reload()
    assert found.outcome is Settlement.LOADED
    assert live.verify(before, reload) == ()
    after = live.state()
    assert after.pools == ("node", "twin")
    assert after.alertmanagers == ("http://127.0.0.1:1/api/v2/alerts",)
    assert after.vitals.born == before.vitals.born
    assert after.configuration_path == str(live.configuration)


def test_1_a_broken_configuration_changes_nothing(live: Stage) -> None:
    """The answer names the file. The old configuration and rules stay, and the metric reports the failure."""
    before = live.state()
    live.configure("  nonsense")
    asked, triggered = live.post()
    assert triggered.reply is Reply.REJECTED
    assert triggered.accepted is False
    assert str(live.configuration) in triggered.detail
    found = settle(asked, triggered, live.vitals, LATER)
    assert found.outcome is Settlement.REJECTED
    assert retry_pause(triggered, found, 0, 0.5) is None
    after = live.state()
    assert after.configuration == before.configuration
    assert names(after) == names(before)
    assert not after.vitals.metrics.successful


def test_2_a_broken_rule_file_leaves_a_mixed_state_until_a_second_reload(live: Stage) -> None:
    """The server has the new job and the old rules. After a second reload of the old files the server is as before."""
    before = live.settled()
    live.configure(NEW_JOB)
    live.rules("groups: [{name: first, rules: [{record: 'a:b', expr: 'sum('}]}]")
    asked, triggered = live.post()
    assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.REJECTED
    mixed = live.state()
    assert "job_name: more" in mixed.configuration
    assert names(mixed) == names(before)
    assert not mixed.vitals.metrics.successful
    live.configure()
    live.rules(RULES)
    back, found = live.reload()
    assert found.outcome is Settlement.LOADED
    assert live.verify(before, Reload(back.asked, back.settled, is_rollback=True)) == ()
    assert "job_name: more" not in live.state().configuration


def test_3_a_file_that_cannot_be_opened_is_refused_after_the_load(live: Stage) -> None:
    """Promtool accepts the file. The server answers 500, and has the new configuration and the new rules."""
    live.configure(NEW_JOB)
    live.rules(NEW_RULE)
    text = live.configuration.read_text(encoding="utf-8")
    missing = f"query_log_file: {live.folder}/missing/query.log"
    live.configuration.write_text(text.replace("global: {", f"global: {{{missing}, "), encoding="utf-8")
    assert check_config(live.configuration, lint=False).passed
    asked, triggered = live.post()
    assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.REJECTED
    after = live.state()
    assert "job_name: more" in after.configuration
    assert names(after) == {"job:up:max"}


def test_3_a_pool_with_bad_new_certificates_keeps_the_old_ones(live: Stage) -> None:
    """The server answers 500, and counts the failure."""
    live.settled()
    text = live.configuration.read_text(encoding="utf-8")
    live.configuration.write_text(
        text.replace("job_name: node,", "job_name: node, tls_config: {ca_file: gone.pem},"), encoding="utf-8"
    )
    asked, triggered = live.post()
    assert triggered.reply is Reply.REJECTED
    assert live.vitals().metrics.pool_reloads_failed == asked.metrics.pool_reloads_failed + 1


def test_4_a_new_job_without_its_certificate_is_never_scraped(live: Stage) -> None:
    """The status is 200 and the metric is 1. Only the missing pool and a counter show the failure."""
    before = live.settled()
    (live.folder / "ca.pem").write_text("no certificate", encoding="utf-8")
    tls = "tls_config: {ca_file: ca.pem}"
    live.configure(f"  - {{job_name: secure, scheme: https, {tls}, static_configs: [{{targets: ['{live.target}']}}]}}")
    reload, found = live.reload()
    assert found.outcome is Settlement.LOADED
    assert reload.settled.metrics.successful
    left = live.verify(before, reload)
    assert checks(left) >= {Verification.JOBS, Verification.FAILURES}
    assert "job secure: the job is not scraped" in told(left)
    assert live.state().pools == ("node",)


def test_5_a_glob_that_matches_nothing_takes_all_rules_away(live: Stage) -> None:
    """The status is 200, the metric is 1, and there are no rules.

    The comparison with the staged files names each missing rule.
    """
    before = live.settled()
    wanted = live.staged()
    live.configure(rule_files="rulse/*.yml")
    assert check_config(live.configuration, lint=False).passed
    reload, found = live.reload()
    assert found.outcome is Settlement.LOADED
    left = live.verify(before, reload, wanted)
    assert checks(left) >= {Verification.RULES, Verification.CONFIGURATION}
    assert "alert Up of group first is in the files and not on the server" in told(left)
    assert live.state().rules == ()


def test_6_a_rule_that_fails_when_it_is_evaluated_is_seen_at_its_first_evaluation(live: Stage) -> None:
    """The rule is loaded, and its health is ``unknown`` until then. The error and the counter name its group."""
    before = live.settled()
    live.rules(FAILING, "second.yml")
    reload, found = live.reload()
    assert found.outcome is Settlement.LOADED
    left = live.verify(before, reload)
    assert Verification.FAILURES in checks(left)
    await_true(lambda: RuleHealth.ERROR in {rule.health for group in live.state().rules for rule in group.rules})
    assert "second.yml;second" in told(left)


def test_7_a_broken_template_is_no_failure_to_the_server(live: Stage) -> None:
    """The health of the rule stays ok, and the verification finds nothing.

    Only lint, and the alert itself, show the failure.
    """
    before = live.settled()
    live.rules(RULES.replace("{{ $value }} is up", "{{ $value.nothing }} is up"))
    reload, _ = live.reload()
    assert live.verify(before, reload) == ()
    await_true(lambda: any("error expanding" in alert.annotations["summary"] for alert in live.state().alerts))
    assert {rule.health for group in live.state().rules for rule in group.rules} == {RuleHealth.OK}


def test_8_a_server_that_is_not_ready_hangs_and_reloads_later(tmp_path: Path) -> None:
    """Its metrics report success, its API is closed, and a request hangs until the server is ready.

    A server that reads its rule files before it listens cannot be reached until then.
    """
    (tmp_path / "rules").mkdir()
    write_configuration(tmp_path, "127.0.0.1:1")
    pipe = tmp_path / "rules" / "rules.yml"
    os.mkfifo(pipe)
    with closing(reserve_port(0)) as free:
        port = port_of(free)
    url = f"http://127.0.0.1:{port}"
    with ThreadPoolExecutor(1) as starting:
        running = prometheus(tmp_path / "prometheus", tmp_path / "prometheus.yml", port=port)
        started = starting.submit(running.__enter__)
        handle = os.open(pipe, os.O_RDWR)
        version = release(version_number(("promtool",)))
        assert version is not None
        if version >= RULES_BEFORE_LISTENING:
            assert post_reload(CLIENT, url, SOON).reply is Reply.UNREACHED
        else:
            await_true(lambda: _answers(url))
            assert not ready(CLIENT, url)
            with pytest.raises(SourceError, match="503"):
                vitals(CLIENT, url)
            assert post_reload(CLIENT, url, SOON).reply is Reply.UNANSWERED
        (tmp_path / "regular").write_text(RULES, encoding="utf-8")
        (tmp_path / "regular").replace(pipe)
        os.write(handle, NEW_RULE.encode())
        os.close(handle)
        server = started.result()
        try:
            await_true(lambda: names(Stage(tmp_path, server, "").state()) == {"job:up:sum", "Up"})
        finally:
            running.__exit__(None, None, None)


def _answers(url: str) -> bool:
    try:
        return own_metrics(CLIENT, url).successful
    except SourceError:
        return False


def test_9_a_rule_file_that_blocks_stops_the_reload_until_it_can_be_read(live: Stage) -> None:
    """There is no answer and no trace.

    Half of the configuration is loaded, and the rules cannot be listed. The reload ends later.
    """
    live.configure(NEW_JOB)
    pipe = live.folder / "rules" / "pipe.yml"
    os.mkfifo(pipe)
    asked, triggered = live.post(SOON)
    found = settle(asked, triggered, live.vitals, SOON)
    assert (triggered.reply, found.outcome) == (Reply.UNANSWERED, Settlement.UNKNOWN)
    assert "may still come" in found.detail
    assert retry_pause(triggered, found, 0, 0.5) is None
    assert "job_name: more" in configuration(CLIENT, live.server.url)
    with pytest.raises(SourceError, match="no whole answer"):
        rules(Client(HttpSettings(timeout=SOON)), live.server.url)
    pipe.write_text(NEW_RULE, encoding="utf-8")
    assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.LOADED
    assert "job:up:max" in names(live.state())


def test_10_a_server_without_lifecycle_is_reloaded_by_signal_or_command(tmp_path: Path) -> None:
    """The flag and the answer show the reason. SIGHUP works, and so does a command that sends it."""
    with stage(tmp_path, without_lifecycle) as live:
        state = live.state()
        assert not state.lifecycle
        asked, triggered = live.post()
        assert triggered.reply is Reply.DISABLED
        assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.NOT_HAPPENED
        live.rules(NEW_RULE)
        assert _hung_up(live, live.server)[1].outcome is Settlement.LOADED
        live.rules(RULES)
        again = live.vitals()
        sent = reload_by_command(("kill", "-s", "HUP", str(live.server.process.pid)), LATER)
        assert settle(again, sent, live.vitals, LATER).outcome is Settlement.LOADED
        assert names(live.state()) == {"job:up:sum", "Up"}


def _hung_up(live: Stage, server: RunningServer, patience: timedelta = LATER) -> tuple[Triggered, Settled]:
    state = live.state()
    flags = state.flags["config.file"]
    sent = hang_up(server.process.pid, started_at=state.vitals.metrics.started_at, config_file=flags)
    return sent, settle(state.vitals, sent, live.vitals, patience)


def test_11_a_signal_is_settled_by_the_metrics_alone(live: Stage) -> None:
    """A success and a first failure show in the metrics.

    A failure after a failure leaves no trace, and gonogo does not assume it.
    """
    assert _hung_up(live, live.server)[1].outcome is Settlement.LOADED
    live.configure("  nonsense")
    sent, found = _hung_up(live, live.server)
    assert (sent.reply, found.outcome) == (Reply.SENT, Settlement.REJECTED)
    _, found = _hung_up(live, live.server, SOON)
    assert found.outcome is Settlement.UNKNOWN
    assert "does not change the metrics" in found.detail


def test_11_no_other_process_gets_the_signal(live: Stage) -> None:
    """Another server of the same program, started at another time, gets no signal."""
    state = live.state()
    with stage(live.folder / "other") as other:
        await_true(lambda: other.vitals().metrics.started_at)
        sent = hang_up(
            other.server.process.pid,
            started_at=(state.vitals.metrics.started_at or 0) - 5,
            config_file="prometheus.yml",
        )
        assert sent.reply is Reply.NOT_SENT
        assert "is not the server" in sent.detail


def test_12_a_client_without_an_answer_learns_the_outcome_from_the_server(live: Stage) -> None:
    """A proxy holds the answer back. A stopped server reloads when it is continued."""
    asked = live.vitals()
    with proxy(live.server.url) as between:
        between.hold.clear()
        triggered = post_reload(CLIENT, between.url, SOON)
        assert triggered.reply is Reply.UNANSWERED
        assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.LOADED
    asked = live.vitals()
    live.server.pause()
    triggered = post_reload(CLIENT, live.server.url, SOON)
    assert triggered.accepted is None
    live.server.resume()
    assert settle(asked, triggered, live.vitals, LATER).outcome is Settlement.LOADED


def test_13_another_actor_is_noticed(live: Stage) -> None:
    """Before the request, the vitals show the other reload.

    After the request, the time of the last success shows it.
    """
    before = live.settled()
    live.post()
    assert checks(disturbed(before, live.vitals())) == {Verification.ALONE}
    reload, _ = live.reload()
    live.post()
    assert Verification.ALONE in checks(live.verify(before, reload))


def test_14_a_promtool_of_another_version_is_noticed(live: Stage) -> None:
    """A promtool of another version accepts a key that the server refuses."""
    fake = live.folder / "promtool"
    fake.write_text("#!/bin/sh\necho 'promtool, version 3.4.0 (branch: x)'\n", encoding="utf-8")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    state = live.state()
    assert release(version_number((str(fake),))) != release(state.version or "")
    live.rules(RULES.replace("name: first", "name: first\n    of_another_version: 1"))
    _, triggered = live.post()
    assert triggered.reply is Reply.REJECTED
    assert names(live.state()) == names(state)


def test_15_another_tree_than_the_server_reads_is_noticed(live: Stage) -> None:
    """The validated files are in another folder. The reload succeeds, and none of the files is loaded."""
    before = live.settled()
    elsewhere = live.folder / "elsewhere"
    (elsewhere / "rules").mkdir(parents=True)
    write_configuration(elsewhere, live.target, NEW_JOB)
    (elsewhere / "rules" / "rules.yml").write_text(NEW_RULE, encoding="utf-8")
    reload, found = live.reload()
    assert found.outcome is Settlement.LOADED
    left = live.verify(before, reload, staged_tree(elsewhere))
    assert checks(left) >= {Verification.CONFIGURATION, Verification.RULES, Verification.JOBS}
    assert str(live.configuration) in told(left)
    assert names(live.state()) == names(before)


def test_16_a_restart_in_between_is_noticed(live: Stage) -> None:
    """A restart is not a reload, before or after a reload was settled."""
    before = live.settled()
    asked = live.vitals()
    live.server.restart()
    lost = Triggered(Reply.UNANSWERED, "the connection was lost")
    await_true(lambda: ready(CLIENT, live.server.url))
    assert settle(asked, lost, live.vitals, LATER).outcome is Settlement.RESTARTED
    assert checks(disturbed(before, live.vitals())) == {Verification.PROCESS}
    reload, _ = live.reload()
    live.server.restart()
    assert Verification.PROCESS in checks(live.verify(live.state(), reload))


def test_17_a_changed_label_restarts_an_alert_that_an_edited_expression_keeps(live: Stage) -> None:
    """Both reloads succeed. Only the start time of the alert shows the loss."""
    live.settled()
    await_true(lambda: live.state().alerts)
    before = live.state()
    live.rules(RULES.replace("up == 1'", "up > 0'"))
    reload, _ = live.reload()
    assert live.verify(before, reload) == ()
    kept = live.state()
    assert [alert.active_at for alert in kept.alerts] == [alert.active_at for alert in before.alerts]
    live.rules(RULES.replace("severity: page", "severity: ticket"))
    reload, _ = live.reload()
    assert live.verify(kept, reload) == ()
    await_true(lambda: live.state().alerts)
    lost = live.state()
    assert [alert.name for alert in lost.alerts] == ["Up"]
    assert (lost.alerts[0].active_at or 0.0) > (kept.alerts[0].active_at or 0.0)
