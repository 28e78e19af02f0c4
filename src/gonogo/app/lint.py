"""``obs-lint``: whether promtool, and gonogo's own reader, accept the policy's rules and configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gonogo.app.inputs import rule_files
from gonogo.app.runs import Run, counted, failed, promtool_version, recorded
from gonogo.model.gate import OBS_LINT
from gonogo.model.outcome import Outcome
from gonogo.policy.load import PolicyFile
from gonogo.prometheus.promtool import check_config, check_rules
from gonogo.rules.files import read_rules


def obs_lint(policy_file: PolicyFile) -> Run:
    """Lint exactly the policy's rule files and its configuration, and record the outcome.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    return recorded(policy_file, OBS_LINT, lambda: lint(policy_file))


def lint(policy_file: PolicyFile) -> Run:
    """Lint without a record."""
    tools = promtool_version()
    paths = rule_files(policy_file.rules)
    findings = tuple(_findings(policy_file, paths))
    if findings:
        return failed(OBS_LINT, findings, "the rules or the configuration have mistakes", tools)
    config = policy_file.server.config
    also = f" and {config.name}" if _is_there(config) and config is not None else ""
    return Run(OBS_LINT, Outcome.PASS, f"promtool accepts {counted(len(paths), 'rule file')}{also}", tools=tools)


def _findings(policy_file: PolicyFile, paths: tuple[Path, ...]) -> Iterator[str]:
    if not paths:
        yield f"no rule file matches {', '.join(policy_file.rules) or 'the empty list of rules'}"
        return
    config = policy_file.server.config
    if config is not None and _is_there(config) and not (checked := check_config(config)).passed:
        yield f"promtool check config: {_words(checked.output)}"
    if not (checked := check_rules(paths)).passed:
        yield f"promtool check rules: {_words(checked.output)}"
    for path in paths:
        yield from _unreadable(path)


def _unreadable(path: Path) -> Iterator[str]:
    try:
        read = read_rules(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        yield f"{path} cannot be read: {error}"
        return
    yield from map(str, read.problems)
    if not any(group.rules for group in read.groups) and not read.problems:
        yield f"{path} holds no rule"


def _is_there(config: Path | None) -> bool:
    return config is not None and config.exists()


def _words(output: str) -> str:
    """Keep what promtool complains of, and drop what it is content with."""
    lines = [line.strip() for line in output.splitlines()]
    return (
        "\n".join(line for line in lines if line and not line.startswith(("Checking ", "SUCCESS", "FAILED:")))
        or "it failed"
    )
