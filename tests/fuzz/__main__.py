"""Coverage-guided fuzzing: python -m tests.fuzz engine|capture|query [SECONDS]

Begins with the seeds that are checked in; a crash is written to the current folder, and printed as hex.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tcptui"]):
    from tests.fuzz.targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"


def main() -> None:
    name, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "600"
    target = TARGETS[name]

    def once(data: bytes) -> None:
        try:
            target(data)
        except BaseException:
            print(f"\nreproduce with: TARGETS[{name!r}](bytes.fromhex('{data.hex()}'))", file=sys.stderr)
            raise

    found = tempfile.mkdtemp(prefix="tcptui-fuzz-")
    options = [
        f"-max_total_time={seconds}",
        "-seed=1",
        "-max_len=2048",
        "-timeout=20",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, found, str(SEEDS / name)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
