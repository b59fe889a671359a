"""Rows of cells: what every view is made of, before it has colours.

A cell is a piece of text and its *role*; a theme turns roles into colours, a text report drops
them. Everything from the wire, a file or a resolver goes through `clean` before it becomes a cell.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Role(Enum):
    """What a piece of text means. The screen's theme maps each to a style; see tui/theme.py."""

    TEXT = "text"
    DIM = "dim"  # labels, the future, what is not in use
    HEAD = "head"  # column heads
    CLIENT = "client"  # the client's state, side, badge
    SERVER = "server"
    BOTH = "both"  # a box in which both endpoints are
    PAST = "past"  # states and edges on the way so far
    TAKEN = "taken"  # the edge taken at the cursor
    SYN = "syn"
    FIN = "fin"
    RST = "rst"
    DATA = "data"
    ACK = "ack"
    AGAIN = "again"  # retransmitted, duplicated, out of order
    ASSUMED = "assumed"  # not proven
    CORRECTION = "correction"
    NOTE = "note"  # silences, timers, folds
    OK = "ok"
    WARN = "warn"
    ERROR = "error"
    KEY = "key"


class Cell(NamedTuple):
    """A run of text in one role. The text is clean: printable, no controls, one line."""

    text: str
    role: Role = Role.TEXT


Row = tuple[Cell, ...]
