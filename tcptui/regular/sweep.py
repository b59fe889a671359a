"""One pass over a batch, for all its pairs at once: which of them still go by the book.

Of each pair that does, the *signature* is kept: what opens and closes a connection, in its order, up to the
numbers. Two pairs with one signature are in the same states, so it is enough that the engine looks at one of
them (`kinds`). Rows are of three sorts:

* *transfer*: ACKs and data between the handshake and the first FIN or RST. They move nobody. What is sent
  again or out of order there must be acknowledged before the FIN, or it does not go by the book.
* What is *under way* when a connection ends: ACKs behind a FIN that do not yet acknowledge all, and what
  passes behind a RST before that can have arrived, and the RSTs in reply. It moves nobody either; but while
  something of a FIN is unacknowledged, the states are not told by the signature (`kinds`).
* *events*: everything else. An event goes by the book if it has the next number of its sender, acknowledges
  all there is to acknowledge, brings something new and comes in time; so does a FIN again that nobody has
  acknowledged. It enters the signature.
* Whatever is neither makes the pair *irregular*, for ever: the engine is to tell.

Rows of a transfer that come in order, and advance, are *plain*: the engine may be spared them; and so are all
before a row of it at which neither end has anything unacknowledged, whatever was lost there.

Limits: a pair that is used again is irregular; so is one of which the beginning was not captured, one with
more than MOST_EVENTS events, and one that moves 2 GB within a batch.
"""

from __future__ import annotations

import numpy as np

from tcptui.regular import events
from tcptui.regular.columns import BY_SERVER, DENIED, KEPT_TIMES, ODD, RESET, ROUGH, PairColumns
from tcptui.regular.events import OPENING_NS
from tcptui.regular.groups import Bools
from tcptui.regular.known import ACK, CLOSING_NS, RST, SYN, Known
from tcptui.regular.rows import Rows
from tcptui.store.headers import Ints
from tcptui.tcp.calls import FIRST_RETRANSMISSION
from tcptui.tcp.endpoint import MARGIN

FIRST_ROWS = 4
"""Rows of a pair that are never plain."""


def sweep(columns: PairColumns, rows: Rows, closing_ns: int = CLOSING_NS) -> Bools:
    """Bring the columns up to date with the batch. Which of its rows are plain.

    closing_ns: how long a close may take, so that no timer fires meanwhile.
    """
    known = Known(columns, rows, closing_ns)
    transfer = known.opened & ~known.closed & ~known.reset & (known.kind == ACK)
    _measure_handshake(known)
    in_order, probes = _transfer(known, transfer)
    events.enter(known, np.flatnonzero(~(transfer | _under_way(known))))
    plain = _plain(known, transfer & ~probes, in_order)
    _give_up_strange(known)
    known.store()
    _count(known)
    return plain


def _measure_handshake(known: Known) -> None:
    """How long the SYN,ACK takes to come, where there is one SYN, and the ACK of that."""
    rows, groups, columns, kind = known.rows, known.groups, known.columns, known.kind
    answer = (known.place == 1) & known.server & (kind == SYN | ACK)
    third = (known.place == 2) & ~known.server & (kind == ACK) & (rows.length == 0) & known.peer_sent
    for end, which in ((1, answer), (0, third)):
        at = np.flatnonzero(which)
        group = groups.number[at]
        pairs = rows.pairs[group]
        last = rows.time_ns[np.maximum(at - 1, 0)]
        first = at == groups.begins[group]
        newest = (columns.events[pairs[first]].astype(np.int64) - 1) % KEPT_TIMES
        last[first] = columns.times[pairs[first], newest]
        trip = rows.time_ns[at] - last
        columns.trip_ns[pairs, end] = np.where(trip <= OPENING_NS, trip, 0)


# -- rows of a transfer ------------------------------------------------------------------------------------


def _transfer(known: Known, transfer: Bools) -> tuple[Bools, Bools]:
    """Judge these rows; which of them come in order, and which ask whether somebody is there."""
    rows, groups = known.rows, known.groups
    sound = known.has_sent & known.peer_sent & (known.unacked >= 0)
    in_order: Bools = transfer & sound & (known.ahead == 0) & known.has_acked & (known.news >= 0)
    rough = np.flatnonzero(transfer & ~in_order)
    odd = (rows.window == 0) & ~known.rst
    if rough.size:
        ahead = known.ahead[rough]  # one octet that nobody saw may have been a FIN
        unseen = (ahead > 0) & ((rows.length[rough] == 0) | (ahead == 1))
        known.give_up(rough[~sound[rough] | unseen])
        for end in (0, 1):
            mine = rough[known.server[rough] == bool(end)]
            group = groups.number[mine]
            known.columns.healed[rows.pairs[group], end] = known.sent[end].upto(mine)
            known.marks[group] |= np.uint16(ROUGH << end)
        odd[rough[(ahead == -1) & (rows.length[rough] <= 1)]] = True
    if odd.any():
        known.mark(groups.any(odd), ODD)
    _deny(known, np.flatnonzero(transfer & (known.unacked > 0)), in_order)
    return in_order, odd


