"""All connections as columns: what lists, sorts and filters go by."""

from __future__ import annotations

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.flows import PairTable
from tcptui.store.headers import Ints

UNKNOWN = -1
"""The verdict of a connection that was not asked for."""
NOT_YET = 255
"""The state of an end that the engine has not got to."""


@dataclass(slots=True)
class FlowTable:
    """A connection an element, in order of their numbers, which have gaps where connections were forgotten.

    number: ascending. pair: of PairTable. client: which endpoint opened. states: by endpoint, of State
    or NOT_YET. packets, payload: of both ends together. start_ns, end_ns: of the first packet, and the
    latest. verdict: its place in `verdicts`, or UNKNOWN. pairs: that whose pairs they are.
    """

    number: Ints
    pair: NDArray[np.int32]
    client: NDArray[np.uint8]
    states: NDArray[np.uint8]
    packets: Ints
    payload: Ints
    start_ns: Ints
    end_ns: Ints
    verdict: NDArray[np.int32]
    verdicts: list[str]
    pairs: PairTable = field(default_factory=PairTable)

    def __len__(self) -> int:
        return len(self.number)

    def place(self, number: int) -> int:
        """Where a connection stands. IndexError when it does not."""
        at = int(np.searchsorted(self.number, number))
        if at == len(self.number) or self.number[at] != number:
            raise IndexError(number)
        return at

    def state(self, client: bool) -> NDArray[np.uint8]:
        """The states of the clients, or of the servers."""
        one, other = self.states[:, 0], self.states[:, 1]
        if self.client.any():
            return np.where((self.client == 0) == client, one, other)
        return np.ascontiguousarray(one if client else other)
