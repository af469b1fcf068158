"""A reading process.

``python -m archviz.isolation FOLDER`` answers the request in a folder and ends.
``python -m archviz.isolation --serve FD`` stays: it imports each library once and makes a copy of itself
for each request that comes through a socket. It never looks into a file itself.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import NoReturn

from archviz.isolation.child import MESSAGES, REQUEST, answer, prepare

_MAX_PATH_BYTES = 4096


def serve(control: socket.socket) -> None:
    """Answer requests until the other side hangs up.

    A message is a folder's path with a socket for its end: how the process ended (wait status,
    processor seconds, KiB of memory). Hanging up that socket ends the process.
    """
    # Only its children end it, not a Ctrl-C that is meant for the program.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake_up, written = socket.socketpair()
    for end in (wake_up, written):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(written.fileno())
    running: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake_up, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    if not _start(control, running, selector):
                        _end_all(running)
                        return
                elif key.fileobj is wake_up:
                    wake_up.recv(4096)
                    _reap(running, selector)
                elif (pid := key.data) in running:
                    os.kill(pid, signal.SIGKILL)
                    # Its end is reaped; nobody waits for it any more.
                    selector.unregister(key.fileobj)


def _start(control: socket.socket, running: dict[int, socket.socket], selector: selectors.BaseSelector) -> bool:
    message, handles, _, _ = socket.recv_fds(control, _MAX_PATH_BYTES, 1)
    if not message or not handles:
        return False
    folder, done = Path(os.fsdecode(message)), socket.socket(fileno=handles[0])
    try:
        prepare(json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    except Exception as error:
        (folder / MESSAGES).write_text(repr(error), encoding="utf-8")
        done.close()
        return True
    # What is there now is shared by all copies for as long as nobody counts references in it.
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        _become_reader(folder, [control, done, *running.values()])
    running[pid] = done
    selector.register(done, selectors.EVENT_READ, pid)
    return True


def _become_reader(folder: Path, inherited: list[socket.socket]) -> NoReturn:
    """Drop all that is the server's, answer, and end without its clean-up."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for kind in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(kind, signal.SIG_DFL)
        for end in inherited:
            end.close()
        os.closerange(3, 256)
        nothing = os.open(os.devnull, os.O_RDONLY)
        messages = os.open(folder / MESSAGES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for number, handle in enumerate((nothing, messages, messages)):
            os.dup2(handle, number)
        os.closerange(3, 256)
        answer(folder)
        status = 0
    except BaseException as error:
        os.write(2, repr(error).encode("utf-8", "replace")[:2000])
    finally:
        os._exit(status)


def _reap(running: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    while running:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        done = running.pop(pid)
        try:
            done.send(struct.pack("idq", status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
        except OSError:
            # It gave up waiting.
            continue
        finally:
            if done in selector.get_map():
                selector.unregister(done)
            done.close()


def _end_all(running: dict[int, socket.socket]) -> None:
    for pid in running:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(socket.socket(fileno=int(sys.argv[2])))
    else:
        answer(Path(sys.argv[1]))
