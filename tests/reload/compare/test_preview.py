"""The changes that a reload would make, by meaning."""

from __future__ import annotations

import pytest

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.reload.compare.preview import Preview, Removal, Running, StagedText, preview, refusal
from gonogo.reload.compare.scrape_files import ScrapeFiles, read_scrape_files
from tests.reload.compare.kinds import FOLDER, KINDS, SHOWN
from tests.reload.compare.rule_edits import MINUTE, as_loaded

DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page"}, held=MINUTE)
QUICK = Rule(RuleKind.ALERT, "Quick", "up == 0")
STAYS = Rule(RuleKind.ALERT, "Stays", "up == 0", keep_firing=MINUTE)
SUM = Rule(RuleKind.RECORD, "sum", "sum(up)")
GROUP = RuleGroup("g", (DOWN, QUICK, STAYS, SUM), MINUTE, "/etc/a.yml")
LIMITS, LIMITS_SHOWN = KINDS["limits and booleans of every spelling"], SHOWN["limits and booleans of every spelling"]


def rules(*groups: RuleGroup) -> Preview:
    """Preview other rules than ``GROUP``, under the same configuration."""
    return preview(Running(SHOWN["nothing"], as_loaded([GROUP])), StagedText("", groups))


def configured(staged: str, shown: str, **targets: int) -> Preview:
    """Preview another configuration."""
    return preview(Running(shown, (), targets), StagedText(staged, ()), folder=FOLDER)


@pytest.mark.parametrize(
    "broken", ["a: [", "global: {evaluation_interval: often}", "global: {evaluation_interval: [1]}"]
)
def test_an_unreadable_configuration_is_refused(broken: str) -> None:
    """The change is refused even if any share of the rules may be removed."""
    found = configured(broken, SHOWN["nothing"])
    assert found
    assert refusal(found, 1.0)[0].startswith("the changes are not known: ")


def test_a_mass_removal_is_refused() -> None:
    """A glob without a match is a common cause of vanished rules."""
    found = rules()
    assert refusal(found, 0.05) == ("4 of 4 rules would be removed, 100.0%; at most 5.0% may be",)
    assert refusal(found, 1.0) == ()
    assert [one.title for one in found.rules.extra] == [
        "alert Down of group g",
        "alert Quick of group g",
        "alert Stays of group g",
        "record sum of group g",
    ]


@pytest.mark.parametrize(
    ("group", "why"),
    [
        (replace(GROUP, name="h"), "its group was g"),
        (replace(GROUP, file="/etc/b.yml"), "its file was /etc/a.yml, and will be /etc/b.yml"),
        (
            replace(GROUP, name="h", file="/etc/b.yml"),
            "its group was g and its file was /etc/a.yml, and will be /etc/b.yml",
        ),
    ],
)
def test_alerts_forget_their_state_with_another_group_or_file(group: RuleGroup, why: str) -> None:
    """Only alerts with ``for`` or ``keep_firing_for`` lose their state. These alerts do not count as removed."""
    found = rules(group)
    assert [(lost.alert.rule.name, lost.why) for lost in found.losing_state] == [("Down", why), ("Stays", why)]
    assert found.removals[0] == Removal("rules", 0, 4)


def test_alerts_lose_their_state_with_other_labels_only() -> None:
    """Alerts keep their state with another expression, duration or annotation."""
    other = replace(DOWN, labels={"severity": "ticket"})
    found = rules(replace(GROUP, rules=(other, QUICK, STAYS, SUM)))
    assert [lost.why for lost in found.losing_state] == ['its labels were severity="page"']
    bare = preview(
        Running("", as_loaded([RuleGroup("g", (replace(DOWN, labels={}),))])),
        StagedText("", (RuleGroup("g", (DOWN,)),)),
    )
    assert [lost.why for lost in bare.losing_state] == ["its labels were none"]
    kept = replace(DOWN, expression="up == 1", held=2 * MINUTE, annotations={"a": "b"})
    found = rules(replace(GROUP, file="", rules=(kept, QUICK, STAYS, SUM)))
    assert found.losing_state == ()
    assert [aspect.name for change in found.rules.changed for aspect in change.aspects] == [
        "expression",
        "for",
        "annotation a",
    ]


def test_added_rules_are_listed() -> None:
    """Equal rules give an empty preview."""
    new = replace(SUM, name="new")
    assert [one.rule for one in rules(GROUP, RuleGroup("h", (new,))).rules.missing] == [new]
    assert not rules(GROUP)
    assert refusal(rules(GROUP), 0.0) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_loaded_configuration_changes_nothing(kind: str) -> None:
    """The preview is empty for every kind of configuration."""
    assert not configured(KINDS[kind], SHOWN[kind])
    assert kind in {"nothing", "empty sections"} or configured("", SHOWN[kind]) or "0s" in KINDS[kind]


