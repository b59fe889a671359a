import ctypes
import os

import pytest

from tcptui.capture.bindings import library
from tcptui.errors import CaptureError
from tests.support.feeds import python
from tests.support.needs import needs_libpcap


def test_without_libpcap_the_way_out_is_named():
    found = python(
        "import ctypes.util\n"
        "ctypes.util.find_library = lambda name: None\n"
        "from tcptui.capture.libpcap import available, interfaces\n"
        "from tcptui.errors import CaptureError\n"
        "assert not available()\n"
        "try: interfaces()\n"
        "except CaptureError as error: print(error)\n"
    )
    assert found.stdout.startswith("libpcap is not installed; install it: apt install"), found.stderr
    assert "tcptui -r -" in found.stdout


@needs_libpcap
def test_only_the_bindings_of_scapy_are_imported():
    found = python(
        "import sys\n"
        "from tcptui.capture.bindings import library\n"
        "library()\n"
        "print(sorted(m for m in sys.modules if m.startswith('scapy')))\n"
    )
    wanted = ["scapy", "scapy.consts", "scapy.libs", "scapy.libs.structures", "scapy.libs.winpcapy"]
    assert found.stdout.strip() == str(wanted), found.stderr


@needs_libpcap
def test_it_is_loaded_once():
    assert library() is library()


@needs_libpcap
def test_a_stream_on_no_descriptor_is_an_error():
    with pytest.raises((CaptureError, OSError)):
        library().stream(-1, b"rb")


@needs_libpcap
def test_a_stream_knows_that_it_failed(tmp_path):
    path = tmp_path / "file"
    path.touch()
    stream = library().stream(os.open(path, os.O_RDONLY), b"rb")
    assert ctypes.CDLL(None).fputc(65, ctypes.c_void_p(stream)) == -1
    assert library().ferror(stream)
    library().fclose(stream)
