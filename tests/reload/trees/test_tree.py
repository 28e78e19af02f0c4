"""The files of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.reload.trees.tree import FileKind, Tree, files_of, live_tree, names_of, staged_tree, walked
from tests.config_trees import CONFIG, NEW, OLD, place, write


def found_in(tree: Tree) -> dict[str, FileKind]:
    """Find the files that a tree's own configuration names."""
    return files_of(tree, names_of(tree))


def test_a_tree_has_the_files_that_its_configuration_names(tmp_path: Path) -> None:
    """The files are the configuration, the matches of its globs and the files it names.

    Other files are no part of the tree.
    """
    here = place(tmp_path)
    assert found_in(here.live) == {
        "prometheus.yml": FileKind.CONFIG,
        "rules/a.yml": FileKind.RULES,
        "rules/b.yml": FileKind.RULES,
        "rules/gone.yml": FileKind.RULES,
        "scrapes/one.yml": FileKind.SCRAPES,
        "tls/ca.pem": FileKind.CERTIFICATE,
        "targets/api.json": FileKind.TARGETS,
        "secrets/password": FileKind.REFERENCE,
    }
    assert set(found_in(here.staged)) == set(NEW)


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("rules/*.yml", {"rules/.hidden.yml", "rules/a.yml", "rules/b.yml"}),
        ("./rules/../rules/a.yml", {"rules/a.yml"}),
        ("rules/[^a].yml", {"rules/b.yml"}),
        ("rules/?.yml", {"rules/a.yml", "rules/b.yml"}),
        ("*/a.yml", set()),
        ("missing.yml", set()),
        ("LIVE/rules/a.yml", {"rules/a.yml"}),
        ("", set()),
    ],
)
def test_globs_match_as_in_prometheus(tmp_path: Path, pattern: str, matched: set[str]) -> None:
    """A star may only be in the last part of the path. It matches names that begin with a dot, and ``^`` negates."""
    config = f"rule_files: ['{pattern.replace('LIVE', str(tmp_path / 'live'))}']"
    write(tmp_path / "live", {"prometheus.yml": config, "rules/a.yml": "", "rules/b.yml": "", "rules/.hidden.yml": ""})
    kinds = found_in(live_tree(tmp_path / "live/prometheus.yml"))
    assert {name for name, kind in kinds.items() if kind is FileKind.RULES} == matched


def test_absolute_paths_in_a_staged_copy_mean_the_staged_files(tmp_path: Path) -> None:
    """A path in the live folder means the staged file. A path outside is the same file for both trees."""
    config = f"rule_files: [{tmp_path}/live/rules/*.yml, {tmp_path}/shared/*.yml, ../shared/x.yml]"
    write(tmp_path, {"live/prometheus.yml": config, "live/rules/live.yml": "", "shared/x.yml": ""})
    write(tmp_path, {"staged/prometheus.yml": config, "staged/rules/staged.yml": ""})
    staged = staged_tree(tmp_path / "staged", live_tree(tmp_path / "live/prometheus.yml"))
    names = set(found_in(staged))
    assert names == {"prometheus.yml", "rules/staged.yml", f"{tmp_path}/shared/x.yml"}
    assert staged.path("rules/staged.yml") == tmp_path / "staged/rules/staged.yml"
    assert staged.path(f"{tmp_path}/shared/x.yml") == tmp_path / "shared/x.yml"


def test_a_root_that_looks_like_a_glob_is_a_plain_path(tmp_path: Path) -> None:
    """Only paths of the configuration are patterns."""
    write(tmp_path / "li[v]e*", OLD)
    assert "rules/a.yml" in found_in(live_tree(tmp_path / "li[v]e*" / "prometheus.yml"))


def test_files_named_by_scrape_files_are_part_of_the_tree(tmp_path: Path) -> None:
    """Paths in a scrape file are relative to it. A ``rule_files`` key in a scrape file has no effect."""
    scrapes = (
        "rule_files: [../rules/*.yml]\nscrape_configs: [{job_name: x, tls_config: {ca_file: ca.pem, key_file: k}}]"
    )
    files = {"prometheus.yml": "scrape_config_files: [s/*.yml]", "s/x.yml": scrapes, "s/ca.pem": "", "s/k": ""}
    write(tmp_path, {**files, "rules/a.yml": ""})
    assert found_in(live_tree(tmp_path / "prometheus.yml")) == {
        "prometheus.yml": FileKind.CONFIG,
        "s/x.yml": FileKind.SCRAPES,
        "s/ca.pem": FileKind.CERTIFICATE,
        "s/k": FileKind.REFERENCE,
    }


