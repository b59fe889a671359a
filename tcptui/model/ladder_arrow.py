"""A ladder's arrows: their labels, which shorten to what there is room for, their lines and colours.

A label shortens in a fixed order: options (last first), window, bytes, ACK, the word ``seq``, what is
unusual, where the sequence numbers end (``8+18``), the numbers; the flags stay.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tcptui.model.cells import Role
from tcptui.model.ladder_scan import NEVER_SENT
from tcptui.model.tcpdump import flag_letters
from tcptui.model.tcpdump_options import option_list
from tcptui.model.text import crop
from tcptui.store.analysis import Mark
from tcptui.tcp.options import walk
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff

NEAR = 1 << 16
"""How far below its base a sequence number is shown as negative."""

_NO_EFFECT = "void"
NO_EFFECT = 1 << 25
"""Beside the marks: a RST that did not move the one that it was sent to."""

_UNUSUAL = tuple(
    (int(mark), word, line)
    for mark, word, line in (
        (NO_EFFECT, _NO_EFFECT, "━"),
        (NEVER_SENT, "acks what was never sent", "─"),
        (Mark.DUPLICATE, "twice", "┈"),
        (Mark.ZERO_WINDOW_PROBE, "window probe", "┈"),
        (Mark.ZERO_WINDOW_PROBE_ACK, "probe answered", "┈"),
        (Mark.KEEP_ALIVE_ACK, "keep-alive answered", "┈"),
        (Mark.KEEP_ALIVE, "keep-alive", "┈"),
        (Mark.SPURIOUS_RETRANSMISSION, "again, needlessly", "┄"),
        (Mark.FAST_RETRANSMISSION, "again, fast", "┄"),
        (Mark.RETRANSMISSION, "again", "┄"),
        (Mark.OUT_OF_ORDER, "out of order", "╌"),
        (Mark.DUP_ACK, "dup ack", "┈"),
        (Mark.LOST_BEFORE, "gap before", "─"),
        (Mark.ACKED_UNSEEN, "acks unseen", "─"),
        (Mark.ZERO_WINDOW, "zero window", "─"),
        (Mark.WINDOW_FULL, "fills window", "─"),
        (Mark.WINDOW_UPDATE, "window update", "─"),
    )
)
"""What a mark is called, and the line that it is drawn with; the first that holds counts."""

# Plain numbers: an operation on an IntFlag takes a microsecond, and a search looks at every segment.
_FIN, _SYN, _RST, _ACK = int(Flags.FIN), int(Flags.SYN), int(Flags.RST), int(Flags.ACK)
RST = _RST
CONTROL = int(Flags.SYN | Flags.FIN | Flags.RST)
KEEP_ALIVE, PROBE = int(Mark.KEEP_ALIVE), int(Mark.ZERO_WINDOW_PROBE)
_KEPT_ALIVE = KEEP_ALIVE | PROBE | int(Mark.KEEP_ALIVE_ACK | Mark.ZERO_WINDOW_PROBE_ACK)
_WARNED = int(Mark.ZERO_WINDOW | Mark.WINDOW_FULL | Mark.LOST_BEFORE | Mark.ACKED_UNSEEN)
_AGAIN = int(Mark.RETRANSMISSION | Mark.OUT_OF_ORDER | Mark.DUP_ACK | Mark.DUPLICATE)
_WINDOW = int(Mark.ZERO_WINDOW | Mark.WINDOW_UPDATE)


class Words(NamedTuple):
    """The parts of an arrow's label; an empty one is not there. brief: SEQ once more, in less room."""

    flags: str
    seq: str = ""
    ack: str = ""
    payload: str = ""
    unusual: str = ""
    window: str = ""
    options: tuple[str, ...] = ()
    brief: str = ""

    def full(self) -> str:
        """All of it."""
        return self._join(len(self.options), True, True, True, "seq ", True, True)

    def within(self, room: int) -> str:
        """The longest form of at most `room` columns; the flags, cropped, when nothing fits."""
        forms = [(count, True, True, True, "seq ", True, True) for count in range(len(self.options), -1, -1)]
        forms += [
            (0, False, True, True, "seq ", True, True),
            (0, False, False, True, "seq ", True, True),
            (0, False, False, False, "seq ", True, True),
            (0, False, False, False, "", True, True),
        ]
        if self.unusual == _NO_EFFECT:  # which nothing but words can tell
            forms.append((0, False, False, False, "", True, False))
        forms.append((0, False, False, False, "", False, True))
        for form in forms:
            text = self._join(*form)
            if len(text) <= room:
                return text
        text = f"{self.flags} {self.brief or self.ack}"
        return text if len(text) <= room else crop(self.flags, room)

    def _join(
        self, count: int, window: bool, payload: bool, ack: bool, prefix: str, unusual: bool, seq: bool
    ) -> str:
        head = [self.flags]
        if seq and self.seq:
            head.append(prefix + self.seq)
        if ack and self.ack:
            head.append(self.ack)
        text = " ".join(head)
        if payload and self.payload:
            text += f", {self.payload}"
        tail = [text]
        if unusual and self.unusual:
            tail.append(self.unusual)
        if window and self.window:
            tail.append(self.window)
        return " ".join((*tail, *self.options[:count]))


