"""The workflows of continuous integration: pinned, with least permissions, and with calls that exist."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").iterdir())
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
CALLED = re.compile(r"(?:\.ci|scripts)/[\w./-]+")
MADE = re.compile(r"(?:make|\.ci/run) ([a-z-]+)")


def findings(text: str) -> Iterator[str]:
    """Yield the faults of a workflow."""
    workflow: dict[str, Any] = yaml.safe_load(text)
    if workflow.get("permissions") != {}:
        yield "the workflow does not begin with no permissions"
    for uses in re.findall(r"uses: *(.*)", text):
        if not PINNED.fullmatch(uses):
            yield f"not pinned by a commit with its version: {uses}"
    if re.search(r"https?://", text):
        yield "a URL: it would name a host"
    for name, job in workflow["jobs"].items():
        if "permissions" not in job or "timeout-minutes" not in job:
            yield f"{name}: neither permissions nor timeout-minutes may be left to a default"
        for step in job["steps"]:
            if (
                "actions/checkout@" in step.get("uses", "")
                and step.get("with", {}).get("persist-credentials") is not False
            ):
                yield f"{name}: the checkout keeps the credentials"
            if re.search(r"\$\{\{ *(github|inputs)\b", step.get("run", "")):
                yield f"{name}: a value from outside in a command: {step['run']}"
    yield from missing_calls(text)


def missing_calls(text: str) -> Iterator[str]:
    """Yield calls of scripts and targets that do not exist."""
    for script in CALLED.findall(text):
        if not os.access(ROOT / script, os.X_OK):
            yield f"no executable file: {script}"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    commands = "\n".join(re.findall(r"run: *(.*)", text))
    for target in MADE.findall(commands):
        if target not in targets:
            yield f"no target of the Makefile: {target}"


GOOD = """
permissions: {}
jobs:
  one:
    permissions: {contents: read}
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with: {persist-credentials: false}
      - run: .ci/run test
"""


def test_a_good_workflow_has_no_findings() -> None:
    """The refusals below each change one line of this workflow."""
    assert list(findings(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("permissions: {}\n", "", "does not begin with no permissions"),
        ("permissions: {}\n", "permissions: {contents: write}\n", "does not begin with no permissions"),
        ("@11bd71901bbe5b1630ceea73d27597364c9af683 #", "@v4 #", "not pinned"),
        ("@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "@11bd719 # v4.2.2", "not pinned"),
        (" # v4.2.2", "", "not pinned"),
        ("    permissions: {contents: read}\n", "", "one: neither permissions"),
        ("    timeout-minutes: 5\n", "", "one: neither permissions nor timeout-minutes"),
        ("        with: {persist-credentials: false}\n", "", "keeps the credentials"),
        (".ci/run test", "echo ${{ github.ref_name }}", "a value from outside"),
        (".ci/run test", "pip install -i https://index.example x", "a URL"),
        (".ci/run test", ".ci/runs test", "no executable file: .ci/runs"),
        (".ci/run test", ".ci/run tests", "no target of the Makefile: tests"),
        (".ci/run test", "scripts/test/nothing.sh", "no executable file: scripts/test/nothing.sh"),
    ],
)
def test_each_fault_is_found(old: str, new: str, finding: str) -> None:
    """The test of the project's workflows can fail."""
    assert old in GOOD
    assert any(finding in one for one in findings(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflows_of_the_project_have_no_findings(path: Path) -> None:
    """A step of a workflow could publish in the name of the project."""
    assert list(findings(path.read_text(encoding="utf-8"))) == []


def test_there_is_a_workflow_for_each_purpose() -> None:
    """The purposes are changes, a weekly run on a clean machine, and a release."""
    triggers = {path.stem: set(yaml.safe_load(path.read_text(encoding="utf-8"))[True]) for path in WORKFLOWS}
    assert triggers == {
        "ci": {"push", "pull_request"},
        "weekly": {"schedule", "workflow_dispatch"},
        "release": {"push"},
    }


def test_every_supported_python_is_tested() -> None:
    """The matrix has the versions that the package names."""
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    pythons = ci["jobs"]["pythons"]["strategy"]["matrix"]["python"]
    named = re.findall(r'Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pythons == named == ["3.11", "3.12", "3.13", "3.14"]
