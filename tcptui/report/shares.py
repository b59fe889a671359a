"""Lines of flow after flow: all cores make them, some flows each at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tcptui.processes import shared
from tcptui.session import FlowInfo, Session

AT_ONCE = 128
"""Flows whose segments are fetched at once."""

T = TypeVar("T")


def of_flows(session: Session, tell: Callable[[list[FlowInfo]], Iterable[T]]) -> Iterator[T]:
    """What is told of all flows of a session that has ended, in the order of their numbers."""
    numbers = session.numbers().tolist()
    for told in shared(lambda some: list(tell(list(session.flows_of(some)))), numbers, AT_ONCE):
        yield from told
