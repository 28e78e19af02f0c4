"""Rights and symbolic links in a reload. A change of them counts, and a rollback restores them."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.reload.print import reload_json, reload_text
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.waits import ReloadWaits
from tests.config_trees import write
from tests.marked_files import ACL, OWN, acl, attributes, mark
from tests.reload.answering_server import FILES, REJECTED, Scene, scene

RULES = "rules/a.yml"
LONGER = FILES[RULES].replace("]}]", ", {record: 'a:d', expr: up}]}]")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files. No reload waits for a check that fails."""
    with scene(tmp_path, waits=ReloadWaits(slack=timedelta(0))) as made:
        yield made


def in_place(stage: Scene) -> ReloadResult:
    """Reload the live files."""
    return reload(stage.request(in_place=True))


def detail(result: ReloadResult, step: ReloadStep) -> str:
    """Return the text of a step."""
    return next(one.detail for one in result.steps if one.step is step)


def farm(stage: Scene) -> Path:
    """Let the rule file lead through a link that a deployment turns. Return that link."""
    live = stage.folder / "live"
    (live / "..1").mkdir()
    (live / RULES).rename(live / "..1/a.yml")
    (live / "..data").symlink_to("..1")
    (live / RULES).symlink_to("../..data/a.yml")
    return live / "..data"


def deploy(link: Path, number: int) -> None:
    """Write a release, and turn the link to it."""
    write(link.parent, {f"..{number}/a.yml": LONGER})
    link.unlink()
    link.symlink_to(f"..{number}")


@pytest.mark.parametrize("change", ["mode", "acl", "attribute"])
def test_a_changed_right_is_a_change_and_is_rolled_back(stage: Scene, change: str) -> None:
    """The server cannot read the file any more and rejects the reload. The old right is restored."""
    path = stage.folder / "live" / RULES
    assert mark(path)
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).became is Became.UNCHANGED
    was = attributes(path), stat.S_IMODE(path.stat().st_mode)
    match change:
        case "mode":
            path.chmod(0o600)
        case "acl":
            os.setxattr(path, ACL, acl(named=0))
        case _:
            os.removexattr(path, OWN)
    stage.server.replies = [REJECTED]
    result = in_place(stage)
    assert result.became is Became.ROLLED_BACK, result
    assert (attributes(path), stat.S_IMODE(path.stat().st_mode)) == was
    assert in_place(stage).became is Became.UNCHANGED


def test_a_harmless_change_of_rights_is_reloaded_and_proved(stage: Scene) -> None:
    """The live file has other rights than the proved one, so the staged files are loaded again."""
    assert reload(stage.request()).became is Became.RELOADED
    assert reload(stage.request()).became is Became.UNCHANGED
    (stage.folder / "live" / RULES).chmod(0o604)
    result = reload(stage.request())
    assert result.became is Became.RELOADED, result
    assert stat.S_IMODE((stage.folder / "live" / RULES).stat().st_mode) == 0o604
    assert reload(stage.request()).became is Became.UNCHANGED


@pytest.mark.parametrize("staged", [False, True])
def test_a_right_that_changes_while_the_server_reads_proves_nothing(stage: Scene, *, staged: bool) -> None:
    """The server may have read the file before or after the change."""
    path = stage.folder / "live" / RULES
    stage.server.before_answer = lambda: path.chmod(0o604)
    assert reload(stage.request(in_place=not staged)).became is Became.RELOADED
    stage.server.before_answer = lambda: None
    assert reload(stage.request(in_place=not staged)).became is Became.RELOADED
    assert reload(stage.request(in_place=not staged)).became is Became.UNCHANGED


def test_an_attribute_that_would_be_lost_is_refused(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason names the file and the attribute. A preview gives the same reason, and no file is changed."""
    assert mark(stage.folder / "live" / RULES)
    before = {path: path.stat().st_mtime_ns for path in (stage.folder / "live").rglob("*")}
    write(stage.folder / "staged", {RULES: LONGER})
    setxattr = os.setxattr

    def keeps_no_acl(place: int, name: str, value: bytes) -> None:
        if name != ACL:
            setxattr(place, name, value)

    monkeypatch.setattr(os, "setxattr", keeps_no_acl)
    for only_preview in (True, False):
        result = reload(stage.request(only_preview=only_preview))
        assert (result.became, stage.server.asked) == (Became.REFUSED, 0), result
        told = f"{RULES} would lose the attribute {ACL} (the file system does not keep it)"
        assert any(reason.startswith(told) for reason in result.reasons), result.reasons
    assert {path: path.stat().st_mtime_ns for path in (stage.folder / "live").rglob("*")} == before


def test_a_link_to_a_removed_release_is_replaced_with_a_warning(stage: Scene) -> None:
    """The rollback puts a file in its place, which later deployments do not replace. Each answer warns of that."""
    link = farm(stage)
    assert in_place(stage).warnings == ()
    deploy(link, 2)
    shutil.rmtree(stage.folder / "live/..1")
    stage.server.replies = [REJECTED]
    result = in_place(stage)
    assert result.became is Became.ROLLED_BACK, result
    assert f"{RULES} is a file now, where a link to ../..data/a.yml was" in detail(result, ReloadStep.RESTORE)
    deploy(link, 3)
    for _ in range(2):
        later = in_place(stage)
        assert later.became is Became.UNCHANGED, later
        (warning,) = later.warnings
        path = stage.folder / "live" / RULES
        assert warning.startswith(f"{path} is a file where a link to ../..data/a.yml was")
        assert f"ln -sfn ../..data/a.yml {path}" in warning
        assert json.loads(reload_json(later))["warnings"] == [warning]
        assert f"\nwarning: {warning}\n" in reload_text(later)
    path.unlink()
    path.symlink_to("../..data/a.yml")
    again = in_place(stage)
    assert (again.became, again.warnings) == (Became.RELOADED, ()), again


def test_a_rollback_turns_the_link_back_and_reports_that(stage: Scene) -> None:
    """The link stays a link, and the next deployment reaches the server."""
    link = farm(stage)
    assert in_place(stage).became is Became.RELOADED
    deploy(link, 2)
    stage.server.replies = [REJECTED]
    result = in_place(stage)
    assert result.became is Became.ROLLED_BACK, result
    assert (str(link.readlink()), (stage.folder / "live" / RULES).is_symlink()) == ("..1", True)
    assert detail(result, ReloadStep.SWITCH).endswith(f"{link} leads to ..2")
    assert f"{link} leads to ..1 again" in detail(result, ReloadStep.RESTORE)
    deploy(link, 3)
    assert in_place(stage).became is Became.RELOADED
    assert in_place(stage).warnings == ()


def test_a_recovery_turns_links_once_their_release_is_back(stage: Scene) -> None:
    """The commands for a person turn links as well."""
    link = farm(stage)
    assert in_place(stage).became is Became.RELOADED
    deploy(link, 2)
    stage.server.replies = [REJECTED, REJECTED]
    result = in_place(stage)
    assert result.became is Became.FAILED, result
    assert f"ln -sfn ..1 {link}" in result.commands
    shutil.rmtree(stage.folder / "live/..1")
    assert recover(stage.request(in_place=True)).became is Became.FAILED
    write(stage.folder / "live", {"..1/a.yml": FILES[RULES]})
    recovered = recover(stage.request(in_place=True))
    assert recovered.became is Became.ROLLED_BACK, recovered
