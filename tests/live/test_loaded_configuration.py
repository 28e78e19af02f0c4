"""What a real Prometheus shows of what it loaded is the same to us, and anything else is not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.formats.files import read_rules
from gonogo.model.rule import LoadedGroup, RuleGroup
from gonogo.model.versions import HOLT_WINTERS_RENAMED, release
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.rules import rules_difference
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.server.status_api import build_info, configuration, reload
from tests.reload.compare.kinds import FOLDER, KINDS, KINDS_OF_ALL_VERSIONS, NEWER_KINDS, SHOWN
from tests.reload.compare.rule_edits import RULES, rule_edits
from tests.reload.compare.single_edits import single_edits

pytestmark = [pytest.mark.live, pytest.mark.versions]

CORPUS = "GONOGO_CORPUS"
"""The environment variable that names a folder of rule files to load."""

RECORDED = (2, 42)
"""The version whose configurations are recorded."""

LEFT_OUT = re.compile(r"\w+_sd_configs|^tracing", re.MULTILINE)
"""What some builds leave out: Debian some discoveries, and the converter that tracing needs."""

EDITS = 100
"""How many edits of a corpus are tried, spread over all of it."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """Run one Prometheus, which has nothing yet; its configuration is ``prometheus.yml`` in the test's folder."""
    configured = tmp_path / "prometheus.yml"
    configured.touch()
    with prometheus(tmp_path / "run", configured) as running:
        yield running


def test_each_kind_of_configuration_is_equal_when_loaded_and_differs_when_edited(
    tmp_path: Path, server: RunningServer
) -> None:
    """One server loads the configurations one after another. Each edit is compared with the loaded one."""
    client = Client()
    previous, before = "", configuration(client, server.url)
    unequal, unseen, edits, refused = {}, [], 0, set()
    assert difference(previous, before) == ()
    for kind, staged in KINDS_OF_ALL_VERSIONS.items():
        (tmp_path / "prometheus.yml").write_text(staged, encoding="utf-8")
        try:
            reload(client, server.url)
        except ActionFailed:
            refused.add(kind)
            continue
        loaded = configuration(client, server.url)
        assert difference(staged, loaded, folder=str(tmp_path)) == (), "a first reload knows nothing of any load before"
        if found := difference(staged, loaded, previous, before=before, folder=str(tmp_path)):
            unequal[kind] = found
        for what, edited in single_edits(staged):
            edits += 1
            if not difference(edited, loaded, staged, before=loaded, folder=str(tmp_path)):
                unseen.append(f"{kind}: {what}")
        previous, before = staged, loaded
        assert difference(staged, loaded, folder=f"{tmp_path}/elsewhere") or str(tmp_path) not in loaded
    assert (unequal, unseen) == ({}, [])
    assert refused <= {kind for kind in KINDS_OF_ALL_VERSIONS if kind in NEWER_KINDS or LEFT_OUT.search(KINDS[kind])}
    assert edits >= 500
    version = release(build_info(client, server.url) or "")
    assert version is not None
    assert refused == set(NEWER_KINDS) if version == RECORDED else not refused & set(NEWER_KINDS)


def test_the_recorded_answers_are_those_of_the_server(tmp_path: Path, server: RunningServer) -> None:
    """The tests without servers use the recorded answers. Another version shows other defaults."""
    client = Client()
    version = build_info(client, server.url)
    if release(version or "") != RECORDED:
        loaded = configuration(client, server.url)
        assert difference("", SHOWN["nothing"], "", before=loaded) == ()
        assert loaded != SHOWN["nothing"]
        return
    shown = {}
    for kind, staged in KINDS.items():
        (tmp_path / "prometheus.yml").write_text(staged, encoding="utf-8")
        reload(client, server.url)
        loaded = configuration(client, server.url)
        shown[kind] = loaded.replace(str(tmp_path), FOLDER).replace(str(tmp_path.parent), str(Path(FOLDER).parent))
    assert shown == SHOWN


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rule files that a server has loaded, and what it says of them."""

    groups: tuple[RuleGroup, ...]
    answer: tuple[LoadedGroup, ...]
    interval: timedelta

    def difference(self, groups: tuple[RuleGroup, ...]) -> tuple[str, ...]:
        """Compare some groups with what the server has."""
        return rules_difference(groups, self.answer, self.interval).words


def rules_for(server: RunningServer) -> str:
    """Give the rules without the function that only versions before 3.0 have."""
    version = release(build_info(Client(), server.url) or "")
    assert version is not None
    smoothed = "holt_winters(node_load1[5m:] offset -1m, 0.5, 0.5)"
    assert smoothed in RULES
    return RULES if version < HOLT_WINTERS_RENAMED else RULES.replace(smoothed, "deriv(node_load1[5m:] offset -1m)")


def load(folder: Path, server: RunningServer, files: Mapping[str, str]) -> Loaded:
    """Load rule files into a server."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    staged = json.dumps({"rule_files": sorted(files)})
    (folder / "prometheus.yml").write_text(staged, encoding="utf-8")
    client = Client()
    reload(client, server.url)
    groups = tuple(group for name, text in files.items() for group in read_rules(text, name).groups)
    return Loaded(groups, rules(client, server.url), evaluation_interval(staged))


def test_rules_of_every_kind_are_equal_and_every_edit_of_them_differs(tmp_path: Path, server: RunningServer) -> None:
    """Some rules are spelled in another way by the server, and two groups in two files have one name."""
    text = rules_for(server)
    twin = text.replace("interval: 30s", "interval: 90s").replace("vector(1)", "vector(2)")
    loaded = load(tmp_path, server, {"b.yml": twin, "a.yml": text})
    edits = list(rule_edits(loaded.groups))
    assert loaded.difference(loaded.groups) == ()
    assert [what for what, edited in edits if not loaded.difference(edited)] == []
    assert len(edits) >= 100


def test_a_whole_corpus_is_equal_and_edits_all_over_it_differ(tmp_path: Path, server: RunningServer) -> None:
    """The rule files are those under ``GONOGO_CORPUS`` if it is set, else many copies of our own kinds."""
    named = os.environ.get(CORPUS)
    paths = sorted(Path(named).rglob("*.y*ml")) if named else []
    texts = [path.read_text(encoding="utf-8") for path in paths] or [
        rules_for(server).replace("job:", f"j{n}:") for n in range(50)
    ]
    loaded = load(tmp_path, server, {f"{place}.yml": text for place, text in enumerate(texts)})
    edits = list(rule_edits(loaded.groups))
    spread = edits[:: len(edits) // EDITS][:EDITS]
    assert loaded.difference(loaded.groups) == ()
    assert [what for what, edited in spread if not loaded.difference(edited)] == []
    assert len(spread) == EDITS
