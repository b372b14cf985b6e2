"""Run one command and outlive it only to clean up; a program of its own, standard library only.

    python guard.py UID GID SIGNALS SECONDS COMMAND…

The command runs as UID and GID. It is stopped with the comma-separated SIGNALS, SECONDS apart, as soon as standard
input ends: the supervisor holds the other end of that pipe, so its death by any cause ends the command. Should the
guard itself be killed, the kernel sends the first of the SIGNALS to the command. Whatever the command leaves behind is
adopted by the guard and killed.
"""

import ctypes
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run the command of the arguments to its end and return its exit status."""
    uid, gid = int(sys.argv[1]), int(sys.argv[2])
    stops = [signal.Signals[f"SIG{name}"] for name in sys.argv[3].split(",")]
    seconds = float(sys.argv[4])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    wake_in, wake_out = os.pipe()
    os.set_blocking(wake_out, False)
    signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)

    guard = os.getpid()
    child = os.fork()
    if child == 0:
        _become_command(libc, guard, uid, gid, stops[0])

    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(wake_in, select.POLLIN)
    stopping = False
    while (status := _reap(child)) is None:
        ready = dict(poll.poll(seconds * 1000 if stopping else None))
        if wake_in in ready:
            received = os.read(wake_in, 64)
            asked = any(number != signal.SIGCHLD for number in received)
        else:
            asked = False
        ended = 0 in ready and not os.read(0, 4096)
        if ended:
            poll.unregister(0)
        if (ended or asked) and not stopping:
            stopping = True
        elif ready or not stopping:
            continue
        _send(child, stops.pop(0) if stops else signal.SIGKILL)
    _kill_the_left_behind()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _become_command(libc: ctypes.CDLL, guard: int, uid: int, gid: int, last_signal: signal.Signals) -> None:
    try:
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)  # an interpreter ignores SIGPIPE, a shell may ignore SIGINT
        signal.set_wakeup_fd(-1)
        if os.geteuid() == 0 and uid != 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)  # after setuid, which clears it
        if os.getppid() != guard:
            os._exit(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606  the supervisor names the command
    except OSError as error:
        os.write(2, f"{sys.argv[5]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _reap(child: int) -> int | None:
    """The status of the command once it ended; adopted orphans are buried on the way."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = status


def _kill_the_left_behind() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        try:
            for pid in children.read_text().split():
                _send(int(pid), signal.SIGKILL)
            os.waitpid(-1, 0)
        except (ChildProcessError, FileNotFoundError):
            return


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


if __name__ == "__main__":
    sys.exit(main())
