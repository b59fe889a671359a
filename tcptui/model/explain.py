"""What happened at the cursor, in words: one line, or all that is known about it.

The line: `#3 client → ESTABLISHED: received SYN,ACK (#2) and acknowledged it. RFC 9293 §3.10.7.3`, and at
its end who owes the next segment. What packets cannot tell of it stands behind a mark, `?` or `*`. In a
narrow window it loses, in this order: the section, what is owed, the reasons of all transitions but the
first, the first one's reason, its end; of what cannot be told the explanation, not the brief part.

At length: for each transition what happened, what the RFC says of it, how sure it is and by which
packet, and what the program that owns the socket sees of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.explain_words import call, certainty, deed, error_means
from tcptui.model.prose import field, paragraph
from tcptui.model.scene import Scene
from tcptui.model.text import fit, merge, row_width
from tcptui.tcp.doubt import brief
from tcptui.tcp.history import (
    Correction,
    History,
    Moment,
    Standing,
    Transition,
    mark_of,
)
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.table import RULES
from tcptui.tcp.timers import LINUX, Timers
from tcptui.tcp.words import duration

_PROOF = re.compile(r" and acknowledged it|, as #\d+ shows")
_SECOND_HALF = re.compile(r" and |, as #|: ")


# -- the line ------------------------------------------------------------------------------------


def explain(
    history: History,
    segment: Segment | None,
    moment: Moment,
    *,
    live: bool = False,
    owes: str = "",
    width: int = 78,
    silence_ns: int = 0,
    error: IcmpError | None = None,
    copy: bool = False,
    timers: Timers = LINUX,
) -> Row:
    """The explanation in one row of at most `width` columns; see Scene for the arguments."""
    scene = Scene(history, segment, moment, live, owes, silence_ns, error, copy, timers)
    debt = _debt(scene)
    row: list[Cell] = []
    forms = _forms(scene)
    for row, with_debt in _with_notes(scene, forms):
        spare = width - row_width(row) - (row_width(debt) + 2 if with_debt else 0)
        if spare >= 0:
            gap = Cell(" " * (spare + 2), Role.DIM)
            return merge((*row, gap, *debt) if with_debt else row)
    return fit(row, width)


def _forms(scene: Scene) -> Iterator[tuple[list[Cell], bool]]:
    """The line in all its lengths, longest first, and whether what is owed goes with it."""
    taken = scene.taken()
    owed = bool(scene.owes)
    if not taken:
        row, states = _nothing(scene)
        yield [*row, *states], owed
        yield [*row, *states], False
        yield row, owed
        yield row, False
        return
    head = _head(scene, taken[0])
    back = [Cell(f" {_taken_back(scene, c)}", Role.CORRECTION) for c in scene.corrections()]
    full = [*head, *_clauses(scene, taken, [_why(scene, t) for t in taken]), *back]
    reasons = [_short(_why(scene, t)) for t in taken]
    short = [*head, *_clauses(scene, taken, reasons)]
    yield [*full, Cell(f" {_section(taken[0])}", Role.DIM)], owed
    yield full, owed
    yield [*short, *back], owed
    yield [*short, *back], False
    yield short, False
    yield [*head, *_clauses(scene, taken, reasons[:1])], False
    yield [*head, *_clauses(scene, taken, [])], False


def _with_notes(scene: Scene, forms: Iterator[tuple[list[Cell], bool]]) -> Iterator[tuple[list[Cell], bool]]:
    """Where packets leave something open, that comes before what is owed and before the RFC's section."""
    plain = list(forms)
    notes = scene.notes()
    if notes:
        whole, short = (_noted(scene, notes, cut) for cut in (lambda note: note, brief))
        bare = [row for row, _ in plain]
        section = bare[0][-1:] if scene.taken() else []
        yield [*_joined(scene, bare[1 if section else 0], whole), *section], bool(scene.owes)
        yield from ((_joined(scene, row, whole), False) for row in bare[:2])
        yield from ((_joined(scene, row, short), False) for row in bare)
        yield from ((_joined(scene, row, short[:1]), False) for row in bare)
    yield from plain


