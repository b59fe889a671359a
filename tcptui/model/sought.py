"""A text that is looked for in a million addresses and numbers, none of which is written out.

What is shown of an address is its octets in decimal, dots, a colon and a port: a text is looked for in it as
by a reader who goes from piece to piece and remembers how much of the text has come by. For octets and
ports that is a look-up in a table for each piece, of all rows at once.

Source: Knuth, Morris, Pratt 1977, Fast pattern matching in strings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LONGEST = 320
"""Characters of the longest text that can be found: more than a name and a service have."""

States = NDArray[np.uint16]
"""How many characters of the text have come by: of a row, or of all there can be."""


class Sought:
    """A text, in lower case. at_start: it counts only where a row begins with it."""

    def __init__(self, text: str, *, at_start: bool = False) -> None:
        self.text = text
        self.at_start = at_start
        self.found = len(text)
        self._dead = len(text) + 1

    def after(self, state: int, text: str) -> int:
        """The state when `text` has come by, too."""
        if state >= self.found:
            return state
        seen = self.text[:state] + text
        if self.at_start:
            if seen.startswith(self.text):
                return self.found
            return len(seen) if self.text.startswith(seen) else self._dead
        if self.text in seen:
            return self.found
        return next(k for k in range(self.found - 1, -1, -1) if seen.endswith(self.text[:k]))

    def of_texts(self, texts: Iterable[str]) -> States:
        """The state after each of some texts."""
        return np.array([self.after(0, text) for text in texts], np.uint16)

    def after_char(self, char: str) -> States:
        """By state: the one after this character."""
        return np.array([self.after(state, char) for state in range(self._dead + 1)], np.uint16)

    @cached_property
    def _digits(self) -> States:
        """By state and digit."""
        return np.stack([self.after_char(str(digit)) for digit in range(10)], axis=1)

    def decimals(self, states: Sequence[int], limit: int) -> States:
        """By place in `states` and number below `limit`: the state after the number in decimal."""
        ones = self._digits[list(states)]
        if limit <= 10:
            return ones[:, :limit]
        tens = self.decimals(states, (limit + 9) // 10)
        found: States = self._digits[tens].reshape(len(states), 10 * tens.shape[1])
        found[:, :10] = ones
        return found[:, :limit]

    @cached_property
    def _four_digits(self) -> States:
        """By state and number below 10,000: the state after its four digits."""
        found: States = np.arange(self._dead + 1, dtype=np.uint16)[:, None]
        for _ in range(4):
            found = self._digits[found].reshape(len(found), -1)
        return found

    def of_numbers(self, numbers: NDArray[np.int64]) -> States:
        """The state after each number in decimal, from the beginning."""
        if not any(char.isdigit() for char in self.text):
            return np.zeros(len(numbers), np.uint16)
        most = int(numbers.max(initial=0))
        if most < max(10_000, 2 * len(numbers)):
            found: States = self.decimals((0,), most + 1)[0].take(numbers)
            return found
        high = numbers // 10_000
        low = numbers - high * 10_000
        long = self.of_numbers(high).astype(np.int32) * 10_000 + low
        short = self.decimals((0,), 10_000)[0].take(low)
        return np.where(high > 0, self._four_digits.ravel().take(long), short)


class Reading:
    """Rows that are read piece by piece. reachable: the states that any of them may be in, ascending."""

    def __init__(self, sought: Sought, states: States, reachable: Sequence[int] = (0,)) -> None:
        self.sought = sought
        self.states = states
        self.reachable = list(reachable)

    def go_on(self, table: States, pieces: Callable[[], NDArray[np.unsignedinteger]]) -> None:
        """The next piece of each row. table: by place in `reachable`, and number of the piece.

        pieces: only asked for where it matters which they are.
        """
        unmoved = np.array(self.reachable, np.uint16)[:, None]
        if (table == unmoved).all():
            return
        if len(self.reachable) == 1:
            self.states = table[0].take(pieces())
        else:
            width = table.shape[1]
            whole = np.zeros((self.reachable[-1] + 1, width), np.uint16)
            whole[self.reachable] = table
            self.states = whole.ravel().take(self.states.astype(np.uint32) * np.uint32(width) + pieces())
        self.reachable = np.flatnonzero(np.bincount(table.ravel())).tolist()

    @property
    def found(self) -> NDArray[np.bool_]:
        """The rows in which the text has come by."""
        found: NDArray[np.bool_] = self.states == self.sought.found
        return found
