import os
import sys

import pytest

from tcptui.capture import ssh
from tests.support.feeds import python


@pytest.mark.parametrize(
    ("connection", "words"),
    [
        (
            "192.0.2.7 50022 198.51.100.1 22",
            "not (tcp and host 192.0.2.7 and host 198.51.100.1 and port 50022 and port 22)",
        ),
        (
            "2001:DB8::7 50022 fe80::1%eth0 22",
            "not (tcp and host 2001:db8::7 and host fe80::1 and port 50022 and port 22)",
        ),
        (
            "::ffff:192.0.2.7 50022 ::ffff:198.51.100.1 2222",
            "not (tcp and host 192.0.2.7 and host 198.51.100.1 and port 50022 and port 2222)",
        ),
    ],
)
def test_a_connection_becomes_a_filter(connection, words):
    assert ssh.exclusion(connection) == words


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "192.0.2.7",
        "192.0.2.7 1 198.51.100.1 22 more",
        "192.0.2.7 0 198.51.100.1 22",
        "192.0.2.7 1 198.51.100.1 65536",
        "192.0.2.7 1 198.51.100.1 ٢٢",
        "192.0.2.7 -1 198.51.100.1 22",
        "192.0.2.7 1) 198.51.100.1 22",
        "localhost 1 198.51.100.1 22",
        "192.0.2.7)or(tcp 1 198.51.100.1 22",
        "fe80::1%eth0)or(tcp 1 ( 22",
    ],
)
def test_what_is_no_connection_never_becomes_a_filter(connection):
    assert ssh.exclusion(connection) is None


def test_what_stands_behind_the_scope_does_not_reach_the_filter():
    assert ssh.exclusion("fe80::1%x)or(tcp 1 fe80::2 22") == (
        "not (tcp and host fe80::1 and host fe80::2 and port 1 and port 22)"
    )


def test_the_environment_comes_first():
    assert ssh.own_connection({"SSH_CONNECTION": "a b c d"}) == "a b c d"


def test_an_ancestor_is_asked_when_sudo_has_cleaned_the_environment():
    script = f"""
import os, subprocess, sys
inner = "from tcptui.capture import ssh; print(ssh.own_connection(dict()))"
clean = {{k: v for k, v in os.environ.items() if k != "SSH_CONNECTION"}}
subprocess.run([{sys.executable!r}, "-c", inner], env=clean, check=True)
"""
    found = python(script, SSH_CONNECTION="192.0.2.7 1 192.0.2.8 22")
    assert found.stdout == "192.0.2.7 1 192.0.2.8 22\n", found.stderr


def test_a_process_with_a_strange_name_has_a_parent():
    assert ssh._parent(os.getpid()) == os.getppid()
    assert ssh._parent(0) == 0
