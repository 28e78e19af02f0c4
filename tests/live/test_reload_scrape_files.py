"""Reloads of a configuration with ``scrape_config_files``: the server shows the pools and targets of these alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.model.evidence import Target
from gonogo.model.replacing import replace
from gonogo.model.versions import SCRAPE_CONFIG_FILES, reaches, release
from gonogo.programs.processes import prometheus
from gonogo.reload import own_file
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult
from gonogo.reload.run import reload
from tests.live.reload_stage import LATER, Stage, stage
from tests.live.reload_yard import Yard, told

pytestmark = [pytest.mark.live, pytest.mark.versions]

KEY = "scrape_config_files: [jobs/*.yml]"
JOB = "scrape_configs: [{job_name: %s, static_configs: [{targets: ['%s'], labels: {%s}}]%s}]\n"
RELABELLED = ", metric_relabel_configs: [{action: labeldrop, regex: %s}]"
NOWHERE = "127.0.0.1:1"


def write_job(folder: Stage, name: str = "more", *, target: str = "", labels: str = "", more: str = "") -> Path:
    """Write a scrape file with one job; ``more`` are keys of the job."""
    path = folder.folder / "jobs" / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(JOB % (name, target or folder.target, labels, more), encoding="utf-8")
    return path


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files without scrape files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def is_read(yard: Yard) -> bool:
    """Stage a scrape file, and return whether the server can read it."""
    staged = yard.stage()
    staged.configure(more=KEY)
    write_job(staged)
    return reaches(release(yard.live.state().version or ""), SCRAPE_CONFIG_FILES)


def is_refused(yard: Yard) -> None:
    """See a tree with scrape files refused, because the server is too old."""
    before, files = yard.live.vitals().metrics.success_at, yard.files()
    result = reload(yard.request())
    assert result.became is Became.REFUSED, told(result)
    assert any("only 2.43 and later read that key" in reason for reason in result.reasons), told(result)
    assert any("scrape_config_files not found in type" in reason for reason in result.reasons), told(result)
    assert (yard.live.vitals().metrics.success_at, yard.files()) == (before, files)


def reloaded(yard: Yard, **more: object) -> ReloadResult:
    """Reload what is staged; it must be loaded, without a warning, and be whole."""
    result = reload(yard.request(**more))
    assert (result.became, result.warnings) == (Became.RELOADED, ()), told(result)
    assert yard.is_whole()
    return result


def target_of(yard: Yard, job: str) -> Target:
    """Return the one target of a job."""
    (found,) = (one for one in yard.live.state().targets if one.pool == job)
    return found


def load_by_hand(live: Stage) -> None:
    """Let the server load the live files, as somebody else would."""
    assert live.post(LATER)[1].accepted is True


def test_scrape_files_are_added_changed_and_removed(yard: Yard) -> None:
    """A file is added, a static label and a hidden metric relabelling change.

    Then a file is removed, and at last the key.
    """
    if not is_read(yard):
        is_refused(yard)
        return
    assert "+ job more" in reloaded(yard).preview
    assert target_of(yard, "more").labels["job"] == "more"

    write_job(yard.stage(), labels="team: a")
    labelled = reloaded(yard)
    assert any("scrape_configs[more].static_configs" in line for line in labelled.preview), labelled.preview
    assert target_of(yard, "more").labels["team"] == "a"

    write_job(yard.stage(), labels="team: a", more=RELABELLED % "mode")
    write_job(replace(yard.live, folder=yard.staged), "second")
    hidden = reloaded(yard)
    assert any("scrape_configs[more].metric_relabel_configs" in line for line in hidden.preview), hidden.preview
    again = reload(yard.in_place())
    assert again.became is Became.UNCHANGED, told(again)

    (yard.stage().folder / "jobs/second.yml").unlink()
    assert "- job second" in reloaded(yard, max_removed=1.0).preview
    assert not (yard.live.folder / "jobs/second.yml").exists()

    yard.stage().configure()
    assert "- job more" in reloaded(yard, max_removed=1.0).preview
    assert yard.live.state().pools == ("node",)


def test_a_look_at_scrape_files_changes_nothing(yard: Yard) -> None:
    """The preview lists the jobs of the files. A pattern without a file and a job that is there twice are refused."""
    if not is_read(yard):
        is_refused(yard)
        return
    before = yard.files()
    looked = reload(yard.request(only_preview=True))
    assert (looked.looked, looked.became) == (True, Became.UNCHANGED), told(looked)
    assert "+ job more" in looked.preview

    yard.stage().configure(more=KEY)
    write_job(replace(yard.live, folder=yard.staged), "node")
    twice = reload(yard.request(only_preview=True))
    assert twice.became is Became.REFUSED
    assert any("job node is in the configuration and in jobs/node.yml" in reason for reason in twice.reasons), told(
        twice
    )

    (yard.staged / "jobs/node.yml").unlink()
    empty = reload(yard.request(only_preview=True))
    assert empty.became is Became.REFUSED
    assert any("jobs would disappear without an error" in reason for reason in empty.reasons), told(empty)
    assert yard.files() == before


def test_a_target_that_is_down_rolls_the_scrape_files_back(yard: Yard) -> None:
    """From a staged folder and in place: the old scrape file is on disk and on the server again."""
    if not is_read(yard):
        is_refused(yard)
        return
    reloaded(yard)
    before = yard.files()
    write_job(yard.stage(), target=NOWHERE)
    write_job(replace(yard.live, folder=yard.staged), "new")
    result = reload(yard.request(max_removed=1.0))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert yard.files() == before
    assert yard.is_whole()

    edited = write_job(yard.live, target=NOWHERE)
    result = reload(yard.in_place(max_removed=1.0))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert NOWHERE not in edited.read_text(encoding="utf-8")
    assert yard.is_whole()
    assert recover(yard.in_place()).became is Became.UNCHANGED


def test_an_unknown_scrape_file_is_repaired_only_if_asked(yard: Yard) -> None:
    """Another program added a job and removed the file again. The job's pool shows that the server has other files."""
    if not is_read(yard):
        is_refused(yard)
        return
    reloaded(yard)
    strange = write_job(yard.live, "strange")
    load_by_hand(yard.live)
    strange.unlink()
    write_job(yard.stage(), labels="team: b")
    refused = reload(yard.request())
    assert refused.became is Became.REFUSED, told(refused)
    assert any("the server scrapes job strange, which is in no file here" in one for one in refused.reasons)
    reloaded(yard, repair=True, max_removed=1.0)
    assert "strange" not in (yard.live.state().pools or ())


