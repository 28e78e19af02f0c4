"""Reloads of scrape files of a server whose process is not visible: refusals and rollbacks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.model.replacing import replace
from gonogo.reload import own_file
from gonogo.reload.contents import Contents, contents_of
from gonogo.reload.place import ReloadRequest
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.snapshot import unlike
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.tree import live_tree
from gonogo.reload.waits import ReloadWaits
from tests.config_trees import write
from tests.reload.answering_server import CONFIG, FILES, REJECTED, Scene, scene
from tests.reload.test_run import killed, messages

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

WITH_FILES = CONFIG + "scrape_config_files: [jobs/*.yml]\n"
JOB = "scrape_configs: [{job_name: api, static_configs: [{targets: ['a:1'], labels: {%s}}]%s}]\n"
RELABELLED = ", metric_relabel_configs: [{action: labeldrop, regex: %s}]"
OLD = {**FILES, "prometheus.yml": WITH_FILES, "jobs/api.yml": JOB % ("", RELABELLED % "a")}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files with a newer server. One is a scrape file, and the staged files are equal."""
    with scene(tmp_path, waits=ReloadWaits(slack=timedelta(0), first_pause=timedelta(0))) as made:
        for folder in ("live", "staged"):
            shutil.rmtree(tmp_path / folder)
            write(tmp_path / folder, OLD)
        made.server.state_now = replace(made.server.state_now, version="3.5.0", now=5000.0)
        made.server.read()
        yield made


def asked(stage: Scene, *, in_place: bool = False, **more: object) -> ReloadResult:
    """Reload. The version of promtool may differ from that of the server."""
    request = stage.request(in_place=in_place, allow_version_skew=True)
    return reload(replace(request, **more))  # type: ignore[arg-type]


def refused(stage: Scene, *, in_place: bool = False, **more: object) -> str:
    """Reload, and return the reasons of the refusal. No file may change, and the server may get no request."""
    before, times = stage.live(), stage.server.asked
    result = asked(stage, in_place=in_place, **more)
    assert result.became is Became.REFUSED, messages(result)
    assert (stage.live(), stage.server.asked) == (before, times)
    return "\n".join(result.reasons)


def emptied(folder: Path) -> None:
    """Remove the scrape file."""
    (folder / "jobs/api.yml").unlink()


def piped(folder: Path) -> None:
    """Put a pipe beside the scrape file."""
    os.mkfifo(folder / "jobs/pipe.yml")


def made_a_folder(folder: Path) -> None:
    """Put a folder beside the scrape file."""
    (folder / "jobs/folder.yml").mkdir()


def linked_to_nothing(folder: Path) -> None:
    """Put a link to nothing beside the scrape file."""
    (folder / "jobs/link.yml").symlink_to("nowhere")


def written(text: str) -> Callable[[Path], None]:
    """Make a function that writes the scrape file anew."""
    return lambda folder: write(folder, {"jobs/api.yml": text})


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (emptied, "jobs/*.yml of {folder}/prometheus.yml matches no file: its jobs would disappear without an error"),
        (piped, "jobs/pipe.yml: it is a pipe"),
        (made_a_folder, "jobs/folder.yml: it is a folder"),
        (linked_to_nothing, "jobs/link.yml: its link leads nowhere"),
        (written("scrape_configs: ["), "jobs/api.yml:1:"),
        (written("global: {}\n"), "jobs/api.yml has the key global"),
        (written(JOB.replace("api", "node") % ("", "")), "job node is in the configuration and in jobs/api.yml"),
    ],
)
@pytest.mark.parametrize("in_place", [False, True])
def test_a_scrape_file_that_cannot_be_loaded_is_refused(
    stage: Scene, spoil: Callable[[Path], None], why: str, *, in_place: bool
) -> None:
    """The files are in place or staged. A preview gives the same reason."""
    assert asked(stage, in_place=True).became is Became.RELOADED
    folder = stage.folder / ("live" if in_place else "staged")
    spoil(folder)
    for look in (True, False):
        assert why.format(folder=folder) in refused(stage, in_place=in_place, only_preview=look)


