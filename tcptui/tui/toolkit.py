"""The toolkit without those of its parts that hardly anybody needs.

`textual.app` imports its palette of commands, and with that ten of its widgets; asyncio imports TLS: a
twelfth of the time until the first picture, for what one key of a hundred opens, or none. Our palette is a
class of the real one (`tui/palette.py`), which is imported then.

Limits: where the toolkit is made otherwise than it is known to be here, all of it is imported.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType

_PALETTE, _TLS = "textual.command", "ssl"
_NAMES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider")
"""What modules of the toolkit take from its palette, for methods of theirs that are not called here."""


def import_lean() -> None:
    """Import the toolkit with stand-ins for those parts; without effect when it is imported already."""
    if "textual" in sys.modules:
        return
    stand_in = ModuleType(_PALETTE)
    vars(stand_in).update({name: type(name, (), {"__module__": _PALETTE}) for name in _NAMES})
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    absent = [_TLS] if _TLS not in modules else []  # asyncio is prepared for that
    modules |= {_PALETTE: stand_in} | dict.fromkeys(absent)
    try:
        with suppress(ImportError, AttributeError, TypeError):  # whoever imports it next gets it whole
            import_module("textual.app")
    finally:
        for name in (_PALETTE, *absent):
            del modules[name]
