"""A run's key changes with everything that the outcome depends on, and with nothing else."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import PolicyError
from gonogo.journal import run_key as module
from gonogo.journal.run_key import run_key, run_states
from gonogo.journal.runs import Recording, Run
from gonogo.model.evidence import RunState
from gonogo.model.outcome import Outcome
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT, RUN_GATES, Policy
from gonogo.model.record import DRY_RUN
from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.policy.settings import PolicyFile, ServerSettings
from tests.policy_folder import policy_folder

POLICY = Policy(realm=None, prefix="p", subjects=(), synthetic_labels={}, signals={}, gates=())
TEXT = b"version: 1\n"
NAMED = frozenset({"rules", "tests", "prometheus", "prometheus.config"})
FILES = {"rules/a.yml": b"groups: []\n", "tests/a.yml": b"tests: []\n", "prometheus.yml": b"global: {}\n"}


def policy_in(folder: Path, files: Mapping[str, bytes], *, named: frozenset[str] = NAMED) -> PolicyFile:
    """Write the files of a policy and give it as loaded."""
    for name, content in {"gonogo.yaml": TEXT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return PolicyFile(
        path=folder / "gonogo.yaml",
        sha256=hashlib.sha256(TEXT).hexdigest(),
        policy=POLICY,
        server=ServerSettings(config=folder / "prometheus.yml"),
        rules=(f"{folder}/rules/*.yml",),
        tests=(folder / "tests",),
        journal=folder / ".gonogo" / "journal.sqlite",
        named=named,
    )


def key_of(files: Mapping[str, bytes]) -> str:
    """Give the key of a policy with these files, in a folder of its own."""
    with TemporaryDirectory() as folder:
        return run_key(policy_in(Path(folder), files, named=frozenset()))


@pytest.mark.parametrize("gone", sorted(FILES))
def test_a_missing_file_that_the_policy_names_is_an_error(tmp_path: Path, gone: str) -> None:
    """A file that the policy names must exist."""
    files = {name: content for name, content in FILES.items() if name != gone}
    policy_file = replace(policy_in(tmp_path, files), tests=(tmp_path / "tests" / "a.yml",))
    with pytest.raises(PolicyError, match="No such file"):
        run_key(policy_file)


def test_all_missing_inputs_are_listed_in_one_error(tmp_path: Path) -> None:
    """One error names the missing configuration, the rules and the tests."""
    with pytest.raises(PolicyError) as caught:
        run_key(policy_in(tmp_path, {}))
    assert [problem.message.split(":")[0] for problem in caught.value.problems] == [
        "prometheus.config",
        "rules",
        "tests",
    ]


def test_a_file_that_only_a_default_names_may_be_missing() -> None:
    """The absence of the file is a part of the key. When the file appears, the key changes."""
    assert key_of({}) != key_of({"prometheus.yml": b""})


@pytest.mark.parametrize("named", [NAMED, frozenset[str]()])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, named: frozenset[str]) -> None:
    """Only regular files are read, whether the policy or a default names them."""
    policy_file = policy_in(tmp_path, FILES, named=named)
    os.mkfifo(tmp_path / "rules" / "pipe.yml")
    with pytest.raises(PolicyError, match="no regular file"):
        run_key(policy_file)


@pytest.mark.parametrize("named", [NAMED, frozenset[str]()])
def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path, named: frozenset[str]) -> None:
    """The folder is an error also if only a default names it."""
    policy_file = policy_in(tmp_path, FILES, named=named)
    (tmp_path / "rules" / "folder.yml").mkdir()
    with pytest.raises(PolicyError, match="Is a directory"):
        run_key(policy_file)


def test_inputs_over_the_common_bound_are_refused(tmp_path: Path) -> None:
    """The bound is on the sum of all files, and reading stops at the bound."""
    policy_file = policy_in(tmp_path, FILES)
    size = sum(map(len, FILES.values()))
    assert run_key(policy_file, size)
    with pytest.raises(PolicyError, match="larger than"):
        run_key(policy_file, size - 1)


def test_another_version_of_gonogo_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass by one version is not a pass by another version."""
    policy_file = policy_in(tmp_path, FILES)
    before = run_key(policy_file)
    monkeypatch.setattr(module, "__version__", "99.0.0")
    assert run_key(policy_file) != before


