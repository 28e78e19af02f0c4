"""The plan of a switch, and the reasons against it."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from gonogo.reload.trees.good_trees import keep_good
from gonogo.reload.trees.marker import Plan
from gonogo.reload.trees.rights import Rights
from gonogo.reload.trees.switch_plan import plan_in_place, plan_switch
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import staged_tree
from tests.config_trees import CONFIG, OLD, Place, linked_place, place, write
from tests.marked_files import ACL, OWN, acl, mark


def changed(plan: Plan) -> dict[str, str]:
    """Return the change of each file in a plan."""
    words = {(True, False): "put anew", (False, True): "taken away", (False, False): "replaced"}
    return {one.name: words[one.before is None, one.after is None] for one in plan.changes}


def refusals(here: Place) -> tuple[str, ...]:
    """Return the reasons that refuse a switch. A refusal must not change a file."""
    before = here.stand()
    with pytest.raises(Unfit) as caught:
        plan_switch(here.live, here.staged)
    assert here.stand() == before
    assert not here.state.folder.exists()
    return caught.value.reasons


def _reasons(here: Place) -> tuple[str, ...]:
    with pytest.raises(Unfit) as caught:
        plan_switch(here.live, here.staged)
    return caught.value.reasons


def test_the_live_tree_cannot_be_the_staged_tree(tmp_path: Path) -> None:
    """A link to the live tree is refused too."""
    here = place(tmp_path)
    (tmp_path / "link").symlink_to("live")
    for folder in (here.live.root, tmp_path / "link"):
        with pytest.raises(Unfit, match="the live tree itself"):
            plan_switch(here.live, staged_tree(folder, here.live))


def test_a_staged_secret_must_be_in_the_live_tree_already(tmp_path: Path) -> None:
    """A switch never copies a secret."""
    here = place(tmp_path)
    write(here.staged.root, {"secrets/password": "another\n"})
    assert refusals(here) == ("secrets/password: secrets are not copied; place the new one in the live tree first",)
    (here.live.root / "secrets/password").unlink()
    assert "cannot be compared" in refusals(here)[0]
    write(here.live.root, {"secrets/password": "another\n"})
    assert "secrets/password" not in changed(plan_switch(here.live, here.staged))


@pytest.mark.parametrize("side", ["live", "staged"])
def test_a_pipe_on_either_side_is_refused(tmp_path: Path, side: str) -> None:
    """The refusal comes before any read could wait for the pipe."""
    here = place(tmp_path)
    os.mkfifo(tmp_path / side / "rules/pipe.yml")
    assert refusals(here) == ("rules/pipe.yml: it is a pipe, no regular file",)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    """A file in the place of a folder is refused too."""
    here = place(tmp_path)
    (here.live.root / "extra.yml").mkdir()
    assert refusals(here) == ("extra.yml: it is a folder, no regular file",)
    (here.live.root / "extra.yml").rmdir()
    write(here.staged.root, {"prometheus.yml": "rule_files: [README/x.yml]", "README/x.yml": "groups: []\n"})
    assert refusals(here) == (f"README/x.yml: {here.live.root}/README is not a folder",)


def test_a_folder_without_write_access_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan asks the system for the access, so the refusal comes before the first change."""
    here = place(tmp_path)
    monkeypatch.setattr(os, "access", lambda folder, *_, **__: folder.name != "rules")
    assert refusals(here) == (f"{here.live.root}/rules cannot be written",)


