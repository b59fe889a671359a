"""The one table of keys. Bindings, footer, help, command palette and the README are made from it."""

from __future__ import annotations

from textual.binding import Binding

from tcptui.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does; the screen's method is `action_<id>`.

    keys: the toolkit's names of keys. shown: the keys as people write them. label: two words for the
    footer. text: one sentence part for help and README. group: a heading of the help. contexts: panes
    (and "live", "prompt", "findings") in whose footer it stands, in the table's order. priority: works even
    while text is being typed.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    text: str
    group: str
    contexts: tuple[str, ...] = ()
    priority: bool = False


MOVE, TIME, PANES, VIEW, FIND, OUT, PROGRAM = (
    "Move",
    "Time",
    "Panes",
    "View",
    "Find",
    "Take away",
    "Program",
)
GROUPS = (MOVE, TIME, PANES, VIEW, FIND, OUT, PROGRAM)

ACTIONS: tuple[Action, ...] = (
    Action("previous_change", ("left", "h", "left_square_bracket"), "← h [", "", "state change before", MOVE),
    Action(
        "next_change",
        ("right", "l", "right_square_bracket"),
        "→ l ]",
        "",
        "state change after (corrections and timers too)",
        MOVE,
    ),
    Action("up", ("up", "k"), "↑ k", "", "packet, row or line before", MOVE),
    Action("down", ("down", "j"), "↓ j", "", "packet, row or line after", MOVE),
    Action("page_up", ("pageup", "ctrl+b"), "PgUp", "", "a page back", MOVE),
    Action("page_down", ("pagedown", "ctrl+f"), "PgDn", "", "a page on", MOVE),
    Action("half_up", ("ctrl+u",), "^U", "", "half a page back", MOVE),
    Action("half_down", ("ctrl+d",), "^D", "", "half a page on", MOVE),
    Action("first", ("g", "home"), "g Home", "", "first packet; among the flows the first", MOVE),
    Action(
        "last",
        ("G", "end"),
        "G End",
        "",
        "last packet (followed when live); among the flows the last",
        MOVE,
    ),
    Action("play", ("space",), "space", "play", "play, stop", TIME, ("ladder", "diagram")),
    Action("faster", ("plus", "equals_sign"), "+", "", "faster: up to 64× and max", TIME),
    Action("slower", ("minus",), "-", "", "slower: down to 0.25×", TIME),
    Action(
        "follow",
        ("F",),
        "F",
        "follow",
        "follow this flow's newest packet (off when you move, on at G)",
        TIME,
        ("live",),
    ),
    Action("freeze", ("p",), "p", "freeze", "freeze the view, never the capture", TIME, ("live",)),
    Action("mark", ("m",), "m", "", "mark this row; the time since it is shown", TIME),
    Action("to_mark", ("apostrophe",), "'", "", "back to the mark", TIME),
    Action("open", ("enter",), "Enter", "open", "open, unfold", PANES, ("flows", "ladder")),
    Action(
        "next_pane",
        ("tab",),
        "Tab",
        "pane",
        "next pane",
        PANES,
        ("flows", "ladder", "diagram", "detail"),
    ),
    Action("previous_pane", ("shift+tab",), "⇧Tab", "", "pane before", PANES),
    Action("pane_flows", ("1",), "1", "", "flows", PANES),
    Action("pane_diagram", ("2",), "2", "", "states", PANES),
    Action("pane_ladder", ("3",), "3", "", "ladder", PANES),
    Action("zoom", ("z",), "z", "", "the whole window for this pane, and back", PANES),
    Action(
        "detail",
        ("d",),
        "d",
        "detail",
        "detail of the packet: layers, tcpdump's line, hex",
        PANES,
        ("ladder", "diagram"),
    ),
    Action(
        "stream", ("f",), "f", "stream", "follow stream: what was said, both directions", PANES, ("ladder",)
    ),
    Action(
        "explain",
        ("x",),
        "x",
        "explain",
        "explain: a demo's story, then all that is known and notable",
        PANES,
        ("diagram",),
    ),
    Action(
        "findings",
        ("exclamation_mark",),
        "!",
        "findings",
        "findings: what is notable about hosts and about this flow",
        PANES,
        ("findings",),
    ),
    Action("live_view", ("c",), "c", "", "hindsight, or as it was seen live", VIEW),
    Action("time_format", ("t",), "t", "", "time: relative, absolute, delta, epoch", VIEW),
    Action("absolute", ("S",), "S", "", "sequence numbers: relative, absolute", VIEW),
    Action("theme", ("T",), "T", "", "colours: dark, light, 16, none", VIEW),
    Action("sort", ("s",), "s", "sort", "sort the flows by the next column", VIEW, ("flows",)),
    Action(
        "search",
        ("slash",),
        "/",
        "find",
        "filter the flows; search the ladder",
        FIND,
        ("flows", "ladder"),
    ),
    Action("next_hit", ("n",), "n", "", "next hit", FIND),
    Action("previous_hit", ("N",), "N", "", "hit before", FIND),
    Action("save", ("w",), "w", "", "save this flow's packets as pcap", OUT),
    Action("export", ("e",), "e", "", "export: ladder as text, flow as JSON, screen as SVG", OUT),
    Action("copy", ("y",), "y", "", "copy the packet as tcpdump prints it (OSC 52)", OUT),
    Action(
        "help",
        ("question_mark",),
        "?",
        "help",
        "this help",
        PROGRAM,
        ("flows", "ladder", "diagram", "detail"),
    ),
    Action("palette", ("colon", "ctrl+p"), ": ^P", "", "command palette", PROGRAM),
    Action(
        "back",
        ("q",),
        "q",
        "back",
        "back one level; quits at the outermost",
        PROGRAM,
        ("flows", "ladder", "diagram", "detail"),
    ),
    Action("escape", ("escape",), "Esc", "", "back one level; never quits", PROGRAM),
    Action("quit", ("Q", "ctrl+c"), "Q ^C", "", "quit", PROGRAM, priority=True),
    Action("suspend", ("ctrl+z",), "^Z", "", "suspend; fg comes back", PROGRAM, priority=True),
)


def bindings(actions: tuple[Action, ...] = ACTIONS) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """The table as the toolkit's bindings. Q is not priority: it is a letter while one types."""
    return [
        Binding(key, action.id, action.text, show=False, priority=action.priority and key != "Q")
        for action in actions
        for key in action.keys
    ]


def by_group(actions: tuple[Action, ...] = ACTIONS) -> list[tuple[str, list[Action]]]:
    """The actions under their headings, in the table's order."""
    return [(group, [a for a in actions if a.group == group]) for group in GROUPS]


def markdown_keys() -> str:
    """The README's table of keys."""
    lines = ["| | keys | does |", "|---|---|---|"]
    for group, actions in by_group():
        for n, action in enumerate(actions):
            keys = " ".join(f"`{key}`" for key in action.shown.split())
            lines.append(f"| {group if n == 0 else ''} | {keys} | {action.text} |")
    return "\n".join(lines)
