"""What docs/agreement.md says, read from its text, so that the tests hold it to its word."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "agreement.md").read_text()


def section(title: str) -> str:
    """The text under a heading that begins with `title`, up to the next one."""
    match = re.search(rf"^## {re.escape(title)}.*?$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, title
    return match[1]


def wireshark_differences() -> set[tuple[str, int, str]]:
    """(capture, frame, flag): what Wireshark marks and we do not; lines "- `NAME`: 9 `flag`, 10 `flag`"."""
    lines = re.findall(r"^- `(\S+\.pcap(?:\.gz)?)`: (.+)$", section("Wireshark"), re.MULTILINE)
    return {
        (name, int(frame), flag)
        for name, listed in lines
        for frame, flag in re.findall(r"(\d+) `(\w+)`", listed)
    }
