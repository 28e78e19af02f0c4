"""Mode, owner and extended attributes are kept whole. Otherwise the first lost one is named."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import to_builtins

from gonogo.model.replacing import replace
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.rights import Rights, give_rights, lost_in, rights_from_json, rights_like, rights_of
from gonogo.reload.trees.switch_trouble import Unfit
from tests.children import exit_code, forked
from tests.config_trees import place
from tests.marked_files import ACL, DEFAULT_ACL, OWN, acl, attributes, mark

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

NOBODY = 65534


def refusing(*_: object) -> None:
    """Refuse as the system does."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def passing(*_: object) -> None:
    """Return without an error, and do nothing."""


def wanted(folder: Path) -> Rights:
    """Return rights that no new file has by itself."""
    access = ((ACL, acl().hex()), (OWN, b"x".hex()))
    owner = folder.stat()
    uid = 12 if os.geteuid() == 0 else owner.st_uid
    return Rights(0o640, uid, owner.st_gid, access)


def test_the_folder_of_these_tests_keeps_attributes(tmp_path: Path) -> None:
    """The other tests need a file system with attributes.

    If this test fails, set TMPDIR to a folder on ext4, xfs or btrfs.
    """
    (tmp_path / "x").touch()
    assert mark(tmp_path / "x")
    assert lost_in(tmp_path, wanted(tmp_path)) == ""
    assert not [path for path in tmp_path.iterdir() if path.name != "x"]


@pytest.mark.parametrize(
    ("call", "named"),
    [("fchown", "the owner "), ("setxattr", f"the attribute {ACL}"), ("fchmod", "the mode 0640")],
)
@pytest.mark.parametrize(
    ("act", "why"), [(refusing, "(Operation not permitted)"), (passing, "(the file system does not keep it)")]
)
def test_a_right_that_cannot_be_given_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, named: str, act: Callable[..., None], why: str
) -> None:
    """The system refuses the right, or ignores the call without an error."""
    monkeypatch.setattr(os, call, act)
    rights = wanted(tmp_path)
    if call == "fchown":
        rights = replace(rights, uid=rights.uid + 1)
    if call == "fchmod":
        rights = replace(rights, attributes=())
    lost = lost_in(tmp_path, rights)
    assert lost.startswith(named), lost
    assert lost.endswith(why)


def test_a_plain_user_cannot_give_files_away(tmp_path: Path) -> None:
    """The test becomes such a user if root runs it."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    others = Rights(0o644, 0, 0)

    def tries() -> None:
        os.chdir(tmp_path / "open")
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        assert lost_in(Path(), others) == "the owner 0 and the group 0 (Operation not permitted)"
        mine = Rights(0o644, os.geteuid(), os.getegid())
        assert rights_like(others) == mine
        assert rights_like(replace(others, gid=os.getegid())) == mine
        assert lost_in(Path(), mine) == ""

    assert exit_code(forked(tries)) == 0


def test_in_a_missing_folder_all_rights_are_lost(tmp_path: Path) -> None:
    """No file can be made in a folder that was removed."""
    lost = lost_in(tmp_path / "gone", wanted(tmp_path))
    assert lost == "everything, as no file can be made there (No such file or directory)"


def test_attributes_that_cannot_be_read_make_a_tree_unfit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch would lose these attributes. A file system without attributes has none to lose."""
    here = place(tmp_path)

    def failing(error: int) -> Callable[[object], list[str]]:
        def listed(_: object) -> list[str]:
            raise OSError(error, os.strerror(error))

        return listed

    monkeypatch.setattr(os, "listxattr", failing(errno.EIO))
    with pytest.raises(Unfit, match=r"rules/a.yml: its attributes cannot be read: Input/output error"):
        snapshot(here.live)
    monkeypatch.setattr(os, "listxattr", failing(errno.ENOTSUP))
    assert snapshot(here.live).entries["prometheus.yml"].rights.attributes == ()


def test_rights_replace_those_that_the_folder_gave(tmp_path: Path) -> None:
    """With the default ACL of a folder, others could read a private file."""
    os.setxattr(tmp_path, DEFAULT_ACL, acl(other=4))
    with (tmp_path / "x").open("wb") as file:
        assert ACL in attributes(tmp_path / "x")
        assert give_rights(file.fileno(), Rights(0o600, os.getuid(), os.getgid())) == ""
        assert attributes(tmp_path / "x") == {}
        assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
        rights = wanted(tmp_path)
        assert give_rights(file.fileno(), rights) == ""
    assert rights_of(tmp_path / "x", (tmp_path / "x").stat()) == rights
    assert attributes(tmp_path / "x") == {ACL: acl(), OWN: b"x"}


def test_attributes_that_the_kernel_computes_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the hash of other bytes, a file would be unreadable."""
    (tmp_path / "x").touch()
    mark(tmp_path / "x")
    monkeypatch.setattr(os, "listxattr", lambda _: ["security.ima", "security.evm", OWN])
    taken = rights_of(tmp_path / "x", (tmp_path / "x").stat())
    assert [name for name, _ in taken.attributes] == [OWN]


def test_a_new_file_gets_only_attributes_of_access(tmp_path: Path) -> None:
    """A user attribute describes the content of one file."""
    (tmp_path / "x").touch()
    mark(tmp_path / "x")
    status = (tmp_path / "x").stat()
    model = rights_of(tmp_path / "x", status)
    assert [name for name, _ in model.attributes] == [ACL, OWN]
    assert rights_like(model).attributes == ((ACL, acl().hex()),)
    assert rights_of(tmp_path / "x", status, access_only=True) == model.access


def test_rights_survive_json(tmp_path: Path) -> None:
    """Damaged rights are refused, so that no part is lost without notice."""
    rights = wanted(tmp_path)
    told = json.loads(json.dumps(to_builtins(rights)))
    assert rights_from_json(told) == rights
    with pytest.raises(ValueError, match="hexadecimal"):
        rights_from_json({**told, "attributes": [[ACL, "zz"]]})
    with pytest.raises(KeyError):
        rights_from_json({"mode": 0, "uid": 0, "gid": 0})
