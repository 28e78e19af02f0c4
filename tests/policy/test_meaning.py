"""The meaning of a policy: one for all the ways to write it, and another one for each other policy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.errors import PolicyError
from gonogo.model.replacing import replace
from gonogo.policy.load import load, reread
from gonogo.policy.meaning import meaning_of
from tests.policy.policy_files import loaded

MEANT: Mapping[str, Sequence[tuple[str, ...]]] = {
    "realm: {}": [("prod", '"prod"', "'prod'"), ("dev",)],
    "subjects: {}": [("[service]", "\n- service"), ("[service, zone]",), ("[zone, service]",)],
    "synthetic_labels: {}": [("{mode: [smoke]}",), ("{mode: [smoke, test]}",), ("{}",)],
    "signals: {{x: {{metric: x, max_age: {}}}, y: {{metric: y}}}}": [("5m", "300s", "5m0s"), ("6m", "360s"), ("null",)],
    "gates: {}": [
        (
            "{a: {require: [x <= 0.5, y == 1 for 5m]}, b: {abort: [x > 1]}}",
            "{b: {abort: [x > 1.0]}, a: {require: [x   <= 0.50, y == 1e0 for 300s]}}",
            "{b: {abort: [x > +1]}, a: {require: [x <= 5e-1, y == 1 for 5m]}}",
        ),
        ("{a: {require: [x <= 0.5000001, y == 1 for 5m]}, b: {abort: [x > 1]}}",),
        ("{a: {require: [x <= 0.5, y == 1 for 5m]}, b: {warn: [x > 1]}}",),
        ("{a: {require: [x <= 0.5, y == 1]}, b: {abort: [x > 1]}}",),
        ("{a: {require: [x < 0.5, y == 1 for 5m]}, b: {abort: [x > 1]}}",),
        ("{a: {require: [x <= 0.5 or y == 1 for 5m]}, b: {abort: [x > 1]}}",),
    ],
    "runs: {}": [("{max_age: 1d}", "{max_age: 24h}"), ("{max_age: 1d, required: []}",), ("{max_age: 2d}",)],
    "dry_run: {{step: 15s, certify: [{}]}}": [
        ("share(x <= 1) >= 0.9", "share(x <= 1.0) >= 9e-1"),
        ("share(x <= 1) >= 0.99",),
        ("mean(x) >= 0.9",),
    ],
    "heartbeat: {{textfile_dir: {}}}": [("beats", "./beats"), ("/srv/beats",), ("../beats",)],
    "prometheus: {{dialect: {}, url: 'http://a', timeout: 5s}}": [("prometheus",), ("victoriametrics",)],
    "tests: {}": [("[tests]", "[other]")],
}
"""Key -> for each meaning all ways to write it. What stands in one tuple means the same."""

PLACES = tuple(MEANT)
Spelling = tuple[list[int], list[int], str, str]
"""How a policy is written: the way of each value, the order of the keys, more text, and the name of the file."""

CHOICE = st.tuples(*(st.integers(0, len(ways) - 1) for ways in MEANT.values()))
SPELLING = st.tuples(
    st.lists(st.integers(0, 2), min_size=len(MEANT), max_size=len(MEANT)),
    st.permutations(range(len(MEANT))),
    st.sampled_from(["", "# a comment\n", "journal: other.sqlite\n"]),
    st.sampled_from(["gonogo.yaml", "copy.yaml"]),
)


def written(choice: tuple[int, ...], spelling: Spelling) -> bytes:
    """Write a policy in one of its spellings, in a folder of its own, and return its meaning."""
    ways, order, extra, name = spelling
    lines = []
    for place in order:
        spelled = MEANT[PLACES[place]][choice[place]]
        lines.append(PLACES[place].format(spelled[ways[place] % len(spelled)]))
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text("\n".join([f"{extra}version: 1", "preset: null", *lines, ""]), encoding="utf-8")
        return meaning_of(load(path))


@given(CHOICE, SPELLING, SPELLING)
@settings(max_examples=40)
def test_one_policy_has_one_meaning_in_every_spelling(
    choice: tuple[int, ...],
    one: Spelling,
    two: Spelling,
) -> None:
    """Order, numbers, durations, quotes, comments and names of files are spelling."""
    assert written(choice, one) == written(choice, two)


@given(CHOICE, SPELLING, st.data())
@settings(max_examples=60)
def test_another_value_of_any_key_is_another_meaning(
    choice: tuple[int, ...], spelling: Spelling, data: st.DataObject
) -> None:
    """Each threshold, duration, name and list counts."""
    places = [place for place, ways in enumerate(MEANT.values()) if len(ways) > 1]
    place = data.draw(st.sampled_from(places))
    others = [way for way in range(len(MEANT[PLACES[place]])) if way != choice[place]]
    other = (*choice[:place], data.draw(st.sampled_from(others)), *choice[place + 1 :])
    assert written(choice, spelling) != written(other, spelling)


@pytest.mark.parametrize(
    "text",
    [
        "gates: {uptime: {require: [green_uptime_ratio >= 0.999]}}",
        "preset: l4-dryrun\nrealm: prod\nprefix: duri\nsubjects: []",
        "prometheus: {url: 'http://other:9090', timeout: 30s, max_bytes: 1024, config: null}",
        "prometheus: {basic_auth: {username: ann, password_file: pass}, headers: {X-Key: {value: tops3cret}}}",
        "prometheus: {rules_url: 'http://a', targets_url: 'http://b', tls_config: {ca_file: ca.pem}}",
        "journal: other.sqlite\nrules: ['*.yml']\ntests: []",
        "reload: {trigger: signal, pid: 2, max_removed: 50%}",
    ],
)
def test_what_no_run_depends_on_is_not_part_of_the_meaning(tmp_path: Path, text: str) -> None:
    """Nor is what the preset says anyway. The bytes of the files are a part of the key of a run beside the meaning."""
    meaning = meaning_of(loaded(tmp_path, text))
    assert meaning == meaning_of(loaded(tmp_path))
    assert b"tops3cret" not in meaning
    assert json.loads(meaning)["policy"]["realm"] == "prod"


def test_features_of_the_server_are_a_part_of_the_meaning(tmp_path: Path) -> None:
    """More rules are valid with them."""
    more = loaded(tmp_path, "prometheus: {features: [promql-experimental-functions]}")
    assert meaning_of(more) != meaning_of(loaded(tmp_path))


def test_the_meaning_of_a_copied_folder_is_the_same(tmp_path: Path) -> None:
    """A place inside the folder goes with it. A place outside stays where it is."""
    meanings = []
    for name in ("one", "deep/two"):
        (tmp_path / name).mkdir(parents=True)
        meanings.append(meaning_of(loaded(tmp_path / name, "heartbeat: {textfile_dir: beats}")))
        meanings.append(
            meaning_of(loaded(tmp_path / name, f"heartbeat: {{textfile_dir: {tmp_path / name / 'beats'}}}"))
        )
    assert len(set(meanings)) == 1


def test_a_file_is_loaded_again_only_if_its_bytes_changed(tmp_path: Path) -> None:
    """An edited, broken or missing file is never taken for the loaded one."""
    file = loaded(tmp_path)
    assert reread(file) is file
    file.path.write_text("version: 1\nrealm: dev\n", encoding="utf-8")
    assert reread(file).policy == replace(reread(file).policy, realm="dev")
    file.path.write_text("version: 1\nrealm: [\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        reread(file)
    file.path.unlink()
    with pytest.raises(PolicyError, match="no such file"):
        reread(file)
