"""A run's key changes with everything that its outcome depends on, and with nothing else."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import replace
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
from gonogo.policy.load import load
from gonogo.policy.settings import PolicyFile, ServerSettings
from tests.policy_folder import policy_folder

POLICY = Policy(realm=None, prefix="p", subjects=(), synthetic_labels={}, signals={}, gates=())
NAMED = frozenset({"rules", "tests", "prometheus", "prometheus.config"})
FILES = {"rules/a.yml": b"groups: []\n", "tests/a.yml": b"tests: []\n", "prometheus.yml": b"global: {}\n"}


def policy_in(folder: Path, files: Mapping[str, bytes], *, named: frozenset[str] = NAMED) -> PolicyFile:
    """Write the files of a policy and give it as loaded."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return PolicyFile(
        path=folder / "gonogo.yaml",
        sha256=hashlib.sha256(b"version: 1\n").hexdigest(),
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
    """What was named has to be there."""
    files = {name: content for name, content in FILES.items() if name != gone}
    policy_file = replace(policy_in(tmp_path, files), tests=(tmp_path / "tests" / "a.yml",))
    with pytest.raises(PolicyError, match="No such file"):
        run_key(policy_file)


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """One look tells all."""
    with pytest.raises(PolicyError) as caught:
        run_key(policy_in(tmp_path, {}))
    assert [problem.message.split(":")[0] for problem in caught.value.problems] == [
        "prometheus.config",
        "rules",
        "tests",
    ]


def test_what_only_a_default_names_may_be_missing() -> None:
    """A missing default is part of the key: the day the file comes, the key changes."""
    assert key_of({}) != key_of({"prometheus.yml": b""})


@pytest.mark.parametrize("named", [NAMED, frozenset[str]()])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, named: frozenset[str]) -> None:
    """Only regular files are read, by whatever name."""
    policy_file = policy_in(tmp_path, FILES, named=named)
    os.mkfifo(tmp_path / "rules" / "pipe.yml")
    with pytest.raises(PolicyError, match="no regular file"):
        run_key(policy_file)


@pytest.mark.parametrize("named", [NAMED, frozenset[str]()])
def test_a_folder_is_no_file(tmp_path: Path, named: frozenset[str]) -> None:
    """A folder where a file should be is an error even where only a default names it."""
    policy_file = policy_in(tmp_path, FILES, named=named)
    (tmp_path / "rules" / "folder.yml").mkdir()
    with pytest.raises(PolicyError, match="Is a directory"):
        run_key(policy_file)


def test_inputs_too_large_in_all_are_refused(tmp_path: Path) -> None:
    """The bound is on all files together, and reading stops there."""
    policy_file = policy_in(tmp_path, FILES)
    size = sum(map(len, FILES.values()))
    assert run_key(policy_file, size)
    with pytest.raises(PolicyError, match="larger than"):
        run_key(policy_file, size - 1)


def test_another_gonogo_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass by one version is no pass by another."""
    policy_file = policy_in(tmp_path, FILES)
    before = run_key(policy_file)
    monkeypatch.setattr(module, "__version__", "99.0.0")
    assert run_key(policy_file) != before


def test_another_policy_is_another_key(tmp_path: Path) -> None:
    """The policy counts with its bytes, not with what they mean."""
    policy_file = policy_in(tmp_path, FILES)
    assert run_key(policy_file) != run_key(replace(policy_file, sha256="0" * 64))


def test_where_it_stands_and_how_files_were_listed_change_nothing(tmp_path: Path) -> None:
    """The same files elsewhere, found in another order, have the same key."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = policy_in(tmp_path / "one", FILES)
    second = policy_in(tmp_path / "two", dict(reversed(FILES.items())))
    again = replace(second, rules=(*second.rules, *second.rules), tests=(*second.tests, *second.tests))
    assert run_key(first) == run_key(second) == run_key(again)


NAMES = st.sampled_from([f"{folder}/{name}" for folder in ("rules", "tests") for name in ("a.yml", "b.yml", "ab.yml")])
SETS = st.dictionaries(NAMES, st.binary(max_size=12))


@given(SETS, SETS)
def test_two_sets_of_files_share_a_key_only_when_they_are_the_same(
    one: dict[str, bytes], two: dict[str, bytes]
) -> None:
    """Any byte, name, addition or removal changes the key."""
    assert (key_of(one) == key_of(two)) == (one == two)


@given(SETS.filter(bool), st.data())
def test_one_byte_changes_the_key(files: dict[str, bytes], data: st.DataObject) -> None:
    """A byte flipped, put in or moved to the next file is seen."""
    name = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[name])))
    changed = files | {name: files[name][:place] + b"#" + files[name][place:]}
    assert key_of(files) != key_of(changed)


def test_scrape_files_count() -> None:
    """Their bytes and their names; a configuration without the key has none, whatever lies beside it."""
    files = {**FILES, "prometheus.yml": b"scrape_config_files: [jobs/*.yml]\n", "jobs/a.yml": b"scrape_configs: []\n"}
    changed = {**files, "jobs/a.yml": b"scrape_configs: [{job_name: a}]\n"}
    more = {**files, "jobs/b.yml": b""}
    assert len({key_of(each) for each in (files, changed, more)}) == 3
    assert key_of({**FILES, "jobs/a.yml": b"a"}) == key_of(FILES)


def test_an_input_that_is_missing_stops_it(tmp_path: Path) -> None:
    """A policy that names files which are not there has no key for its runs."""
    file = policy_folder(tmp_path, more="prometheus: {config: nowhere.yml}\n")
    with pytest.raises(PolicyError, match=r"nowhere\.yml"):
        run_states(file)


def test_a_journal_that_cannot_be_read_has_no_record(tmp_path: Path) -> None:
    """The reason is kept for the verdict."""
    file = policy_folder(tmp_path)
    file.journal.mkdir()
    states = run_states(file)
    assert set(states) == set(RUN_GATES)
    for state in states.values():
        assert (state.passed_at, state.last_passed) == (None, None)
        assert "this is not a journal: it is not a regular file" in state.last_detail


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    """Nothing was ever run, and looking makes no file."""
    file = policy_folder(tmp_path)
    assert run_states(file) == dict.fromkeys(RUN_GATES, RunState())
    assert not file.journal.exists()


def test_records_count_for_exactly_these_inputs(tmp_path: Path) -> None:
    """A changed file makes every record one of something else."""
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


def test_only_required_runs_are_looked_up(tmp_path: Path) -> None:
    """A policy that wants none does not open the journal, nor read its files."""
    file = policy_folder(tmp_path, more="runs: {required: [obs-lint]}\n")
    assert set(run_states(file)) == {OBS_LINT}
    text = file.path.read_text(encoding="utf-8").replace("[obs-lint]", "[]")
    file.path.write_text(text + "prometheus: {config: nowhere.yml}\n", encoding="utf-8")
    assert run_states(load(file.path)) == {}
