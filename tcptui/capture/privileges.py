"""Giving up root: packets are input from strangers, and are parsed only after this.

A capture device needs root to be opened, not to be read. So under sudo the device is opened first, then
the process becomes the user who called sudo, for good, and only then is the first packet looked at. The
files that it writes belong to that user.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import MutableMapping

from tcptui.dataclass import dataclass
from tcptui.errors import CaptureError

LARGEST_ID = 2**32 - 2
"""2**32 - 1 means "leave it as it is" to setuid's relatives, never a user."""


@dataclass(frozen=True, slots=True)
class User:
    """The user who called sudo. `home` is "/" for one that the system does not know."""

    uid: int
    gid: int
    name: str
    home: str
    known: bool = True


def invoking_user(environ: MutableMapping[str, str]) -> User | None:
    """The user whom sudo names in `environ`; None when we are not root, or root itself is the user.

    CaptureError when what sudo should have set is not a user's number: to stay root then would be wrong.
    """
    if os.geteuid() != 0 or "SUDO_UID" not in environ:
        return None
    uid = _number(environ, "SUDO_UID")
    if uid == 0:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(uid, _number(environ, "SUDO_GID"), str(uid), "/", known=False)
    gid = _number(environ, "SUDO_GID") if "SUDO_GID" in environ else entry.pw_gid
    return User(uid, gid, entry.pw_name, entry.pw_dir)


def give_up_root(environ: MutableMapping[str, str] = os.environ) -> User | None:
    """Become the user who called sudo, and make sure that there is no way back.

    Returns that user, or None when there is nothing to give up. Applies to all threads of the process.
    HOME, USER and LOGNAME in `environ` become that user's. CaptureError when root could not be given
    up or could be regained; the caller must not go on then.

    Limits: who runs this as root without sudo stays root.
    """
    user = invoking_user(environ)
    if user is None:
        return None
    try:
        if user.known:
            os.initgroups(user.name, user.gid)
        else:
            os.setgroups([user.gid])
        os.setgid(user.gid)
        os.setuid(user.uid)
    except OSError as error:
        raise CaptureError(f"cannot give up root for {user.name}: {error.strerror}") from error
    _verify(user)
    environ["HOME"] = user.home
    environ["USER"] = environ["LOGNAME"] = user.name
    return user


def _verify(user: User) -> None:
    ids = {os.getuid(), os.geteuid()}, {os.getgid(), os.getegid()}
    if ids != ({user.uid}, {user.gid}) or _can_become_root():
        raise CaptureError(f"root was not given up for {user.name}")


def _can_become_root() -> bool:
    for become in (os.setuid, os.seteuid):
        try:
            become(0)
        except PermissionError:
            continue
        return True
    return False


def _number(environ: MutableMapping[str, str], name: str) -> int:
    text = environ.get(name, "")
    if text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_ID:
        return int(text)
    raise CaptureError(f"{name} does not name a user", "run it with sudo, or unset SUDO_UID")