def test_another_policy_changes_the_key(tmp_path: Path) -> None:
    """The key depends on what the policy means, not on its bytes or the name of its file."""
    policy_file = policy_in(tmp_path, FILES)
    assert run_key(policy_file) != run_key(replace(policy_file, policy=replace(POLICY, realm="prod")))


def test_a_comment_and_a_renamed_copy_keep_the_key(tmp_path: Path) -> None:
    """A pass of one file counts for another file that means the same."""
    file = policy_folder(tmp_path)
    (tmp_path / "copy.yaml").write_bytes(b"# a comment\n" + file.path.read_bytes())
    assert run_key(load(tmp_path / "copy.yaml")) == run_key(file)
    file.path.write_bytes((tmp_path / "copy.yaml").read_bytes())
    assert run_key(file) == run_key(load(file.path))


def test_the_file_of_the_policy_is_read_again(tmp_path: Path) -> None:
    """A policy that was edited since it was loaded has the key of the edited file."""
    file = policy_folder(tmp_path)
    before = run_key(file)
    file.path.write_bytes(file.path.read_bytes() + b"runs: {max_age: 1h}\n")
    assert run_key(file) == run_key(load(file.path)) != before
    file.path.write_bytes(b"version: 2\n")
    with pytest.raises(PolicyError, match="must be 1"):
        run_key(file)
    file.path.unlink()
    with pytest.raises(PolicyError, match="no such file"):
        run_key(file)


