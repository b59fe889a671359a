"""The entry: options that mean something without being given, and no toolkit before it is needed."""

import subprocess
import sys

from tcptui.tui.run import ScreenOptions


def test_the_options_have_the_command_line_s_defaults() -> None:
    options = ScreenOptions()
    assert options.time_format == "r"
    assert options.mouse
    assert not options.absolute


def test_asking_for_the_options_does_not_import_the_toolkit() -> None:
    code = "import sys, tcptui.tui.run; print('textual' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