def _noted(
    scene: Scene, notes: list[tuple[str, int, str]], cut: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Marks and the sentences that belong to them, or of each what `cut` leaves."""
    several = len(scene.taken()) > 1
    notes = sorted(notes, key=lambda note: note[0] != "*")  # what no later packet will tell comes first
    return [(mark, f"{f'{scene.name(end)}: ' if several else ''}{cut(note)}.") for mark, end, note in notes]


def _joined(scene: Scene, row: list[Cell], noted: list[tuple[str, str]]) -> list[Cell]:
    """A row and its notes behind their marks. One that ends in a state and its mark goes on with the first:
    "client → CLOSED?: no packet shows this.", not "client → CLOSED?. ? no packet shows this."."""
    cells = [Cell(f" {mark} {sentence}", Role.NOTE) for mark, sentence in noted]
    if not "".join(cell.text for cell in row).endswith(("?.", "*.")):
        return [*row, *cells]
    text, role = row[-1]
    mark, sentence = noted[0]
    reason = f": {sentence}" if len(scene.taken()) == 1 else f"; {mark} {sentence}"
    return [*row[:-1], Cell(text[:-1], role), Cell(reason, Role.NOTE), *cells[1:]]


def _head(scene: Scene, step: Transition) -> list[Cell]:
    if step.packet is None:
        return [Cell("timer moves ", Role.NOTE)]
    return [Cell(f"#{step.packet if step.apart else scene.moment.packet} ", Role.HEAD)]


def _clauses(scene: Scene, taken: tuple[Transition, ...], reasons: list[str]) -> list[Cell]:
    """ "client → FIN_WAIT_1: sent FIN; server → CLOSE_WAIT.", with as many reasons as there are."""
    cells: list[Cell] = []
    for number, step in enumerate(taken):
        doubt = mark_of(scene.evidence(step), step.note)
        cells.append(Cell(f"{scene.name(step.endpoint)} → {step.new}{doubt}", scene.role(step.endpoint)))
        if number < len(reasons):
            cells.append(Cell(f": {reasons[number]}"))
        cells.append(Cell("; " if number + 1 < len(taken) else "."))
    return cells


def _why(scene: Scene, step: Transition) -> str:
    """The reason as far as it is known; the packet that the sentence begins with is not named again."""
    here = step.packet if step.apart else scene.moment.packet
    text = (step.why or str(step.event)).replace(f" (#{here})", "")
    if scene.evidence(step) is step.evidence:
        return text
    proof = scene.proof(step)
    return _PROOF.sub(f", as #{proof} will show" if proof else "", text)


def _short(why: str) -> str:
    """The first half of a reason."""
    return _SECOND_HALF.split(why)[0]


def _section(step: Transition) -> str:
    rule = RULES.get((step.old, step.event))
    return f"RFC 9293 §{rule.rfc}" if rule is not None else ""


def _taken_back(scene: Scene, correction: Correction) -> str:
    states = ", ".join(str(state) for state in correction.withdrawn)
    return f"The {scene.name(correction.endpoint)} was not in {states}: {correction.reason}."


def _nothing(scene: Scene) -> tuple[list[Cell], list[Cell]]:
    """The line where no state changes, and the states that go with it."""
    now = scene.history.at(scene.moment, live=scene.live)
    client, server = _named(now[scene.history.client]), _named(now[1 - scene.history.client])
    both = f"both {client}" if client == server else f"client {client}, server {server}"
    states = [Cell(f": {both}.")]
    segment = scene.segment
    if scene.error is not None:
        return _heard(scene, scene.error, now[1 - scene.error.sender].state)
    if scene.silence_ns:
        return [Cell(f"{duration(scene.silence_ns)} of silence", Role.NOTE)], states
    if segment is None:
        return [Cell("nothing yet", Role.NOTE)], states
    if scene.moment.packet > segment.packet:
        run = Cell(f"#{segment.packet} to #{scene.moment.packet} ", Role.HEAD)
        return [run, Cell("change no state")], states
    head = Cell(f"#{segment.packet} ", Role.HEAD)
    if scene.copy:
        return [head, Cell("was captured twice, not sent again")], states
    did = [head, Cell(scene.name(segment.sender), scene.role(segment.sender)), Cell(f" {deed(segment)}; ")]
    for correction in scene.corrections():
        end = correction.endpoint
        still = Cell(f"{scene.name(end)} still {now[end].state}", scene.role(end))
        return [head, still, Cell(f": {correction.reason}", Role.CORRECTION)], [Cell(".", Role.CORRECTION)]
    for step in scene.refuted():
        text = f"#{step.withdrawn} shows that the {scene.name(step.endpoint)} did not go to {step.new}."
        return [*did, Cell(text, Role.CORRECTION)], []
    return [*did, Cell("no state change")], states


def _heard(scene: Scene, error: IcmpError, state: State) -> tuple[list[Cell], list[Cell]]:
    """An ICMP error that moves nobody, and why it does not."""
    who = 1 - error.sender
    said = [
        Cell(f"#{error.packet} ", Role.HEAD),
        Cell(scene.name(who), scene.role(who)),
        Cell(f" is told by {error.origin}: {error.says}"),
    ]
    for step in scene.history.log:
        if step.withdrawn is not None and step.packet == error.packet and not scene.live:
            text = f"; #{step.withdrawn} shows that it did not go to {step.new}."
            return said, [Cell(text, Role.CORRECTION)]
    return said, [Cell(f"; no state change: {error_means(error, state)}.")]


def _named(standing: Standing) -> str:
    return f"{standing.state}{standing.mark}"


def _debt(scene: Scene) -> list[Cell]:
    role = Role.DIM if scene.owes == "nobody" else Role.NOTE
    return [Cell("owes: ", Role.DIM), Cell(scene.owes, role)] if scene.owes else []


# -- at length -----------------------------------------------------------------------------------


def explain_at_length(
    history: History,
    segment: Segment | None,
    moment: Moment,
    *,
    live: bool = False,
    owes: str = "",
    width: int = 78,
    silence_ns: int = 0,
    error: IcmpError | None = None,
    copy: bool = False,
    timers: Timers = LINUX,
) -> list[Row]:
    """All that is known, in rows of at most `width` columns."""
    scene = Scene(history, segment, moment, live, owes, silence_ns, error, copy, timers)
    taken = scene.taken()
    rows: list[Row] = []
    for step in taken:
        rows += _about(scene, step, width)
    if taken:
        for correction in scene.corrections():
            rows += field("corrected", _taken_back(scene, correction), width, Role.CORRECTION)
    else:
        line, states = _nothing(scene)
        rows += paragraph([*line, *states], width)
    for step in scene.refuted():
        rows += field("later", _refutation(scene, step), width, Role.CORRECTION)
    if not taken:
        for mark, _, note in scene.notes():
            rows += field(f"note {mark}", f"{note}.", width, Role.NOTE)
    for mark, end, note in scene.lingering():
        state = history.at(moment, live=live)[end].state
        rows += field(f"note {mark}", f"{scene.name(end)} {state}: {note}.", width, Role.NOTE)
    if owes:
        rows += field("owes", owes, width)
    return rows


def _about(scene: Scene, step: Transition, width: int) -> Iterator[Row]:
    """A transition: what happened, the rule, how sure, what the program sees."""
    rule = RULES.get((step.old, step.event))
    who, role = scene.name(step.endpoint), scene.role(step.endpoint)
    title = [
        *_head(scene, step),
        Cell(who, role),
        Cell(f" {step.old} → "),
        Cell(f"{step.new}{mark_of(scene.evidence(step), step.note)}", role),
        Cell(f": {_why(scene, step)}."),
    ]
    yield from paragraph(title, width)
    if rule is not None:
        yield from field("rule", f"{rule.sentence} {_section(step)}", width)
    evidence = scene.evidence(step)
    sure = Role.OK if evidence.certain else Role.ASSUMED
    yield from field(
        str(evidence), certainty(step, evidence, who, scene.timers, scene.proof(step)), width, sure
    )
    said = call(step, passive=scene.history.start[step.endpoint] is State.LISTEN)
    if said:
        yield from field("program", said, width)
    if step.note:
        mark = mark_of(scene.evidence(step), step.note)
        yield from field(f"note {mark}", f"{step.note}.", width, Role.NOTE)


def _refutation(scene: Scene, step: Transition) -> str:
    why = next((c.reason for c in scene.history.corrections if c.packet == step.withdrawn), "")
    text = f"#{step.withdrawn} shows that the {scene.name(step.endpoint)} did not go to {step.new}"
    return f"{text}: {why}." if why else f"{text}."
