"""The toolkit without what hardly anybody needs: it comes when it is needed, and nobody misses it."""

from __future__ import annotations

import subprocess
import sys


def told(program: str) -> str:
    """What a Python program prints; it must not fail."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_what_is_left_out_can_be_imported_afterwards() -> None:
    assert told(
        "from tcptui.tui import toolkit; import sys; toolkit.import_lean(); import tcptui.tui.app\n"
        "print(sorted({'textual.app', 'textual.command', 'ssl'} & set(sys.modules)))\n"
        "import ssl, textual.command\n"
        "print(ssl.SSLContext.__name__, textual.command.CommandPalette.__name__)"
    ).splitlines() == ["['textual.app']", "SSLContext CommandPalette"]


def test_a_toolkit_that_is_made_otherwise_is_imported_whole() -> None:
    assert told(
        "from tcptui.tui import toolkit; toolkit._NAMES = ()\n"
        "toolkit.import_lean(); import tcptui.tui.app, textual.app, textual.command\n"
        "print(textual.app.CommandPalette is textual.command.CommandPalette)"
    ).split() == ["True"]


def test_where_it_is_imported_already_it_is_left_as_it_is() -> None:
    assert told(
        "import textual.app, sys; from tcptui.tui import toolkit; toolkit.import_lean()\n"
        "print('ssl' in sys.modules, textual.app.CommandPalette.__module__)"
    ).split() == ["True", "textual.command"]
