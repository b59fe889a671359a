import os
import pwd

import pytest

from tcptui.capture.privileges import User, give_up_root, invoking_user
from tcptui.errors import CaptureError
from tests.support.feeds import python
from tests.support.needs import needs_root

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_sudo_names_the_user(as_root):
    environ = {"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": "7"}
    assert invoking_user(environ) == User(NOBODY.pw_uid, 7, "nobody", NOBODY.pw_dir)
    del environ["SUDO_GID"]
    assert invoking_user(environ) == User(NOBODY.pw_uid, NOBODY.pw_gid, "nobody", NOBODY.pw_dir)


def test_a_user_whom_the_system_does_not_know(as_root):
    unknown = User(3_999_999_999, 7, "3999999999", "/", known=False)
    assert invoking_user({"SUDO_UID": "3999999999", "SUDO_GID": "7"}) == unknown


@pytest.mark.parametrize("environ", [{}, {"SUDO_UID": "0", "SUDO_GID": "0"}, {"SUDO_GID": "7"}])
def test_root_that_no_user_called_stays(as_root, environ):
    assert invoking_user(environ) is None
    assert give_up_root(environ) is None


def test_who_is_not_root_has_nothing_to_give_up(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert invoking_user({"SUDO_UID": "rubbish"}) is None


@pytest.mark.parametrize("uid", ["", "-1", "nobody", "4294967295", "1e3", "٣", " 1", "9" * 10_000])
def test_rubbish_does_not_stay_root(as_root, uid):
    with pytest.raises(CaptureError, match="SUDO_UID does not name a user"):
        invoking_user({"SUDO_UID": uid, "SUDO_GID": "7"})
    with pytest.raises(CaptureError, match="SUDO_GID does not name a user"):
        invoking_user({"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": uid})


DROP = """
import os, threading
go = threading.Event()
seen = []
def other():
    go.wait()
    seen.append(os.getresuid())
thread = threading.Thread(target=other)
thread.start()
from tcptui.capture.privileges import give_up_root
give_up_root()
go.set()
thread.join()
print(os.getresuid(), os.getresgid(), os.getgroups(), seen[0])
print(os.environ["HOME"], os.environ["USER"], os.environ["LOGNAME"])
for become in (os.setuid, os.seteuid, os.setgid, os.setegid):
    try: become(0)
    except PermissionError: print("no")
"""


@needs_root
def test_root_is_gone_for_good_in_all_threads():
    found = python(DROP, SUDO_UID=str(NOBODY.pw_uid), SUDO_GID=str(NOBODY.pw_gid), HOME="/root", USER="root")
    uids, gids = (NOBODY.pw_uid,) * 3, (NOBODY.pw_gid,) * 3
    assert found.stdout.splitlines() == [
        f"{uids} {gids} [{NOBODY.pw_gid}] {uids}",
        f"{NOBODY.pw_dir} nobody nobody",
        *["no"] * 4,
    ], found.stderr


@needs_root
def test_an_unknown_user_gets_no_groups_of_roots():
    found = python(DROP, SUDO_UID="3999999999", SUDO_GID="3999999998")
    assert found.stdout.splitlines()[:2] == [
        f"{(3999999999,) * 3} {(3999999998,) * 3} [3999999998] {(3999999999,) * 3}",
        "/ 3999999999 3999999999",
    ], found.stderr


def test_root_that_is_not_given_up_is_noticed(as_root, monkeypatch):
    for name in ("initgroups", "setgid", "setuid", "seteuid"):
        monkeypatch.setattr(os, name, lambda *_: None)
    environ = {"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": "7", "HOME": "/root"}
    with pytest.raises(CaptureError, match="root was not given up for nobody"):
        give_up_root(environ)
    assert environ["HOME"] == "/root"
