"""What can happen to an endpoint: the columns of the rule table.

A segment is not an event: the classifier turns it into events for its sender (what it proves) and
for its receiver (what it does when it arrives). FIN,ACK of our FIN is two.
"""

from __future__ import annotations

from enum import Enum


class Event(Enum):
    """The value is the text of the JSON field `event` and of the diagram's explanation."""

    PASSIVE_OPEN = "passive open: listening"
    ACTIVE_OPEN = "active open: SYN sent"
    RECV_SYN = "SYN received, SYN,ACK sent"
    RECV_SYN_IN_SYN_SENT = "SYN received: simultaneous open"
    RECV_SYN_ACK = "SYN,ACK received"
    RECV_ACK_OF_SYN = "ACK of SYN received"
    CLOSE = "close: FIN sent"
    RECV_FIN = "FIN received"
    RECV_ACK_OF_FIN = "ACK of FIN received"
    RECV_RST = "RST received"
    RECV_RST_PASSIVE = "RST received: back to listening"
    RECV_ICMP = "ICMP error received"
    RECV_ICMP_PASSIVE = "ICMP error received: back to listening"
    SEND_RST = "abort: RST sent"
    REPLIED_RST = "had no socket: answered with RST"
    TIMEOUT_2MSL = "2MSL passed"
    TIMEOUT_USER = "gave up: no answer"
    REQUEST_EXPIRED = "no ACK of SYN: request dropped"
    FORGOTTEN = "forgotten: a new connection began"
    PICKED_UP = "picked up mid-stream"

    __hash__ = object.__hash__  # the rule table is asked often; Enum's own is a call in Python

    def __str__(self) -> str:
        return self.value


BY_ICMP = (Event.RECV_ICMP, Event.RECV_ICMP_PASSIVE)
"""Events that no segment of the connection brings, but a frame."""
