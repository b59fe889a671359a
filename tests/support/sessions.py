"""Sessions for tests: read to the end, or on the way."""

from __future__ import annotations

from pathlib import Path

from tcptui.session import Session
from tcptui.sources import Choice, open_source

SHARED = Path(__file__).parents[2].parent / "shared" / "captures"


def read(**choice: object) -> Session:
    """A session that has read all of its source."""
    session = open_source(Choice(**choice)).session  # type: ignore[arg-type]
    session.start()
    finish(session)
    return session


def finish(session: Session) -> None:
    """Wait until a started session has read all there is."""
    while session.wait(1).running:
        pass


def pairs(session: Session) -> range:
    """All pairs of sockets of a session that has ended."""
    return range(session.store.pairs.n)


class Growing:
    """A session of which only the first rows are there yet."""

    def __init__(self, session, rows: int) -> None:  # type: ignore[no-untyped-def]
        self._session = session
        self.shown = rows

    def stretch(self, number: int):  # type: ignore[no-untyped-def]
        store, rows = self._session.stretch(number)
        return store, rows._replace(end=min(rows.end, rows.begin + self.shown))

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return getattr(self._session, name)