def test_a_scrape_file_that_the_server_does_not_read_is_found(yard: Yard, tmp_path: Path) -> None:
    """The file is mounted by itself into a container, so a new file in its place does not reach the server."""
    if not is_read(yard):
        is_refused(yard)
        return
    reloaded(yard)
    mounted = tmp_path / "mounted"
    (mounted / "jobs").mkdir(parents=True)
    (mounted / "rules").symlink_to(yard.live.folder / "rules")
    (mounted / "prometheus.yml").hardlink_to(yard.live.configuration)
    (mounted / "jobs/more.yml").hardlink_to(yard.live.folder / "jobs/more.yml")
    with prometheus(tmp_path / "server", mounted / "prometheus.yml") as server:
        other = Yard.__new__(Yard)
        other.folder, other.staged = yard.folder, yard.staged
        other.live = replace(yard.live, server=server)
        other.live.settled()
        before = other.files()
        write_job(other.stage(), more=RELABELLED % "mode")
        result = reload(other.request())
        assert result.became is Became.ROLLED_BACK, told(result)
        assert any("the server reads another file than" in one and "jobs/more.yml" in one for one in result.reasons)
        assert other.files() == before


def test_an_invisible_change_is_refused_if_the_process_is_not_seen(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server is on another machine.

    A visible change beside the invisible one proves the file, and a warning names the rest.
    """
    if not is_read(yard):
        is_refused(yard)
        return
    write_job(replace(yard.live, folder=yard.staged), more=RELABELLED % "mode")
    reloaded(yard)
    (tmp_path / "proc").mkdir()
    monkeypatch.setattr(own_file, "server_processes", lambda *_: ())
    write_job(yard.stage(), more=RELABELLED % "device")
    refused = reload(yard.request())
    assert refused.became is Became.REFUSED, told(refused)
    assert any("changes in parts that the server does not show" in one for one in refused.reasons), told(refused)

    write_job(yard.stage(), more=RELABELLED % "device", labels="team: a")
    reloaded(yard)

    yard.stage().configure(jobs="  - {job_name: third, static_configs: []}", more=KEY)
    warned = reload(yard.request())
    assert warned.became is Became.RELOADED, told(warned)
    (warning,) = warned.warnings
    assert warning.startswith(f"parts of {yard.live.folder}/jobs/more.yml are not proved: "), warning
    assert warning.endswith("(metric_relabel_configs of job more)"), warning
