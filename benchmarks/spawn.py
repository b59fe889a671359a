"""Runs one program and prints what it cost, as JSON: `python -I -S spawn.py SECONDS OUTPUT PROGRAM …`.

A small process of its own, for the kernel counts the memory of whoever starts a program as the program's
own peak until it has grown beyond it. SECONDS: when to give up; OUTPUT: where its standard output goes.
Its standard error goes to this process's.

Limits: peaks below the 10 MB of this process are not seen, nor is memory of the program's children. Anonymous
memory is looked at every 5 ms.
"""

import json
import os
import signal
import sys
import threading
import time


def main() -> None:
    """Run, wait, print."""
    limit, output, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
    watcher = _Watcher(pid, limit)
    watcher.start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    watcher.ended.set()
    watcher.join()
    cost = {
        "status": None if watcher.gave_up else os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
        "anonymous": watcher.anonymous,
    }
    print(json.dumps(cost))


class _Watcher(threading.Thread):
    def __init__(self, pid: int, limit: float) -> None:
        super().__init__(daemon=True)
        self.pid, self.end = pid, time.monotonic() + limit
        self.ended = threading.Event()
        self.anonymous, self.gave_up = 0, False

    def run(self) -> None:
        while not self.ended.wait(0.005):
            try:
                with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
                    sizes = [line.split()[1] for line in status if line.startswith(("RssAnon", "RssShmem"))]
            except OSError:
                continue
            self.anonymous = max(self.anonymous, 1024 * sum(map(int, sizes)))
            if time.monotonic() > self.end and not self.gave_up:
                self.gave_up = True
                os.kill(self.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