def test_the_folder_and_the_order_of_the_files_do_not_change_the_key(tmp_path: Path) -> None:
    """The same files in another folder, listed in another order, have the same key."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = policy_in(tmp_path / "one", FILES)
    second = policy_in(tmp_path / "two", dict(reversed(FILES.items())))
    again = replace(second, rules=(*second.rules, *second.rules), tests=(*second.tests, *second.tests))
    assert run_key(first) == run_key(second) == run_key(again)


NAMES = st.sampled_from([f"{folder}/{name}" for folder in ("rules", "tests") for name in ("a.yml", "b.yml", "ab.yml")])
SETS = st.dictionaries(NAMES, st.binary(max_size=12))


@given(SETS, SETS)
def test_only_equal_sets_of_files_have_one_key(one: dict[str, bytes], two: dict[str, bytes]) -> None:
    """Each changed byte, name, addition or removal changes the key."""
    assert (key_of(one) == key_of(two)) == (one == two)


@given(SETS.filter(bool), st.data())
def test_one_byte_changes_the_key(files: dict[str, bytes], data: st.DataObject) -> None:
    """An added byte changes the key, at any place of any file."""
    name = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[name])))
    changed = files | {name: files[name][:place] + b"#" + files[name][place:]}
    assert key_of(files) != key_of(changed)


def test_the_scrape_files_of_the_configuration_change_the_key() -> None:
    """The bytes and the names of scrape files count. Without ``scrape_config_files`` other files do not count."""
    files = {**FILES, "prometheus.yml": b"scrape_config_files: [jobs/*.yml]\n", "jobs/a.yml": b"scrape_configs: []\n"}
    changed = {**files, "jobs/a.yml": b"scrape_configs: [{job_name: a}]\n"}
    more = {**files, "jobs/b.yml": b""}
    assert len({key_of(each) for each in (files, changed, more)}) == 3
    assert key_of({**FILES, "jobs/a.yml": b"a"}) == key_of(FILES)


def test_run_states_need_every_file_that_the_policy_names(tmp_path: Path) -> None:
    """The runs of a policy that names a missing file have no key, so the error names the file."""
    file = policy_folder(tmp_path, more="prometheus: {config: nowhere.yml}\n")
    with pytest.raises(PolicyError, match=r"nowhere\.yml"):
        run_states(file)


def test_a_journal_that_cannot_be_read_has_no_record(tmp_path: Path) -> None:
    """Every run gate has no pass, and the detail has the reason for the verdict."""
    file = policy_folder(tmp_path)
    file.journal.mkdir()
    states = run_states(file)
    assert set(states) == set(RUN_GATES)
    for state in states.values():
        assert (state.passed_at, state.last_passed) == (None, None)
        assert "this is not a journal: it is not a regular file" in state.last_detail


def test_a_missing_journal_counts_as_empty(tmp_path: Path) -> None:
    """Every run gate has an empty state, and no file is created."""
    file = policy_folder(tmp_path)
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState())
    assert not file.journal.exists()


def test_records_count_for_exactly_these_inputs(tmp_path: Path) -> None:
    """After a change of a rule file no record counts."""
    file = policy_folder(tmp_path)
    Recording(file, OBS_LINT).finish(Run(OBS_LINT, Outcome.PASS, "clean"))
    Recording(file, PROMQL_UNIT).finish(Run(PROMQL_UNIT, Outcome.FAIL, "two tests failed"))
    states = run_states(file)
    assert states[OBS_LINT].passed_at == pytest.approx(time.time(), abs=5)
    assert states[OBS_LINT].last_passed is True
    assert states[PROMQL_UNIT] == RunState(None, last_passed=False, last_detail="two tests failed")
    with (tmp_path / "rules" / "duri.yml").open("a", encoding="utf-8") as rules:
        rules.write("# changed\n")
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState())


def test_no_record_counts_for_a_policy_that_was_edited_since(tmp_path: Path) -> None:
    """Records of the edited policy count for no verdict by the old one. A comment changes nothing."""
    file = policy_folder(tmp_path)
    Recording(file, OBS_LINT).finish(Run(OBS_LINT, Outcome.PASS, "clean"))
    text = file.path.read_bytes()
    file.path.write_bytes(text + b"# a comment\n")
    assert run_states(file)[OBS_LINT].last_passed
    file.path.write_bytes(text + b"gates: {uptime: {require: [green_uptime_ratio >= 0.99]}}\n")
    edited = load(file.path)
    for gate in RUN_GATES:
        Recording(edited, gate).finish(Run(gate, Outcome.PASS, "clean"))
    why = f"{file.path} was edited since it was read and means something else now, so no record counts"
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState(last_detail=why))
    assert run_states(edited)[OBS_LINT].last_passed
    file.path.write_bytes(b"version: 2\n")
    with pytest.raises(PolicyError):
        run_states(file)


def test_a_dry_run_without_run_gates_needs_a_policy_that_means_the_same(tmp_path: Path) -> None:
    """Else the dry run has no record. A verdict outside of a dry run needs none."""
    file = policy_folder(tmp_path)
    text = file.path.read_bytes() + b"runs: {required: []}\n"
    file.path.write_bytes(text)
    file = load(file.path)
    file.path.write_bytes(text + b"# a comment\n")
    assert run_states(file, run_key(file)) == {}
    file.path.write_bytes(text + b"gates: {uptime: {require: [green_uptime_ratio >= 0.99]}}\n")
    why = f"{file.path} was edited since it was read and means something else now, so no record counts"
    assert run_states(file, run_key(file)) == {DRY_RUN: RunState(last_detail=why)}
    assert run_states(file) == {}


def test_no_record_counts_for_other_inputs_than_those_of_the_beginning(tmp_path: Path) -> None:
    """Somebody else lints and tests the edited files. Their records are those of another dry run."""
    file = policy_folder(tmp_path)
    began = run_key(file)
    with (tmp_path / "rules" / "duri.yml").open("a", encoding="utf-8") as rules:
        rules.write("# changed\n")
    Recording(file, OBS_LINT).finish(Run(OBS_LINT, Outcome.PASS, "clean"))
    assert run_states(file)[OBS_LINT].last_passed
    assert run_states(file, run_key(file))[OBS_LINT].last_passed
    for state in run_states(file, began).values():
        assert (state.passed_at, state.last_passed) == (None, None)
        assert "were edited since the dry run began" in state.last_detail


def test_only_required_runs_are_looked_up(tmp_path: Path) -> None:
    """A policy that requires no run does not open the journal, and reads no input files."""
    file = policy_folder(tmp_path, more="runs: {required: [obs-lint]}\n")
    assert set(run_states(file)) == {OBS_LINT}
    text = file.path.read_text(encoding="utf-8").replace("[obs-lint]", "[]")
    file.path.write_text(text + "prometheus: {config: nowhere.yml}\n", encoding="utf-8")
    assert run_states(load(file.path)) == {}