def test_added_removed_and_changed_jobs_are_listed() -> None:
    """A changed job has the list of its differences, and no path is listed twice."""
    more = LIMITS + "- {job_name: new}\n"
    assert configured(more, LIMITS_SHOWN).jobs_added == ("new",)
    assert configured("", LIMITS_SHOWN).jobs_removed == ("yes",)
    (changed,) = configured(LIMITS.replace("scheme: https", "scheme: http"), LIMITS_SHOWN).jobs_changed.items()
    assert changed[0] == "yes"
    assert [one.path for one in changed[1]] == ["scrape_configs[yes].scheme"]
    for staged in (more, "", LIMITS.replace("scheme: https", "scheme: http")):
        assert configured(staged, LIMITS_SHOWN).settings == ()


def test_all_other_differences_are_settings() -> None:
    """Examples are intervals, labels, retention and rule files."""
    staged = """
global: {evaluation_interval: 2m, external_labels: {a: b}}
storage: {tsdb: {retention: {time: 30d}}}
rule_files: [a.yml]
"""
    assert [(one.path, one.loaded) for one in configured(staged, SHOWN["nothing"]).settings] == [
        ("global.evaluation_interval", "1m"),
        ("global.external_labels", "nothing"),
        ("storage", "nothing"),
        ("rule_files", "nothing"),
    ]


def test_removed_targets_are_counted() -> None:
    """Active targets count if their number is known, otherwise static targets."""
    fewer = LIMITS.replace('["a:1", "b:2"]', '["a:1"]')
    assert configured(fewer, LIMITS_SHOWN).removals[2] == Removal("targets", 1, 2)
    assert configured("", LIMITS_SHOWN).removals == (
        Removal("rules", 0, 0),
        Removal("jobs", 1, 1),
        Removal("targets", 2, 2),
    )
    assert configured("", LIMITS_SHOWN, yes=50).removals[2] == Removal("targets", 50, 50)
    assert configured(fewer, LIMITS_SHOWN, yes=0).removals[2] == Removal("targets", 0, 0)
    assert refusal(configured(fewer, LIMITS_SHOWN), 0.4) == (
        "1 of 2 targets would be removed, 50.0%; at most 40.0% may be",
    )


def test_a_malformed_job_has_no_targets() -> None:
    """A malformed entry does not count as a job either."""
    odd = "scrape_configs: [1, {job_name: [a]}, {job_name: b, static_configs: [1, {targets: [[a]]}]}]"
    assert configured(odd, SHOWN["nothing"]).jobs_added == ("b",)


def files_of(text: str) -> ScrapeFiles:
    """Read one scrape file."""
    return read_scrape_files("scrape_config_files: [a.yml]", {"a.yml": text})


def test_changes_of_jobs_in_scrape_files_are_listed() -> None:
    """Files are compared with files, because the server shows only the names of their pools."""
    job = "scrape_configs: [{job_name: a, scrape_interval: 60s, static_configs: [{targets: ['x:1', 'y:1']}], %s}]"
    shown, pools = SHOWN["nothing"], ("a", "of a file that nobody knows")
    before = Running(shown, (), {}, files_of(job % "sample_limit: 1"), pools)
    after = StagedText("", (), files_of((job % "sample_limit: 2").replace("60s", "1m")))
    found = preview(before, after)
    assert [one.path for one in next(iter(found.jobs_changed.values()))] == ["scrape_configs[a].sample_limit"]
    assert (found.jobs_added, found.jobs_removed) == ((), ("of a file that nobody knows",))
    gone = preview(before, StagedText("", ()))
    assert gone.jobs_removed == ("a", "of a file that nobody knows")
    assert gone.removals[1:] == (Removal("jobs", 2, 2), Removal("targets", 2, 2))
    assert preview(Running(shown, ()), after).jobs_added == ("a",)
    assert preview(before, StagedText("", (), files_of("[")), folder=FOLDER).unreadable


def test_a_job_that_moves_into_a_scrape_file_is_a_change() -> None:
    """The job is neither added nor removed."""
    after = StagedText("", (), files_of("scrape_configs: [{job_name: yes}]"))
    found = preview(Running(LIMITS_SHOWN, ()), after, folder=FOLDER)
    assert (found.jobs_added, found.jobs_removed) == ((), ())
    assert list(found.jobs_changed) == ["yes"]
