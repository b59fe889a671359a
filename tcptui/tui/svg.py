"""A picture of the screen that every program draws alike."""

from __future__ import annotations

import re

BLANK = "&#160;"
_TEXT = re.compile(r'(<text [^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*>)([^<]*)</text>')


def placed(svg: str) -> str:
    """The same with every character placed by itself: librsvg drops blanks at the edges of a text, and
    stretches what is left, so that the lines of a box do not meet."""

    def characters(match: re.Match[str]) -> str:
        before, x, middle, length, after, text = match.groups()
        letters = re.findall(r"&[^;]+;|.", text)
        step = float(length) / max(1, len(letters))
        return "".join(
            f'{before}x="{float(x) + at * step:.1f}"{middle}{after}{letter}</text>'
            for at, letter in enumerate(letters)
            if letter != BLANK
        )

    return _TEXT.sub(characters, svg)
