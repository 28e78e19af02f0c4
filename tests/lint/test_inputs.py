"""Tests of the files that one server loads, found from the named paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.lint.inputs import Inputs, named_inputs, policy_inputs
from tests.denied_listing import deny_listing
from tests.policy_folder import policy_folder

RULES = "groups: [{name: g, rules: [{alert: A, expr: 'up == 0'}]}]\n"
CUSTOM = f"kind: PrometheusRule\nspec: {{{RULES.strip()}}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str = RULES) -> Path:
    """Write a file below the current folder."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(*names: str) -> Inputs:
    """Read the named paths."""
    return named_inputs(map(Path, names))


@pytest.mark.usefixtures("folder")
class TestNamed:
    """Tests of paths on the command line."""

    def test_a_missing_input_is_a_usage_error(self) -> None:
        """A pipe and an empty folder are usage errors as well."""
        os.mkfifo("pipe.yml")
        Path("empty").mkdir()
        for name, told in (("missing.yml", "No such file"), ("pipe.yml", "no regular"), ("empty", "nothing to lint")):
            with pytest.raises(UsageError, match=told):
                read(name)

    def test_named_files_without_rules_are_a_usage_error(self) -> None:
        """The error says what kind of files they are."""
        write("a_test.yml", "rule_files: [r.yml]\ntests: []\n")
        write("k8s.yml", "kind: Deployment\nspec: {}\n")
        with pytest.raises(UsageError, match="nothing to lint") as refused:
            read("a_test.yml", "k8s.yml")
        assert "a_test.yml: tests of rules" in refused.value.why
        assert "k8s.yml: neither rules" in refused.value.why

    def test_scrape_files_that_cannot_be_read_leave_jobs_unknown(self) -> None:
        """A pipe and broken YAML are problems. Series may come from jobs that could not be read."""
        write("prometheus.yml", "scrape_config_files: [jobs/*.yml]\nrule_files: [r.yml]\n")
        write("r.yml")
        write("jobs/a.yml", "scrape_configs: [")
        os.mkfifo("jobs/b.yml")
        inputs = read("prometheus.yml")
        assert [problem.where.path for problem in inputs.problems if problem.where] == ["jobs/a.yml", "jobs/b.yml"]
        assert inputs.configuration is not None
        assert inputs.configuration.outside

    def test_scrape_files_of_vmagent_are_not_read(self) -> None:
        """The files of vmagent are lists of jobs, also at URLs. Jobs stay unknown, without a problem."""
        write("prometheus.yml", "scrape_config_files: [jobs/*.yml, 'http://x/jobs.yml']\nrule_files: [r.yml]\n")
        write("r.yml")
        write("jobs/a.yml", "- job_name: a\n")
        inputs = named_inputs([Path("prometheus.yml")], Dialect.VICTORIA_METRICS)
        assert inputs.problems == []
        assert inputs.configuration is not None
        assert inputs.configuration.outside

    def test_scrape_files_are_part_of_the_configuration(self) -> None:
        """Their jobs have places, and the files and patterns that they name are checked."""
        write("conf/prometheus.yml", "scrape_config_files: [jobs/*.yml, none/*.yml, 'a*/b.yml']\nrule_files: [r.yml]\n")
        write("conf/r.yml")
        write("conf/jobs/a.yml", "scrape_configs: [{job_name: a, tls_config: {ca_file: ca.pem}}]\n")
        inputs = read("conf/prometheus.yml")
        found = inputs.configuration
        assert found is not None
        assert [(job.name, job.where.start.path) for job in found.jobs] == [("a", "conf/jobs/a.yml")]
        assert [entry.matched for entry in found.scrape_files] == [("conf/jobs/a.yml",), (), ()]
        assert [(one.path, one.problem) for one in found.named_files] == [
            ("conf/jobs/ca.pem", "No such file or directory")
        ]
        assert (found.outside, inputs.problems) == (False, [])
        assert "conf/jobs/a.yml" in inputs.texts

    def test_a_folder_that_cannot_be_listed_is_a_usage_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The user of the tests may list every folder, so the test raises the system's error itself."""

        def denied(_: object) -> None:
            raise PermissionError(13, "Permission denied", "d")

        Path("d").mkdir()
        monkeypatch.setattr(os, "scandir", denied)
        with pytest.raises(UsageError, match="cannot be listed"):
            read("d")

    def test_only_rules_of_a_folder_are_linted_and_other_files_are_listed(self) -> None:
        """Each skipped file has a reason."""
        for name, text in {
            "d/a.yml": RULES,
            "d/custom.yaml": CUSTOM,
            "d/a_test.yml": "rule_files: [a.yml]\ntests: []\n",
            "d/prometheus.yml": "rule_files: [a.yml]\nscrape_configs: []\n",
            "d/alertmanager.yml": "route: {receiver: a}\nreceivers: [{name: a}]\n",
            "d/none.yml": "",
            "d/values.yml": "image: x\n",
        }.items():
            write(name, text)
        inputs = read("d")
        assert list(inputs.files) == ["d/a.yml", "d/custom.yaml"]
        assert inputs.by_hand == {"d/a.yml", "d/custom.yaml"}
        assert not inputs.complete
        told = {one.path: one.why for one in inputs.skipped}
        assert set(told) == {"d/a_test.yml", "d/prometheus.yml", "d/alertmanager.yml", "d/none.yml", "d/values.yml"}
        assert told["d/none.yml"] == "empty"

    def test_an_unreadable_file_in_a_folder_is_an_error(self) -> None:
        """The file is not skipped, and the other files are still read."""
        write("d/a.yml")
        Path("d/latin.yml").write_bytes(b"\xe9")
        os.mkfifo("d/pipe.yml")
        inputs = read("d")
        assert [str(problem) for problem in inputs.files["d/latin.yml"].problems] == [
            "d/latin.yml:1:1: this is no UTF-8 text (save it as UTF-8, or name another file)"
        ]
        assert "no regular file" in inputs.files["d/pipe.yml"].problems[0].message

    def test_a_named_file_of_an_unknown_kind_is_read_as_rules(self) -> None:
        """A misspelled key is left to the checks."""
        write("typo.yml", RULES.replace("groups", "group"))
        write("none.yml", "")
        Path("binary.yml").write_bytes(b"\xff\xfe")
        inputs = read("typo.yml", "none.yml", "binary.yml")
        assert list(inputs.files) == ["typo.yml", "none.yml", "binary.yml"]
        assert "unknown key 'group'" in inputs.files["typo.yml"].problems[0].message
        assert "no UTF-8" in inputs.files["binary.yml"].problems[0].message

    def test_named_routes_are_read(self) -> None:
        """The rules are read as well."""
        write("a.yml")
        write("alertmanager.yml", "route: {receiver: a}\nreceivers: [{name: a}]\n")
        inputs = read("a.yml", "alertmanager.yml")
        assert inputs.routes is not None
        assert inputs.routes.root.receiver == "a"
        assert "alertmanager.yml" in inputs.texts