def _deny(known: Known, at: Ints, in_order: Bools) -> None:
    """What these rows leave out is perhaps lost, until it is acknowledged."""
    at = at[~in_order[at] | known.leaves_out(at)]
    for end in (0, 1):
        mine = at[known.server[at] != bool(end)]
        group = known.groups.number[mine]
        known.columns.denied[known.rows.pairs[group], end] = known.sent[end].upto(mine)
        known.marks[group] |= np.uint16(DENIED << end)


def _plain(known: Known, transfer: Bools, in_order: Bools) -> Bools:
    """Rows of a transfer that the engine may be spared: in order and something new; or whatever came
    before both ends had acknowledged all.
    """
    rows, groups = known.rows, known.groups
    plain: Bools = in_order & ((rows.length > 0) | (known.news > 0))
    settled = in_order & (rows.length == 0) & (known.unacked == 0) & (known.heard == known.next)
    plain |= groups.place < groups.last(settled)[groups.number]
    plain &= transfer & (known.place >= FIRST_ROWS)
    return plain


# -- what is under way at the end --------------------------------------------------------------------------


def _under_way(known: Known) -> Bools:
    """Rows behind a FIN or a RST that were sent before it arrived."""
    rows = known.rows
    in_order = known.has_sent & known.peer_sent & (known.ahead == 0) & (known.unacked >= 0)
    behind_fin: Bools = known.closed & ~known.reset & (known.kind == ACK) & (rows.length == 0)
    behind_fin &= in_order & (known.unacked > 0) & known.has_acked & (known.news > 0)
    at = np.flatnonzero(behind_fin)
    known.give_up(at[~known.in_time(at) | (_is_slow(known, at) & known.leaves_out(at))])
    if not known.rst.any() and not known.reset.any():
        return behind_fin
    resetter, since, trip = _first_reset(known)
    behind_rst = known.reset & (known.kind == ACK) & (known.server != resetter) & in_order
    behind_rst &= (rows.time_ns - since <= trip) & known.has_acked & (known.news >= 0)
    behind_rst &= known.opened | known.closed
    partly = np.flatnonzero(behind_rst & (known.unacked > 0))
    # the engine takes what is no news for a challenge
    behind_rst[partly] = (known.news[partly] > 0) & ~known.leaves_out(partly)
    reply = known.reset & (known.kind == RST) & (known.server == resetter) & (rows.length == 0) & known.opened
    behind_fin |= behind_rst | reply
    return behind_fin


def _is_slow(known: Known, at: Ints) -> Bools:
    """What they acknowledge was sent so long ago that the engine takes it for no round trip."""
    acked_before = known.rows.ack[at] - known.news[at].view(np.uint32)
    slow: Bools = known.rows.time_ns[at] - known.since(at, acked_before) >= FIRST_RETRANSMISSION
    return slow


def _first_reset(known: Known) -> tuple[Bools, Ints, Ints]:
    """By row: who sent the RST, when, and how long it may take to reach the other and be answered."""
    groups, columns, pairs = known.groups, known.columns, known.rows.pairs
    carried = (known.marks & RESET) != 0
    first = groups.first(known.rst)
    at = np.minimum(first, groups.rows - 1)
    newest = columns.times[pairs, (columns.events[pairs].astype(np.int64) - 1) % KEPT_TIMES]
    by = np.where(carried, (known.marks & BY_SERVER) != 0, known.server[at])
    since = np.where(carried, newest, known.rows.time_ns[at])
    known.mark(by & (first < groups.rows) & ~carried, BY_SERVER)
    trip = columns.trip_ns[pairs, np.where(by, 0, 1)] + MARGIN
    number = groups.number
    return by[number], since[number], trip[number]


# -- at the end --------------------------------------------------------------------------------------------


def _give_up_strange(known: Known) -> None:
    """Pairs that begin in the middle, that are one socket, and where time goes back."""
    time_ns, groups = known.rows.time_ns, known.groups
    known.give_up(np.flatnonzero(known.unseen | known.rows.own))
    back = np.flatnonzero(time_ns[1:] < time_ns[:-1]) + 1
    known.give_up(back[groups.number[back] == groups.number[back - 1]])
    before = known.columns.end_ns[known.rows.pairs]
    known.give_up(groups.begins[known.earlier & (time_ns[groups.begins] < before)])


def _count(known: Known) -> None:
    """Packets, bytes and times."""
    columns, rows, groups = known.columns, known.rows, known.groups
    pairs, side = rows.pairs, groups.number * 2 + known.server
    packets = np.bincount(side, minlength=2 * groups.count).reshape(-1, 2)
    payload = np.bincount(side, rows.length, minlength=2 * groups.count).reshape(-1, 2)
    columns.packets[pairs] += packets.astype(np.uint32)
    columns.payload[pairs] += payload.astype(np.int64)
    latest = np.maximum.reduceat(rows.time_ns, groups.begins)
    columns.end_ns[pairs] = np.maximum(columns.end_ns[pairs], latest)
