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

from tcptui.tcp.facts import FlowFacts, facts
from tcptui.tcp.finding import Case, Diagnosis, Severity, case
from tcptui.tcp.history import History, Moment
from tcptui.tcp.owes import owes
from tcptui.tcp.timers import LINUX, Timers
from tcptui.tcp.verdict import verdict

__all__ = ["RULES", "Diagnosis", "FlowFacts", "Severity", "diagnose", "facts", "owes", "verdict"]

Rule = Callable[[Case], Diagnosis | None]

RULES: tuple[Rule, ...] = ()


def diagnose(
    history: History,
    facts: FlowFacts,
    now: Moment,
    timers: Timers = LINUX,
    *,
    previous: History | None = None,
) -> tuple[Diagnosis, ...]:
    """What there is to say about this flow as of `now`, most severe first, then by first packet.

    facts: those of the segments up to `now`. previous: the life before on the same ports, for what is
    known of port reuse. Never raises on histories and facts of the same segments.
    """
    flow = case(history, facts, now, timers, previous)
    found = [diagnosis for rule in RULES if (diagnosis := rule(flow)) is not None]
    found.sort(key=lambda diagnosis: (diagnosis.severity.rank, diagnosis.packets, diagnosis.id))
    return tuple(found)
