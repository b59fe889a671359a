"""What a run costs, of programs whose cost is known."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.cost import Cost, FailedError, in_turns, median, run

MEGABYTE = 1 << 20


def python(program: str) -> list[str]:
    """A command."""
    return [sys.executable, "-I", "-S", "-c", program]


def test_time_asleep_is_not_processor_time() -> None:
    cost = run(python("import time; time.sleep(0.4)"))
    assert cost.wall >= 0.4 > cost.cpu
    busy = run(python("import time\nwhile time.process_time() < 0.3: pass"))
    assert busy.cpu >= 0.3


def test_memory_is_the_programs_own() -> None:
    hold = "import time; time.sleep(0.1)"
    plain = run(python(hold))
    large = run(python(f"kept = b'x' * {100 * MEGABYTE}; {hold}"))
    assert 95 * MEGABYTE < large.anonymous - plain.anonymous < 110 * MEGABYTE
    assert large.peak - plain.peak > 95 * MEGABYTE


def test_a_mapped_file_is_in_the_peak_alone(tmp_path: Path) -> None:
    path = tmp_path / "mapped"
    path.write_bytes(b"x" * 50 * MEGABYTE)
    touch = "sum(data[at] for at in range(0, len(data), 4096)); time.sleep(0.1)"
    mapped = run(
        python(
            f"import mmap, time; file = open({str(path)!r}); "
            f"data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ); {touch}"
        )
    )
    assert mapped.peak > 50 * MEGABYTE
    assert mapped.anonymous < 30 * MEGABYTE


def test_output_goes_where_it_is_sent(tmp_path: Path) -> None:
    run(python("print('said')"), output=str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "said\n"


def test_who_fails_or_takes_too_long_is_told() -> None:
    with pytest.raises(FailedError, match="no such luck"):
        run(python("raise SystemExit('no such luck')"))
    with pytest.raises(FailedError):
        run(["/nonexistent"])
    assert run(python("import time; time.sleep(60)"), limit=0.2).status is None


def test_the_median_has_the_largest_memory() -> None:
    costs = [Cost(0, wall, wall, int(peak), 1) for wall, peak in ((3.0, 1), (1.0, 9), (2.0, 5))]
    assert median(costs) == Cost(0, 2.0, 2.0, 9, 1)


def test_commands_take_turns_and_one_that_fails_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    commands = {name: python(f"open({str(log)!r}, 'a').write({name!r})") for name in "ab"}
    costs = in_turns({**commands, "c": python("raise SystemExit(1)")}, 3)
    assert log.read_text() == "ababab"
    assert isinstance(costs["a"], Cost)
    assert isinstance(costs["c"], FailedError)
