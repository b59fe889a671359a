"""Where and with what it was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import peers


def describe() -> str:
    """Machine, versions and date as Markdown."""
    lines = [
        "## Machine",
        "",
        f"- {cpu()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB of memory",
        f"- {platform.system()} {platform.release()}, Python {platform.python_version()}",
        f"- {now()}, tcptui at {commit()}",
        *(f"- {name}: {version}" for name, version in peers.versions().items()),
    ]
    return "\n".join(lines)


def cpu() -> str:
    """The processor's name."""
    found = re.search(r"model name\s*: (.*)", _read("/proc/cpuinfo"))
    return found[1].strip() if found else platform.processor() or platform.machine()


def memory_gib() -> float:
    """All memory."""
    found = re.search(r"MemTotal:\s*(\d+) kB", _read("/proc/meminfo"))
    return int(found[1]) / 2**20 if found else 0.0


def commit() -> str:
    """The commit that is measured, and whether there are changes to it."""
    here = Path(__file__).parent
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True
    )
    return done.stdout.strip() or "an unknown commit"


def now() -> str:
    """Date and time."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