def test_a_disk_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan asks the system for the free space, so the refusal comes before the first change."""
    here = place(tmp_path)
    room = os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: room)
    (reason,) = refusals(here)
    assert "has no room for" in reason


def test_only_files_that_differ_are_changed(tmp_path: Path) -> None:
    """The configuration is the last file to be put. Files that no glob of the new configuration matches stay."""
    plan = plan_switch(place(tmp_path).live, place(tmp_path).staged)
    assert changed(plan) == {
        "extra.yml": "put anew",
        "rules/a.yml": "replaced",
        "rules/c.yml": "put anew",
        "scrapes/one.yml": "replaced",
        "scrapes/two.yml": "put anew",
        "targets/api.json": "replaced",
        "tls/ca.pem": "replaced",
        "prometheus.yml": "replaced",
        "rules/gone.yml": "taken away",
    }
    assert list(changed(plan))[-2:] == ["prometheus.yml", "rules/gone.yml"]


def test_equal_trees_change_nothing(tmp_path: Path) -> None:
    """Other modes and other links are no reason to touch a file."""
    here = place(tmp_path, OLD, {name: text for name, text in OLD.items() if not name.startswith("secrets")})
    (here.staged.root / "rules/a.yml").chmod(0o600)
    (here.live.root / "rules/b.yml").rename(here.live.root / "b")
    (here.live.root / "rules/b.yml").symlink_to("../b")
    assert plan_switch(here.live, here.staged).changes == ()


def test_files_that_only_the_old_configuration_matches_stay(tmp_path: Path) -> None:
    """The files may belong to others. Files that only the new configuration would match are removed."""
    here = place(tmp_path, OLD, {"prometheus.yml": "rule_files: [others/*.yml]", "others/x.yml": "groups: []\n"})
    write(here.live.root, {"others/stale.yml": "groups: []\n"})
    assert changed(plan_switch(here.live, here.staged)) == {
        "others/x.yml": "put anew",
        "prometheus.yml": "replaced",
        "others/stale.yml": "taken away",
    }


def test_new_files_have_the_rights_of_their_siblings(tmp_path: Path) -> None:
    """Changed files keep their rights. If the siblings differ, new files have the rights of the configuration."""
    here = place(tmp_path)
    (here.live.root / "rules/gone.yml").unlink()
    shared = {one.name: one.after for one in plan_switch(here.live, here.staged).changes}
    mark(here.live.root / "rules/a.yml")
    (here.live.root / "rules/a.yml").chmod(0o644)
    if os.geteuid() == 0:
        os.chown(here.live.root / "rules/a.yml", 12, 34)
        os.chown(here.live.root / "prometheus.yml", 56, 78)
    differ = {one.name: one.after for one in plan_switch(here.live, here.staged).changes}
    mine, access = (os.getuid(), os.getgid()), (ACL, acl().hex())
    wide = (ACL, acl(other=4).hex())
    sibling, replaced, anew = shared["rules/c.yml"], differ["rules/a.yml"], differ["rules/c.yml"]
    assert sibling is not None
    assert replaced is not None
    assert anew is not None
    assert sibling.rights == Rights(0o644, *mine)
    owner = (12, 34) if os.geteuid() == 0 else mine
    assert replaced.rights == Rights(0o644, *owner, (wide, (OWN, b"a.yml".hex())))
    assert anew.rights == Rights(0o640, *((56, 78) if os.geteuid() == 0 else mine), (access,))


def test_a_plain_user_owns_the_files_that_a_switch_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can give files to other owners."""
    here = place(tmp_path, OLD, {name: text for name, text in OLD.items() if name != "secrets/password"})
    write(here.staged.root, {"rules/c.yml": "groups: []\n"})
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    anew = next(one.after for one in plan_switch(here.live, here.staged).changes if one.name == "rules/c.yml")
    assert anew is not None
    assert anew.rights.uid == 4711


def test_a_right_that_would_be_lost_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain user could neither put the file nor, in place, put it back."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    write(here.live.root, {"rules/a.yml": "groups: []\n"})

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchmod", refuse)
    (told,) = {one for one in _reasons(here) if one.startswith("rules/a.yml")}
    assert told.startswith(
        "rules/a.yml would lose the mode 0644 (Operation not permitted): run this as its owner or as"
    )
    with pytest.raises(Unfit, match="could not be switched back") as caught:
        plan_in_place(here.state, here.live, good)
    assert caught.value.reasons == (told,)


