"""Durations by profile."""

from tcptui.tcp.timers import BSD, LINUX, RFC, SECOND


def test_2msl_is_a_minute_on_linux_and_four_in_the_rfc() -> None:
    assert (LINUX.time_wait, BSD.time_wait, RFC.time_wait) == (60 * SECOND, 60 * SECOND, 240 * SECOND)


def test_another_2msl_changes_nothing_else() -> None:
    short = LINUX.with_2msl(0.5)
    assert short.time_wait == SECOND // 2
    assert (short.syn_sent, short.closing) == (LINUX.syn_sent, LINUX.closing)
