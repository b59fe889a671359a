"""A connection in a few letters, as Zeek writes them: history, and the conn_state that sums it up.

After Zeek's update_history (TCPSessionAdapter.cc) and scripts/base/protocols/conn/main.zeek. Upper case for
the originator: S a SYN, H a SYN,ACK, A an ACK alone, D payload, F a FIN, R a RST, I a FIN with a RST, Q a SYN
with either; G a gap, T payload sent again, W a zero window; ^ means that the roles were turned round.

Limits: no C (bad checksum) and no X (Zeek gave up analysing).
"""

from __future__ import annotations

import re

from tcptui.tcp.segment import Flags
from tcptui.zeek.endpoint import Endpoint, EndState

_FIN, _SYN, _RST, _ACK = int(Flags.FIN), int(Flags.SYN), int(Flags.RST), int(Flags.ACK)
_CONTROL = _SYN | _FIN | _RST
_SYN_BIT, _FIN_BIT, _RST_BIT, _BOTH_BIT, _DATA_BIT, _ACK_BIT, _MULTI_BIT = (1 << n for n in range(7))
_RESP = 7  # the responder's bits are this much higher
_ALL = (1 << 2 * _RESP) - 1
_RSTOS0 = re.compile(r"\^?S[^HAFGIQ]*R.*")
_POWERS = frozenset(10**n for n in range(19))
_QUIET = (EndState.INACTIVE, EndState.PARTIAL)


class Letters:
    """The history so far, as `text`."""

    __slots__ = ("_seen", "text")

    def __init__(self, *, flipped: bool) -> None:
        self.text = "^" if flipped else ""
        self._seen = 0

    def note(self, end: Endpoint, flags: int, at: int, length: int) -> None:
        """A packet of one side. at: its relative sequence number."""
        control = flags & _CONTROL
        if not control:
            if length:
                self._once(end, _DATA_BIT, "D")
            elif flags & _ACK:
                self._once(end, _ACK_BIT, "A")
        elif control == _SYN:
            self._once(end, _SYN_BIT, "H" if flags & _ACK else "S", again=at != end.last_syn)
            end.last_syn = at
        elif control == _FIN:
            self._once(end, _FIN_BIT, "F", again=at + length != end.last_fin)
            end.last_fin = at + length
        elif control == _RST:
            self._once(end, _RST_BIT, "R", again=at != end.last_rst)
            end.last_rst = at
        elif flags & _FIN and flags & _RST:
            self._once(end, _BOTH_BIT, "I")
        else:
            self._once(end, _MULTI_BIT, "Q")

    def count(self, end: Endpoint, letter: str, times: int) -> None:
        """An event that is noted the 1st, 10th, 100th … time."""
        if times in _POWERS:
            self._add(end, letter)

    def flip(self) -> None:
        """The roles are turned round."""
        self._seen = self._seen >> _RESP | (self._seen << _RESP & _ALL)
        self.text += "^"

    def _once(self, end: Endpoint, bit: int, letter: str, *, again: bool = False) -> None:
        """The first time; `again`: this time, too."""
        bit <<= 0 if end.is_orig else _RESP
        if again or not self._seen & bit:
            self._seen |= bit
            self._add(end, letter)

    def _add(self, end: Endpoint, letter: str) -> None:
        self.text += letter if end.is_orig else letter.lower()


def conn_state(orig: EndState, resp: EndState, sizes: tuple[int, int], history: str) -> str:
    """S0, S1, S2, S3, SF, REJ, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR or OTH.

    sizes: payload bytes of originator and responder.
    """
    if resp is EndState.RESET:
        calling = orig in (EndState.SYN_SENT, EndState.SYN_ACK_SENT)
        if calling or (orig is EndState.RESET and sizes == (0, 0)):
            return "REJ"
        return "RSTRH" if orig in _QUIET else "RSTR"
    if orig is EndState.RESET:
        if resp not in _QUIET:
            return "RSTO"
        return "RSTOS0" if _RSTOS0.fullmatch(history) else "OTH"
    if orig is EndState.CLOSED:
        return "SF" if resp is EndState.CLOSED else "SH" if resp in _QUIET else "S2"
    if resp is EndState.CLOSED:
        return "SHR" if orig in _QUIET else "S3"
    if orig is EndState.SYN_SENT and resp is EndState.INACTIVE:
        return "S0"
    return "S1" if orig is resp is EndState.ESTABLISHED else "OTH"
