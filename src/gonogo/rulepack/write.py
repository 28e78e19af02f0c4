"""Writes a policy's rule pack as files: recording rules, alerts and their unit tests.

gonogo never overwrites files that it did not write. Files with the right content are not touched. Each other file is
replaced as a whole.
"""

from __future__ import annotations

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from gonogo.disk import durable
from gonogo.disk.regular_file import read_some
from gonogo.errors import ActionFailed, UsageError, cause_of
from gonogo.model.policy import Policy
from gonogo.rulepack.assemble import MARK, alerts_file, pack, rules_file
from gonogo.rulepack.policy_signals import signals_document, signals_file

RULES_FOLDER = "rules"
TESTS_FOLDER = "tests"


class WrittenFile(StrEnum):
    """The result for one file."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    LEFT_OVER = "left over"


class FileChange(Struct, frozen=True):
    """A file of the pack and its result. A file that is left over was written for an earlier policy."""

    path: Path
    change: WrittenFile


def write_rules(
    policy: Policy,
    interval: timedelta,
    out: Path,
    tests_out: Path | None = None,
    *,
    force: bool = False,
    signals: bool = False,
) -> tuple[FileChange, ...]:
    """Write the pack's rules to ``out/rules`` and its tests to ``tests_out``, by default ``out/tests``.

    Args:
        policy: the policy.
        interval: the evaluation interval of the server.
        out: the folder that holds the folder of rules. A missing folder is created.
        tests_out: the folder of the tests.
        force: True to overwrite files that somebody else wrote.
        signals: True to write the policy's expressions as recording rules, too.

    Raises:
        UsageError: the policy needs no rules.
        PolicyError: the policy cannot be turned into rules.
        ActionFailed: a file belongs to somebody else (then nothing was written), or a file could not be written.
    """
    rules_out, tests_folder = out / RULES_FOLDER, tests_out or out / TESTS_FOLDER
    files = _pack_files(policy, interval, rules_out, tests_folder)
    own = signals_document(policy) if signals else ""
    if signals and not own:
        raise UsageError("no signal of the policy has expr, so there are no signals to write")
    if not files and not own:
        raise UsageError(
            "the policy uses no signal of the preset, so there are no rules to write",
            next_step="write the rules that record the policy's signals yourself; --signals writes those of expr",
        )
    if own:
        files[rules_out / signals_file(policy)] = own
    try:
        if not force:
            _refuse_strangers(files)
        changes = tuple(_put(path, text.encode()) for path, text in files.items())
        return changes + (_left_over(policy, tests_folder, files) if tests_folder.is_dir() else ())
    except OSError as error:
        raise ActionFailed(
            "not all files of the rules could be written",
            where=str(error.filename or out),
            why=cause_of(error),
            next_step="fix that and run the same command again; each file is either old or new, never half",
        ) from error


def _pack_files(policy: Policy, interval: timedelta, rules_out: Path, tests_folder: Path) -> dict[Path, str]:
    """Return the files of the preset's rules; none if the policy uses no signal of the preset."""
    made = pack(policy, interval, Path(os.path.relpath(rules_out, tests_folder)).as_posix())
    if not made.tests_yaml:
        return {}
    return {
        rules_out / rules_file(policy): made.rules_yaml,
        rules_out / alerts_file(policy): made.alerts_yaml,
        **{tests_folder / name: text for name, text in made.tests_yaml.items()},
    }


def _refuse_strangers(files: dict[Path, str]) -> None:
    strangers = [str(path) for path in files if path.exists() and not _own(path)]
    if strangers:
        raise ActionFailed(
            "nothing was written, because gonogo did not write the existing files",
            where=", ".join(strangers),
            why="these files do not begin with the first line of generated files",
            next_step="choose another folder with --out, move the files away, or overwrite them with --force",
        )


def _own(path: Path) -> bool:
    return path.is_file() and (durable.read(path, len(MARK.encode())) or b"") == MARK.encode()


def _put(path: Path, content: bytes) -> FileChange:
    if path.is_file() and read_some(path) == content:
        return FileChange(path, WrittenFile.UNCHANGED)
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace(path, content)
    return FileChange(path, WrittenFile.WRITTEN)


def _left_over(policy: Policy, folder: Path, files: dict[Path, str]) -> tuple[FileChange, ...]:
    found = (path for path in sorted(folder.iterdir()) if path.name.startswith(f"{policy.prefix}_"))
    return tuple(FileChange(path, WrittenFile.LEFT_OVER) for path in found if path not in files and _own(path))
