"""The ways in which a reload of a real Prometheus fails or deceives, met by the whole transaction.

Each is numbered in its name as in ``test_reload_failure_modes``, which shows what the server alone says of it;
here it is asserted what disk and server have when the transaction returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.model.progress import Listener, ignored
from gonogo.policy.load import load
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from gonogo.server.status_api import ready
from tests.live.reload_stage import CLIENT, RULES, Stage, stage
from tests.live.reload_yard import NEW_RULE, OLD_NAMES, Yard, told
from tests.reload_moment import At
from tests.waiting import await_true

pytestmark = [pytest.mark.live]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Run one server for all tests. Every test must leave it as it was."""
    folder = tmp_path_factory.mktemp("modes")
    with stage(folder / "live") as live:
        live.settled()
        yield Yard(folder, live)


@pytest.fixture
def staged(yard: Yard) -> Iterator[Stage]:
    """Stage a copy to be spoilt; afterwards disk and server have the old tree, whole."""
    before = yard.files()
    yield yard.stage()
    assert yard.files() == before
    assert yard.names() == OLD_NAMES
    assert yard.is_whole()


def refused(yard: Yard, reason: str, **more: object) -> ReloadResult:
    """Reload, and be refused for this reason, with the server not asked and no file changed."""
    success, files = yard.live.vitals().metrics.success_at, yard.files()
    result = reload(yard.request(**more))
    assert result.became is Became.REFUSED, told(result)
    assert any(reason in one for one in result.reasons), told(result)
    assert yard.live.vitals().metrics.success_at == success
    assert yard.files() == files
    return result


def rolled_back(yard: Yard, reason: str, heard: Listener = ignored) -> ReloadResult:
    """Reload, and be rolled back for this reason, to the very files."""
    files = yard.files()
    result = reload(yard.request(max_removed=1.0), heard)
    assert result.became is Became.ROLLED_BACK, told(result)
    assert any(reason in one for one in result.reasons), told(result)
    assert yard.files() == files
    return result


def test_1_a_broken_configuration_is_refused(yard: Yard, staged: Stage) -> None:
    """Promtool refuses the configuration and names the line."""
    staged.configure("  nonsense")
    refused(yard, "prometheus.yml:")


def test_2_a_broken_rule_file_with_a_good_configuration_is_refused(yard: Yard, staged: Stage) -> None:
    """The server never gets into the mixed state."""
    staged.configure("  - {job_name: more, static_configs: [{targets: []}]}")
    staged.rules("groups: [{name: first, rules: [{record: 'a:b', expr: 'sum('}]}]")
    refused(yard, "rules.yml:1")


def test_3_a_log_that_cannot_be_opened_is_rolled_back_with_a_second_reload(yard: Yard, staged: Stage) -> None:
    """Promtool does not open the log. The server answers 500 after it has loaded everything."""
    text = staged.configuration.read_text(encoding="utf-8")
    missing = f"query_log_file: {yard.folder}/missing/query.log"
    staged.configuration.write_text(text.replace("global: {", f"global: {{{missing}, "), encoding="utf-8")
    staged.rules(NEW_RULE, "second.yml")
    result = rolled_back(yard, "500")
    assert [step.step for step in result.steps].count(ReloadStep.TRIGGER) == 1


def test_4_a_job_whose_certificate_cannot_be_loaded_is_rolled_back(yard: Yard, staged: Stage) -> None:
    """The status is 200, and nothing is scraped. The file exists, so no check before the reload finds the fault."""
    ca = yard.folder / "ca.pem"
    ca.write_text("no certificate\n", encoding="utf-8")
    job = f"tls_config: {{ca_file: {ca}}}, static_configs: [{{targets: ['{yard.live.target}']}}]"
    staged.configure(f"  - {{job_name: secure, {job}}}")
    rolled_back(yard, "job secure: the job is not scraped")


def test_5_rules_that_would_vanish_with_status_200_are_refused(yard: Yard, staged: Stage) -> None:
    """A glob matches nothing, or a file is empty now."""
    staged.configure(rule_files="rulse/*.yml")
    refused(yard, "matches no file")
    staged.configure()
    staged.rules("groups: []\n")
    refused(yard, "2 of 2 rules would be removed, 100.0%")


def test_7_a_broken_template_is_refused_by_lint(yard: Yard, staged: Stage) -> None:
    """The server would never report the template."""
    staged.rules(RULES.replace("{{ $value }} is up", "{{ $value.nothing }} is up"))
    refused(yard, "template-invalid")


def test_8_a_server_that_does_not_answer_is_refused(yard: Yard, staged: Stage) -> None:
    """The server is stopped in the middle of its work. No file is switched."""
    staged.rules(NEW_RULE, "second.yml")
    yard.live.server.pause()
    try:
        result = reload(yard.request())
    finally:
        yard.live.server.resume()
    assert result.became is Became.REFUSED
    assert any("did not become ready within" in reason for reason in result.reasons), result.reasons


def test_15_another_tree_than_the_server_reads_is_refused(yard: Yard, staged: Stage, tmp_path: Path) -> None:
    """The policy names a configuration that the server never read."""
    del staged
    other = tmp_path / "other"
    (other / "rules").mkdir(parents=True)
    (other / "rules" / "rules.yml").write_text(NEW_RULE, encoding="utf-8")
    (other / "prometheus.yml").write_text("rule_files: ['rules/*.yml']\n", encoding="utf-8")
    policy_file = yard.policy()
    text = policy_file.path.read_text(encoding="utf-8").replace("config: live/", f"config: {other}/")
    policy_file.path.write_text(text.replace("live/rules", f"{other}/rules"), encoding="utf-8")
    refused(yard, "the server has neither the old files nor the new ones", policy_file=load(policy_file.path))


def test_16_a_restart_in_between_is_rolled_back(yard: Yard, staged: Stage) -> None:
    """Another process has loaded the new files without a request, and alerts have lost their state."""

    def restart() -> None:
        yard.live.server.restart()
        await_true(lambda: ready(CLIENT, yard.live.server.url))

    staged.rules(NEW_RULE, "second.yml")
    rolled_back(yard, "the server is another process than before", At(ReloadStep.TRIGGER, restart))


def test_17_the_preview_lists_the_alerts_that_lose_their_state(yard: Yard, staged: Stage) -> None:
    """An alert with a changed label is another alert."""
    staged.rules(RULES.replace("severity: page", "severity: ticket"))
    looked = reload(yard.request(only_preview=True, max_removed=1.0))
    assert looked.became is Became.UNCHANGED, told(looked)
    assert any("loses its pending or firing state" in line for line in looked.preview), looked.preview