def test_a_server_before_2_43_is_refused(stage: Scene) -> None:
    """An older server does not know ``scrape_config_files``. A server without a version may be a new build."""
    stage.server.state_now = replace(stage.server.state_now, version="2.42.0")
    assert "has scrape_config_files, and the server is Prometheus 2.42.0: only 2.43 and later" in refused(stage)
    stage.server.state_now = replace(stage.server.state_now, version=None)
    assert asked(stage).became is Became.RELOADED


def test_an_invisible_change_of_a_scrape_file_is_refused(stage: Scene) -> None:
    """The reason names the file. A visible change in the same file is accepted."""
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("", RELABELLED % "b")})
    path = stage.folder / "live/jobs/api.yml"
    assert f"{path}, of scrape_config_files, changes in parts that the server does not show" in refused(stage)
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", RELABELLED % "b")})
    result = asked(stage)
    assert (result.became, result.warnings) == (Became.RELOADED, ()), messages(result)
    assert stage.live()["jobs/api.yml"] == JOB % ("team: x", RELABELLED % "b")


def test_invisible_unchanged_parts_are_a_warning(stage: Scene) -> None:
    """The warning names the parts. A file that the server shows completely needs no warning."""
    result = asked(stage)
    assert result.became is Became.RELOADED, messages(result)
    (warning,) = result.warnings
    assert warning.startswith(
        f"parts of {stage.folder}/live/jobs/api.yml are not proved: the server does not show them"
    )
    assert warning.endswith("(metric_relabel_configs of job api)")
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("", ""), "jobs/b.yml": (JOB % ("", "")).replace("api", "b")})
    assert "changes in parts" in refused(stage)
    write(stage.folder / "live", {"jobs/api.yml": JOB % ("", "")})
    stage.server.read()
    shown = asked(stage)
    assert (shown.became, shown.warnings) == (Became.RELOADED, ()), messages(shown)


def test_a_job_may_move_into_a_scrape_file(stage: Scene) -> None:
    """Two jobs of one name are refused by every server, so the pool that stays proves the file."""
    moved = {"jobs/node.yml": "scrape_configs: [{job_name: node, honor_labels: true}]\n"}
    write(stage.folder / "staged", {"prometheus.yml": WITH_FILES.partition("scrape_configs:")[0] + KEY, **moved})
    stage.server.before_answer = lambda: None
    result = asked(stage)
    assert result.became is Became.RELOADED, messages(result)
    write(stage.folder / "staged", {"jobs/other.yml": moved["jobs/node.yml"]})
    (stage.folder / "staged/jobs/node.yml").unlink()
    assert "jobs/other.yml, of scrape_config_files, changes in parts" in refused(stage)


KEY = "scrape_config_files: [jobs/*.yml]\n"


def test_a_removed_job_proves_its_file(stage: Scene) -> None:
    """The server has no pool of the job after the reload."""
    two = (JOB % ("", "")).replace("]}]", "]}, {job_name: b, metric_relabel_configs: [{regex: %s}]}]", 1)
    write(stage.folder / "live", {"jobs/api.yml": two % "a"})
    stage.server.read()
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("", RELABELLED % "z")})
    assert asked(stage, max_removed=1.0).became is Became.RELOADED


def test_a_server_with_other_scrape_files_is_refused(stage: Scene) -> None:
    """An extra pool, a missing pool and another label are refused. ``--repair`` reloads all the same."""
    known = stage.server.state_now
    assert known.pools is not None
    (target,) = known.targets
    strange = replace(target, discovered={**target.discovered, "team": "x"})
    for other, why in (
        (replace(known, pools=(*known.pools, "strange")), "the server scrapes job strange, which is in no file here"),
        (replace(known, pools=("node",)), "job api of jobs/api.yml has no scrape pool on the server"),
        (replace(known, targets=(strange,)), "target a:1 of job api is not as in jobs/api.yml: team"),
    ):
        stage.server.state_now = other
        reasons = refused(stage)
        assert "the server has neither the old files nor the new ones" in reasons
        assert why in reasons
    assert asked(stage, repair=True).became is Became.RELOADED


def test_a_live_scrape_file_that_cannot_be_read_is_repaired(stage: Scene) -> None:
    """The server's files are unknown. The staged files are loaded only with ``--repair``."""
    write(stage.folder / "live", {"jobs/api.yml": "scrape_configs: ["})
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", "")})
    assert "the server has neither the old files nor the new ones" in refused(stage)
    stage.server.replies = [REJECTED]
    lost = asked(stage, repair=True)
    assert lost.became is Became.FAILED, messages(lost)
    assert recover(stage.request()).became is Became.FAILED
    assert "unexpected" not in messages(lost)