def test_a_certificate_with_its_key_in_it_is_a_secret(tmp_path: Path) -> None:
    """A file with both uses is never stored. The same holds for a certificate outside the tree."""
    config = (
        "scrape_configs: [{job_name: x, tls_config: {ca_file: ../ca.pem, cert_file: both.pem, key_file: both.pem}}]"
    )
    write(tmp_path, {"live/prometheus.yml": config, "live/both.pem": "", "ca.pem": ""})
    kinds = found_in(live_tree(tmp_path / "live/prometheus.yml"))
    assert kinds["both.pem"] is FileKind.REFERENCE
    assert kinds[f"{tmp_path}/ca.pem"] is FileKind.REFERENCE


@pytest.mark.parametrize(
    "config", ["rule_files: [", "\xff", "- a\n- b", "scrape_config_files: x", "rule_files: {a: b}"]
)
def test_a_tree_with_an_unreadable_configuration_has_no_other_file(tmp_path: Path, config: str) -> None:
    """Lint reports the mistake."""
    (tmp_path / "prometheus.yml").write_bytes(config.encode("latin-1"))
    assert found_in(live_tree(tmp_path / "prometheus.yml")) == {"prometheus.yml": FileKind.CONFIG}


def test_a_tree_without_a_configuration_has_no_file(tmp_path: Path) -> None:
    """The files are not guessed."""
    assert found_in(live_tree(tmp_path / "prometheus.yml")) == {}


def test_the_root_is_not_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch can turn the link, because it stays a link. A relative path is made absolute."""
    write(tmp_path / "release", {"prometheus.yml": CONFIG})
    (tmp_path / "live").symlink_to("release")
    monkeypatch.chdir(tmp_path)
    assert live_tree(Path("live/prometheus.yml")).root == tmp_path / "live"


def farm(folder: Path) -> Path:
    """Make a farm of links as Kubernetes does. Return the path of the file."""
    (folder / "..v1").mkdir()
    (folder / "..v2").mkdir()
    (folder / "..v1/a.yml").write_text("1\n", encoding="utf-8")
    (folder / "..v2/a.yml").write_text("2\n", encoding="utf-8")
    (folder / "..data").symlink_to("..v1")
    (folder / "a.yml").symlink_to("..data/a.yml")
    return folder / "a.yml"


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    """A loop is never followed for ever."""
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    with pytest.raises(OSError, match="Too many levels"):
        walked(tmp_path / "x")


def test_every_link_of_a_path_is_named(tmp_path: Path) -> None:
    """The end of the path is that of the kernel."""
    place = farm(tmp_path)
    end, links = walked(place)
    assert end == place.resolve() == tmp_path / "..v1/a.yml"
    assert links == {str(tmp_path / "..data"): "..v1", str(place): "..data/a.yml"}
    assert walked(tmp_path / "..v1/../..v2/none.yml") == (tmp_path / "..v2/none.yml", {})


def test_a_path_can_be_followed_through_turned_links(tmp_path: Path) -> None:
    """The links lead where they would lead after the turn."""
    place = farm(tmp_path)
    assert walked(place, {str(tmp_path / "..data"): "..v2"})[0] == tmp_path / "..v2/a.yml"
    assert walked(place, {str(place): str(tmp_path / "..v2/a.yml")})[0] == tmp_path / "..v2/a.yml"


def test_links_of_a_container_stay_below_its_root(tmp_path: Path) -> None:
    """Absolute links begin at the root of the container, and ``..`` at the root stays there."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/live").symlink_to("/srv/live")
    assert walked(Path("/etc/live/x.yml"), root=root)[0] == root / "srv/live/x.yml"
    assert walked(Path("/../../etc/x.yml"), root=root)[0] == root / "etc/x.yml"