def words(segment: Segment, mark: int, own_base: int, peer_base: int) -> Words:
    """What there is to say about a segment. Bases: what its SEQ and its ACK count from; 0: as on the wire."""
    flags, length = int(segment.flags), segment.length
    seq = _relative(segment.seq, own_base)
    shown_seq = ""
    if length:
        shown_seq = f"{seq}:{seq + length}"
    elif flags & CONTROL or mark & (KEEP_ALIVE | PROBE):
        shown_seq = str(seq)
    return Words(
        f"[{flag_letters(flags)}]",
        shown_seq,
        f"ack {_relative(segment.ack, peer_base)}" if flags & _ACK else "",
        _bytes(length),
        _unusual(mark),
        f"win {segment.window}" if flags & _SYN or mark & _WINDOW else "",
        tuple(_interesting(segment.options, peer_base, segment.flags)) if segment.options else (),
        f"{seq}+{length}" if length else shown_seq,
    )


def arrow(parts: Words, room: int, rightward: bool, line: str, lost: bool) -> str:
    """What stands between the lifelines, in exactly `room` columns."""
    if room <= 0:
        return ""
    reach = room - max(1, room // 6) if lost and room >= 6 else room
    tip = "╳" if lost else "▶" if rightward else "◀"
    shaft = (line + parts.within(max(0, reach - 2)))[: reach - 1].ljust(reach - 1, line)
    gap = " " * (room - reach)
    return shaft + tip + gap if rightward else gap + tip + shaft


def role(flags: int, mark: int, length: int, lost: bool) -> Role:
    """The colour of an arrow: what is unusual first."""
    if flags & _RST:
        return Role.RST
    if mark & _WARNED:
        return Role.WARN
    if lost or mark & _AGAIN:
        return Role.AGAIN
    if mark & _KEPT_ALIVE:
        return Role.NOTE
    if flags & _SYN:
        return Role.SYN
    if flags & _FIN:
        return Role.FIN
    return Role.DATA if length else Role.ACK


def _relative(value: int, base: int) -> int:
    """A sequence number counted from `base` (0: as on the wire); a little below it is negative."""
    before = diff(value, base)
    return before if base and -NEAR <= before < 0 else add(value, -base)


def _bytes(length: int) -> str:
    return "" if not length else "1 byte" if length == 1 else f"{length} bytes"


@lru_cache(maxsize=512)
def _unusual(mark: int) -> str:
    """What the marks say, in words."""
    return next((word for bit, word, _ in _UNUSUAL if mark & bit), "")


@lru_cache(maxsize=512)
def line_of(flags: int, mark: int) -> str:
    """The character that an arrow is drawn with."""
    if flags & _RST:
        return "━"
    return next((line for bit, _, line in _UNUSUAL if mark & bit), "─")


def only_timestamps(raw: bytes) -> bool:
    """True for the option list that almost every segment has, and that the ladder leaves out."""
    return len(raw) == 12 and raw[:4] == b"\x01\x01\x08\x0a"


def _interesting(raw: bytes, ack_base: int, flags: int) -> list[str]:
    """The options that a reader of a ladder wants: no padding, no timestamps."""
    if only_timestamps(raw):
        return []
    texts = [text for kind, body in walk(raw) if (text := _option(kind, body, ack_base))]
    return texts if option_list(raw, flags=flags)[1] else [*texts, "bad option"]


def _option(kind: int, body: bytes, ack_base: int) -> str:
    if kind == 2 and len(body) == 2:
        return f"mss {int.from_bytes(body)}"
    if kind == 3 and len(body) == 1:
        return f"ws {body[0]}"
    if kind == 5:
        edges = [_relative(int.from_bytes(body[at : at + 4]), ack_base) for at in range(0, len(body) & ~7, 4)]
        return " ".join(f"sack {a}:{b}" for a, b in zip(edges[::2], edges[1::2], strict=True))
    if kind == 34:
        return "tfo cookie" if body else "tfo request"
    return {4: "sackOK", 19: "md5", 29: "tcp-ao", 30: "mptcp"}.get(kind, "")
