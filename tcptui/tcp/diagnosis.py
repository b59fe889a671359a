"""Diagnoses of one flow: the registry of rules, and the door to facts, verdict and debts.

    found = facts(segments)                      # of one life, up to `now`
    verdict(history, found, now)                 # "server has not closed"
    owes(history, found, now)                    # "server: its FIN (…), since #7, 43.1 s"
    diagnose(history, found, now, LINUX)         # Diagnosis(id, severity, packets, text), …

Each rule is a function of a `Case`; its docstring begins with its number in the list of diagnoses (D1 …)
and states the rule. A rule that holds for either end looks at both and tells the more telling one.
"""

from __future__ import annotations

from collections.abc import Callable

from tcptui.tcp.diagnoses import closing, halfway, opening, resets, transfer
from tcptui.tcp.facts import FlowFacts, facts
from tcptui.tcp.finding import Around, Before, Case, Diagnosis, Severity, case
from tcptui.tcp.history import History, Moment
from tcptui.tcp.owes import owes
from tcptui.tcp.timers import LINUX, Timers
from tcptui.tcp.verdict import verdict

__all__ = [
    "RULES",
    "Around",
    "Before",
    "Diagnosis",
    "FlowFacts",
    "Severity",
    "diagnose",
    "facts",
    "owes",
    "verdict",
]

Rule = Callable[[Case], Diagnosis | None]

RULES: tuple[Rule, ...] = (
    opening.syn_unanswered,
    opening.connection_refused,
    opening.unreachable,
    halfway.accept_queue_full,
    halfway.queue_refuses,
    halfway.half_open,
    halfway.stateless,
    halfway.deferred_accept,
    opening.simultaneous_open,
    opening.port_reused,
    opening.half_open_found,
    opening.fast_open,
    opening.syn_changed,
    opening.mss_zero,
    opening.no_window_scaling,
    closing.close_wait_stuck,
    closing.half_close,
    closing.fin_wait_2,
    closing.fin_wait_2_expired,
    closing.peer_vanished,
    closing.last_ack_lost,
    closing.simultaneous_close,
    closing.fin_held_by_gap,
    closing.closed_with_backlog,
    resets.abort,
    resets.dead_socket,
    resets.rst_ignored,
    resets.time_wait_assassinated,
    resets.keep_alive_unanswered,
    resets.rst_injected,
    transfer.zero_window_stall,
    transfer.zero_window_probes,
    transfer.keep_alive,
    transfer.back_off,
    transfer.sent_again,
    transfer.sent_needlessly,
    transfer.doubled,
    transfer.capture_incomplete,
    transfer.one_sided,
    transfer.captured_twice,
    transfer.clock_set_back,
)


def diagnose(
    history: History,
    facts: FlowFacts,
    now: Moment,
    timers: Timers = LINUX,
    *,
    previous: Before | None = None,
    around: Around | None = None,
) -> tuple[Diagnosis, ...]:
    """What there is to say about this flow as of `now`, most severe first, then by first packet.

    facts: those of the segments up to `now`. previous: the life before on the same ports, for what is
    known of port reuse. around: what other connections tell of both hosts. Never raises on histories
    and facts of the same segments.
    """
    flow = case(history, facts, now, timers, previous, around)
    found = [diagnosis for rule in RULES if (diagnosis := rule(flow)) is not None]
    found.sort(key=lambda diagnosis: (diagnosis.severity.rank, diagnosis.packets, diagnosis.id))
    return tuple(found)