@pytest.mark.usefixtures("folder")
class TestConfiguration:
    """Tests of a server's configuration and the files that it loads."""

    def test_entries_match_as_the_server_matches(self) -> None:
        """Patterns are relative to the server's folder, with ``*`` in the last element only, and match hidden files."""
        for name in ("p/rules/a.yml", "p/rules/.b.yml", "p/rules/sub/c.yml", "p/other/d.yml", "p/e.yml"):
            write(name)
        entries = "[rules/*.yml, '*/d.yml', 'rules/../e.yml', 'rules/[^a].yml', gone.yml, '']"
        write("p/prometheus.yml", f"rule_files: {entries}\n")
        inputs = read("p/prometheus.yml")
        assert inputs.configuration is not None
        assert [entry.matched for entry in inputs.configuration.rule_files] == [
            ("p/rules/.b.yml", "p/rules/a.yml"),
            (),
            ("p/e.yml",),
            (),
            (),
            (),
        ]
        assert list(inputs.files) == ["p/rules/.b.yml", "p/rules/a.yml", "p/e.yml"]
        assert inputs.complete
        assert inputs.base == "p"
        assert not inputs.by_hand

    def test_every_file_that_an_entry_matches_is_read_as_rules(self) -> None:
        """The server does the same."""
        write("rules/dep.yml", "kind: Deployment\nspec: {}\n")
        Path("rules/folder.yml").mkdir()
        write("prometheus.yml", f"rule_files: [{Path.cwd()}/rules/*.yml]\n")
        inputs = read("prometheus.yml")
        assert list(inputs.files) == ["rules/dep.yml", "rules/folder.yml"]
        assert inputs.files["rules/dep.yml"].problems
        assert "Is a directory" in inputs.files["rules/folder.yml"].problems[0].message

    def test_files_that_a_configuration_names_are_checked(self) -> None:
        """A missing file is a problem, unless it may come later."""
        write("here.pem", "x")
        write(
            "prometheus.yml",
            "scrape_configs:\n- job_name: a\n  tls_config: {ca_file: here.pem, cert_file: gone.pem, key_file: k.pem}\n"
            "  file_sd_configs: [{files: ['sd/*.json', sd/one.json]}]\n",
        )
        configuration = read("prometheus.yml").configuration
        assert configuration is not None
        assert {one.path: one.problem for one in configuration.named_files} == {
            "here.pem": "",
            "gone.pem": "No such file or directory",
            "k.pem": "No such file or directory",
            "sd/*.json": "",
            "sd/one.json": "No such file or directory",
        }

    def test_two_configurations_are_a_usage_error(self) -> None:
        """One configuration that is named twice is no error."""
        write("a.yml", "scrape_configs: []\n")
        write("b.yml", "scrape_configs: []\n")
        with pytest.raises(UsageError, match="two configurations"):
            read("a.yml", "b.yml")
        assert read("a.yml", "a.yml").complete

    def test_a_mistake_in_a_configuration_is_a_problem(self) -> None:
        """The problem has its place."""
        write("prometheus.yml", "global: {scrape_interval: often}\nscrape_configs: []\n")
        (problem,) = read("prometheus.yml").problems
        assert str(problem).startswith("prometheus.yml:1:27")