def test_rejected_scrape_files_are_put_back(stage: Scene) -> None:
    """Staged files are new or changed. Files that were edited in place are copied first."""
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", ""), "jobs/b.yml": "scrape_configs: []\n"})
    stage.server.replies = [REJECTED]
    result = asked(stage)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, OLD), messages(result)
    write(stage.folder / "live", {"jobs/api.yml": JOB % ("team: x", "")})
    stage.server.replies = [REJECTED]
    result = asked(stage, in_place=True)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, OLD), messages(result)
    (edited,) = (stage.state().folder / "rejected").rglob("jobs/api.yml")
    assert "team: x" in edited.read_text(encoding="utf-8")


def test_a_server_that_keeps_the_old_scrape_file_fails_the_reload(stage: Scene) -> None:
    """The server answers 200 and shows the old label."""
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", "")})
    old = stage.server.state_now.targets
    read = stage.server.read

    def read_other_files() -> None:
        read()
        stage.server.state_now = replace(stage.server.state_now, targets=old)

    stage.server.read = read_other_files  # type: ignore[method-assign]
    result = asked(stage)
    assert result.became is not Became.RELOADED
    assert "the targets on the server are not those of scrape_config_files" in messages(result)
    assert stage.live() == OLD


def request_of(stage: Scene) -> ReloadRequest:
    """Make a request for the staged files, with a visible change in the scrape file."""
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", "")})
    return stage.request(allow_version_skew=True)


@pytest.mark.parametrize("step", [ReloadStep.TRIGGER, ReloadStep.VERIFY])
def test_a_killed_reload_is_recovered_with_its_scrape_files(stage: Scene, step: ReloadStep) -> None:
    """The old files are back on disk and on the server."""
    request = request_of(stage)
    killed(request, step)
    assert pending(stage.state()) is not None
    assert stage.live() != OLD
    result = recover(request)
    assert (result.became, stage.live()) == (Became.ROLLED_BACK, OLD), messages(result)


def test_a_scrape_file_outside_the_folder_is_checked_too(stage: Scene) -> None:
    """The file is the same for both trees, so it can change only in place, and a rollback restores it."""
    outside = stage.folder / "outside"
    write(outside, {"api.yml": JOB % ("", "")})
    text = WITH_FILES.replace("jobs/*.yml", f"{outside}/*.yml")
    write(stage.folder / "live", {"prometheus.yml": text})
    stage.server.read()
    first = asked(stage, in_place=True)
    assert (first.became, first.warnings) == (Became.RELOADED, ()), messages(first)
    write(outside, {"api.yml": JOB % ("team: x", "")})
    stage.server.replies = [REJECTED]
    assert asked(stage, in_place=True).became is Became.ROLLED_BACK
    assert (outside / "api.yml").read_text(encoding="utf-8") == JOB % ("", "")


def test_a_reload_through_a_link_to_a_scrape_file_is_refused(stage: Scene) -> None:
    """The switch would replace the link by a file, as for rules."""
    write(stage.folder / "checkout", {"api.yml": OLD["jobs/api.yml"]})
    (stage.folder / "live/jobs/api.yml").unlink()
    (stage.folder / "live/jobs/api.yml").symlink_to("../../checkout/api.yml")
    write(stage.folder / "staged", {"jobs/api.yml": JOB % ("team: x", "")})
    assert "jobs/api.yml is a link to ../../checkout/api.yml" in refused(stage)


def test_without_a_list_of_pools_targets_are_compared(stage: Scene) -> None:
    """Servers without the list are older than 2.42, and have no scrape files."""
    before = replace(stage.server.state_now, pools=None)
    contents = stage_contents(stage)
    assert unlike(contents, before) == ()
    assert own_file.scrape_differences(contents, replace(before, targets=()))


def stage_contents(stage: Scene) -> Contents:
    """Read the live tree."""
    tree = live_tree(stage.folder / "live/prometheus.yml")
    return contents_of(tree, snapshot(tree))