@pytest.mark.parametrize("secret", ["tls/ca.pem", "rules/a.yml"])
def test_a_secret_of_one_side_is_never_stored(tmp_path: Path, secret: str) -> None:
    """A switch that would store its bytes or their hash is refused, in place too."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    write(here.live.root, {"prometheus.yml": CONFIG.replace("secrets/password", secret), secret: "hunter3\n"})
    with pytest.raises(Unfit, match="secret"):
        plan_switch(here.live, here.staged)
    with pytest.raises(Unfit, match="secret"):
        plan_in_place(here.state, here.live, good)
    files = [path.read_bytes() for path in here.state.folder.rglob("*") if path.is_file()]
    sha256 = hashlib.sha256(b"hunter3\n").hexdigest().encode()
    assert not any(b"hunter3" in content or sha256 in content for content in files)


def test_missing_folders_are_listed_from_the_outside_in(tmp_path: Path) -> None:
    """An undo removes these folders, and no others."""
    new = {"prometheus.yml": "rule_files: [a/b/c/*.yml, rules/*.yml]", "a/b/c/x.yml": "", "rules/a.yml": ""}
    here = place(tmp_path, OLD, new)
    assert plan_switch(here.live, here.staged).folders == ("a", "a/b", "a/b/c")


@pytest.mark.parametrize(("text", "after"), [("releases/1", "releases/2"), ("ABS/releases/1", "ABS/releases/2")])
def test_a_linked_tree_is_switched_by_its_link(tmp_path: Path, text: str, after: str) -> None:
    """A relative link stays relative, because a container has the folders at another path."""
    here = linked_place(tmp_path)
    here.live.root.unlink()
    here.live.root.symlink_to(text.replace("ABS", str(tmp_path)))
    plan = plan_switch(here.live, here.staged)
    assert plan.changes == ()
    (link,) = plan.links
    assert link.after == after.replace("ABS", str(tmp_path))


def test_in_place_a_rollback_restores_all_differences(tmp_path: Path) -> None:
    """Files that only the new configuration matches stay, because they may have existed before."""
    here = place(tmp_path)
    good = keep_good(here.state, here.live)
    write(here.live.root, {"prometheus.yml": CONFIG.replace("extra.yml", "others/*.yml"), "others/x.yml": ""})
    write(here.live.root, {"rules/a.yml": "groups: []\n", "rules/new.yml": "", "targets/api.json": "[1]"})
    (here.live.root / "rules/b.yml").unlink()
    plan = plan_in_place(here.state, here.live, good)
    expected = {"rules/a.yml": "replaced", "rules/new.yml": "put anew", "prometheus.yml": "replaced"}
    assert changed(plan) == {**expected, "rules/b.yml": "taken away"}
    assert plan.in_place


def test_a_link_to_a_file_is_never_replaced(tmp_path: Path) -> None:
    """The file behind the link would stay old, in a checkout for example. A link to an unchanged file stays."""
    here = place(tmp_path)
    for name in ("rules/a.yml", "rules/b.yml"):
        end = tmp_path / name.replace("/", "-")
        (here.live.root / name).rename(end)
        (here.live.root / name).symlink_to(end)
    with pytest.raises(Unfit) as caught:
        plan_switch(here.live, here.staged)
    (reason,) = caught.value.reasons
    assert reason.startswith(f"{here.live.root}/rules/a.yml is a link to {tmp_path}/rules-a.yml: ")


def test_files_that_only_the_old_folder_has_stop_a_turned_link(tmp_path: Path) -> None:
    """Secrets, certificates and targets must be in the new folder too, because the server reads that folder alone."""
    here = linked_place(tmp_path)
    for name in ("secrets/password", "tls/ca.pem", "targets/api.json"):
        (here.staged.root / name).unlink()
    with pytest.raises(Unfit) as caught:
        plan_switch(here.live, here.staged)
    told = "\n".join(caught.value.reasons)
    assert f"{here.staged.root}/secrets/password does not exist" in told
    assert f"{here.staged.root}/tls/ca.pem does not exist" in told
    assert f"targets/*.json matches files in {here.live.root}, and none in {here.staged.root}" in told


def test_a_link_in_a_folder_without_write_access_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal comes before the first change."""
    here = linked_place(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, *_, **__: path != tmp_path)
    with pytest.raises(Unfit, match="which has the link, cannot be written"):
        plan_switch(here.live, here.staged)
