"""The plain forms of two commands, which must do the same as the forms that click parses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gonogo.cli.plain_call import plain_call
from tests.command import Ended, in_process

DECIDE, BEAT = ("decide",), ("heartbeat", "beat")
POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
prometheus: {url: 'http://127.0.0.1:1', timeout: 1s}
heartbeat: {textfile_dir: .}
signals: {up: {metric: up}}
gates: {alive: {require: [up == 1]}}
runs: {required: []}
rules: []
tests: []
"""
STATE = ".duri_heartbeat.state"
MOMENT = re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+Z")


@pytest.mark.parametrize("words", [DECIDE, BEAT])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--policy",),
        ("--policy", ""),
        ("--policy", "--help"),
        ("--policy=a.yaml",),
        ("--format", "json", "--policy", "a.yaml"),
        ("--policy", "a.yaml", "--format", "xml"),
        ("--policy", "a.yaml", "--policy", "b.yaml"),
        ("--policy", "a.yaml", "--help"),
    ],
)
def test_other_options_are_left_to_click(words: tuple[str, ...], options: tuple[str, ...]) -> None:
    """An argument list with any other option is not a plain form."""
    assert plain_call([*words, *options]) is None


@pytest.mark.parametrize("words", [(), ("heartbeat",), ("heartbeat", "run"), ("--debug", "decide"), ("dryrun",)])
def test_other_commands_are_left_to_click(words: tuple[str, ...]) -> None:
    """Only two commands have a plain form."""
    assert plain_call([*words, "--policy", "a.yaml"]) is None


@pytest.mark.parametrize("words", [DECIDE, BEAT])
@pytest.mark.parametrize("options", [(), ("--format", "text"), ("--format", "json")])
def test_the_plain_forms_are_recognised(words: tuple[str, ...], options: tuple[str, ...]) -> None:
    """The format may be given or missing."""
    assert plain_call([*words, "--policy", "a b.yaml", *options]) is not None


def ended(folder: Path, *arguments: str) -> Ended:
    """Run a command from the same state."""
    (folder / STATE).write_text("41\n", encoding="ascii")
    (folder / "duri_textfile_heartbeat.prom").unlink(missing_ok=True)
    return in_process(*arguments, cwd=folder)


@pytest.mark.parametrize("words", [DECIDE, BEAT])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "text",
    [
        POLICY,
        POLICY.replace("prefix: duri", "prefix: 7\nodd: {}"),
        POLICY.replace("textfile_dir: .", "textfile_dir: nowhere"),
        POLICY.replace("textfile_dir: .", "textfile_dir: ., pushgateway: 'http://127.0.0.1:1'"),
        "[",
        None,
    ],
    ids=["sound", "mistakes", "no folder", "no push", "no yaml", "no file"],
)
def test_a_plain_form_ends_like_the_form_of_click(
    tmp_path: Path, words: tuple[str, ...], form: str, text: str | None
) -> None:
    """The exit code and the output are the same, for success and for each kind of failure."""
    if text is not None:
        (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    plain = ended(tmp_path, *words, "--policy", "policy.yaml", "--format", form)
    long = ended(tmp_path, *words, "--format", form, "--policy", "policy.yaml")
    assert plain.code == long.code
    assert MOMENT.sub("now", plain.out) == MOMENT.sub("now", long.out)
    assert plain.err == long.err


@pytest.mark.parametrize(
    ("words", "needed", "heavy"),
    [
        (DECIDE, "gonogo.verdict.core.verdict", {"click", "rich", "numpy", "urllib3"}),
        (BEAT, "gonogo.heartbeat.writer", {"click", "socket", "pydantic", "http.client", "logging"}),
    ],
)
def test_a_plain_form_imports_no_large_modules(
    tmp_path: Path, words: tuple[str, ...], needed: str, heavy: set[str]
) -> None:
    """The plain form exists to start faster."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    argv = [sys.executable, "-X", "importtime", "-m", "gonogo", *words, "--policy", "policy.yaml"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=110)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert needed in imported
    assert imported & heavy == set()


UNUSED = ("gonogo.promql.grammar", "gonogo.rulepack.gates", "gonogo.journal.database", "difflib")


def test_a_verdict_imports_no_module_that_its_policy_does_not_use(tmp_path: Path) -> None:
    """Without rules, preset and run gates, decide does not import the grammar, the gates or the journal."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from gonogo.cli.verdict import verdict; "
        f"code = verdict(Path('gonogo.yaml'), 'text'); print([name for name in {UNUSED!r} if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines()[-1] == "[]"
