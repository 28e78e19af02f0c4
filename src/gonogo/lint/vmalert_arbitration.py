"""Asks a real vmalert about every rule file, in one process, for policies whose rules vmalert evaluates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gonogo.errors import MissingTool
from gonogo.formats.sources import SourceFile
from gonogo.formats.unwrap import unwrapped
from gonogo.lint.arbitration import worth_asking
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.vmalert_words import vmalert_judgement
from gonogo.lint.inputs import Inputs
from gonogo.programs.running import PACKAGES, VMALERT, locate
from gonogo.programs.vmalert import dry_run, vmalert_version


def arbitrate_by_vmalert(inputs: Inputs, scratch: Path) -> Arbiter:
    """Ask vmalert about the texts of all readable files.

    vmalert takes patterns, in which the name of a file may have another meaning. So the texts are written to files with
    plain names.

    Args:
        inputs: the files to lint.
        scratch: an empty folder.

    Raises:
        MissingTool: vmalert is not installed.
    """
    asked: dict[str, SourceFile] = {}
    for number, file in enumerate(inputs.files.values()):
        if not worth_asking(file):
            continue
        resource = file.custom and file.path in inputs.by_hand
        for part, text in enumerate(unwrapped(file.text, file.path) if resource else (file.text,)):
            place = scratch / f"{number}-{part}.yml"
            place.write_text(text, encoding="utf-8")
            asked[str(place)] = file
    version = vmalert_version()
    if not any(file.rules or file.problems for file in asked.values()):
        return Arbiter(VMALERT, version)
    ran = dry_run(scratch)
    return vmalert_judgement(ran.output, version, asked, passed=ran.passed)


def undecided_by_vmalert(inputs: Inputs) -> Iterator[str]:
    """Yield what no program decides: the validity of all files without vmalert, and that of a configuration."""
    if not has_vmalert():
        yield (
            "vmalert is not installed, so nothing could decide whether the rule files are valid "
            f"(prometheus.dialect: victoriametrics); apt-get install {PACKAGES[VMALERT]}"
        )
    if inputs.configuration is not None:
        yield (
            f"nothing could decide whether {inputs.configuration.path} is valid, because promtool would refuse rule "
            "files of vmalert that it names; write 'config: null' under 'prometheus' in the policy"
        )


def has_vmalert() -> bool:
    """Return whether vmalert is installed."""
    try:
        locate(VMALERT)
    except MissingTool:
        return False
    return True
