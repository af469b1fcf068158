"""What a reading process may touch: its own folder, the files it is given, and nothing of the network.

Linux needs neither privileges nor a library for this: Landlock (Linux 5.13 and later) shuts the file
system, a seccomp filter shuts sockets, other programs and other processes. Elsewhere, and where a
kernel lacks one of them, the readers' own rules and the limits of memory and time remain.

Sources: Linux, Documentation/userspace-api/landlock.rst and seccomp_filter.rst; linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

__all__ = ["Confinement", "confine"]

Confinement = Literal["files", "network"]

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

# Landlock: system calls, the same on every processor, and rights by the version that brought them.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _TRUNCATE = 1 << 7, 1 << 8, 1 << 14
_FILE_RIGHTS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_OWN_FOLDER = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_ALL_NETWORK, _ALL_SCOPES = 0b11, 0b11
# Libraries read these without being asked.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/localtime", "/dev/urandom", "/proc/cpuinfo", "/sys/devices/system/cpu")

# Name -> numbers on x86_64 and aarch64; None where there is no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # The network, and files by way of a queue that no filter sees.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Other programs and processes.
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "tkill": (200, 130),
    # What Landlock leaves alone: modes, owners, attributes and times of files.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "open_by_handle_at": (304, 265),
    # The system.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "reboot": (169, 142),
}
# Calls that look at their first argument: threads, signals to oneself and one's own limits stay possible.
_CLONE, _CLONE3, _KILL, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261)
_CLONE_THREAD = 0x10000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32_BIT = 0x40000000

# Classic BPF: load a word, jump if equal, if at least, if any bit is set; return.
_LOAD, _IF_EQUAL, _IF_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# Where seccomp_data holds the number, the processor and the low half of the first argument.
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST = 0, 4, 16


def confine(*, readable: Sequence[Path], writable: Path) -> frozenset[Confinement]:
    """Shut this process in, for good.

    Parameters
    ----------
    readable
        Files, and folders with all they hold, that may be read beside Python's own.
    writable
        The one folder in which files may be made and changed.

    Returns
    -------
    frozenset of {"files", "network"}
        What the system could shut: empty where it is not Linux.
    """
    if sys.platform != "linux":
        return frozenset()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return frozenset()
    done: set[Confinement] = set()
    if _shut_files(libc, [*_python_folders(), *map(Path, _SYSTEM), *readable], writable):
        done.add("files")
    if _shut_calls(libc):
        done.add("network")
    return frozenset(done)


def _python_folders() -> list[Path]:
    root = Path(__file__).resolve().parents[2]
    return [root / "archviz", *(Path(p) for p in {sys.prefix, sys.base_prefix, *sys.path} if p and Path(p) != root)]


def _shut_files(libc: ctypes.CDLL, readable: Iterable[Path], writable: Path) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = (1 << _FILE_RIGHTS_BITS.get(version, 16)) - 1
    network, scopes = (_ALL_NETWORK if version >= 4 else 0), (_ALL_SCOPES if version >= 6 else 0)
    attributes = struct.pack("QQQ", handled, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ_FILE | _READ_DIR)
        _allow(libc, ruleset, Path("/dev/null"), _READ_FILE | _WRITE_FILE)
        _allow(libc, ruleset, writable, _OWN_FOLDER & handled)
        return libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # What is not there needs no rule.
        return
    try:
        if not path.is_dir():
            rights &= ~_READ_DIR
        libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _shut_calls(libc: ctypes.CDLL) -> bool:
    found = _ARCHITECTURES.get(platform.machine())
    if found is None or sys.byteorder != "little":
        return False
    program = _filter(*found)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    return libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0


def _filter(column: int, architecture: int) -> bytes:
    fail = _step(_RETURN, _FAIL | errno.EPERM)
    steps = [
        _step(_LOAD, _AT_ARCHITECTURE),
        _step(_IF_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _AT_NUMBER),
        # Another table of numbers on the same processor.
        _step(_IF_LEAST, _X32_BIT, 0, 1),
        fail,
    ]
    for number in (row[column] for row in _REFUSED.values()):
        if number is not None:
            steps += [_step(_IF_EQUAL, number, 0, 1), fail]
    # The C library falls back to clone, whose flags a filter can see.
    steps += [_step(_IF_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, _FAIL | errno.ENOSYS)]
    own = (_step(_IF_EQUAL, os.getpid(), 1, 0), _step(_IF_EQUAL, os.getpid(), 1, 0), _step(_IF_EQUAL, 0, 1, 0))
    tests = ((_CLONE, _step(_IF_BITS, _CLONE_THREAD, 1, 0)), *zip((_KILL, _TGKILL, _PRLIMIT), own, strict=True))
    for numbers, test in tests:
        steps += [
            _step(_IF_EQUAL, numbers[column], 0, 4),
            _step(_LOAD, _AT_FIRST),
            test,
            fail,
            _step(_RETURN, _ALLOW),
        ]
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
