"""Test files shared out to processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.running import LARGE, SMALL, UnitWork, cost
from gonogo.ruletests.staging import StagedUnit
from tests.ruletests.unit_files import FIRING, RULES, write


def _units(folder: Path, minutes: list[int]) -> list[StagedUnit]:
    """Make test files whose work grows with the minutes that each covers."""
    tests = {
        f"{place:03}_test.yml": FIRING.replace("eval_time: 1m", f"eval_time: {last}m")
        for place, last in enumerate(minutes)
    }
    paths = write(folder, {"r.yml": RULES, **tests})
    return [StagedUnit(path, load_test(path, RulePlaces())) for path in paths]


def _batches(work: UnitWork) -> Iterator[list[int]]:
    while (batch := work.next()) is not None:
        number, paths = batch
        taken = work.taken[number]
        assert [one.path for _, one in taken] == list(paths)
        yield [place for place, _ in taken]


def test_every_file_is_taken_once(tmp_path: Path) -> None:
    """Each file is taken once, by its place, and without files there is no batch."""
    units = _units(tmp_path, [1, 3000, 20, 5, 9000, 700, 1, 1, 40])
    for cores in (1, 2, 64):
        batches = list(_batches(UnitWork(units, cores)))
        assert sorted(place for batch in batches for place in batch) == list(range(len(units)))
    assert UnitWork((), 2).next() is None


def test_the_costly_files_run_first(tmp_path: Path) -> None:
    """The files with the most work are costly."""
    units = _units(tmp_path, [1, 300, 20, 9000])
    batches = list(_batches(UnitWork(units, 1)))
    assert [place for batch in batches for place in batch] == [3, 1, 2, 0]


def test_batches_become_small_towards_the_end(tmp_path: Path) -> None:
    """Small batches let the cores end together, but no batch is too small to pay."""
    units = _units(tmp_path, [200] * 300)
    each = cost(units[0])
    sizes = [len(batch) * each for batch in _batches(UnitWork(units, 2))]
    assert sizes == sorted(sizes, reverse=True)
    assert LARGE <= sizes[0] < LARGE + each
    assert SMALL <= sizes[-2] < SMALL + each


def test_only_enough_files_for_all_cores_are_read_first(tmp_path: Path) -> None:
    """Further files are read while the first files run."""
    units = _units(tmp_path, [200] * 300)
    coming = iter(units)
    UnitWork(coming, 2).next()
    taken = len(units) - len(list(coming))
    assert 0 <= taken * cost(units[0]) - 2 * LARGE < cost(units[0])


def test_a_very_costly_file_is_a_batch_of_its_own(tmp_path: Path) -> None:
    """A file longer than a batch is a batch."""
    units = _units(tmp_path, [60 * 24 * 30, 1])
    assert cost(units[0]) > LARGE
    assert list(_batches(UnitWork(units, 2))) == [[0], [1]]