class TestPolicy:
    """Tests of the files that a policy names."""

    def test_rules_tests_and_configuration_of_a_policy_are_read(self, folder: Path) -> None:
        """Names are relative to the current folder."""
        policy_file = policy_folder(folder / "p", more="prometheus: {config: prometheus.yml}\n")
        write("p/prometheus.yml", "rule_files: [rules/*.yml, more/*.yml]\n")
        write("p/more/x.yml")
        inputs = policy_inputs(policy_file)
        assert list(inputs.files) == ["p/rules/duri.yml", "p/more/x.yml"]
        assert inputs.complete
        assert inputs.missing == []
        assert [unit.path for unit in inputs.tests or ()] == ["p/tests/duri.yml"]

    def test_files_that_the_policy_names_are_known_under_any_name(self, folder: Path) -> None:
        """The real file counts. Without a policy the set is not known."""
        policy_file = policy_folder(folder / "p", more="prometheus: {config: prometheus.yml}\n")
        write("p/prometheus.yml", "rule_files: [rules/*.yml, links/*.yml, more/*.yml]\n")
        write("p/more/x.yml")
        Path("p/links").symlink_to("rules")
        assert policy_inputs(policy_file).policy_rules == frozenset({"p/rules/duri.yml", "p/links/duri.yml"})
        assert read("p/prometheus.yml").policy_rules is None

    def test_without_a_configuration_the_rules_may_be_incomplete(self, folder: Path) -> None:
        """The folder of the policy then stands for the root of a second promtool."""
        inputs = policy_inputs(policy_folder(folder / "p"))
        assert not inputs.complete
        assert inputs.base == str(folder / "p")

    def test_a_configuration_that_cannot_be_read_is_a_problem(self, folder: Path) -> None:
        """The rules are still linted."""
        policy_file = policy_folder(folder, more="prometheus: {config: prometheus.yml}\n")
        (folder / "prometheus.yml").mkdir()
        inputs = policy_inputs(policy_file)
        assert "Is a directory" in inputs.problems[0].message
        assert inputs.files

    def test_a_glob_without_a_match_is_missing(self, folder: Path) -> None:
        """The finding is at the policy."""
        (missing,) = policy_inputs(policy_folder(folder, rules=None)).missing
        assert missing[0].start.path == "gonogo.yaml"
        assert "rules/*.yml" in missing[1]

    def test_unreadable_tests_are_no_error_of_the_lint(self, folder: Path) -> None:
        """The pipe is left out, and the other tests are read."""
        policy_file = policy_folder(folder)
        os.mkfifo(folder / "tests" / "pipe.yml")
        assert [unit.path for unit in policy_inputs(policy_file).tests or ()] == ["tests/duri.yml"]
        assert policy_inputs(policy_folder(folder / "q", tests=None)).tests == ()

    def test_tests_that_cannot_be_listed_are_no_error_of_the_lint(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The user of the tests may list every folder, so the test raises the system's error itself."""
        policy_file = policy_folder(folder)
        assert policy_inputs(policy_file).tests
        deny_listing(monkeypatch, folder / "tests")
        assert policy_inputs(policy_file).tests == ()
