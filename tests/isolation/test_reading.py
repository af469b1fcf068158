"""A child process that misbehaves: what it cannot do, and what is said of it."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.isolation import Task, ask, cpu_seconds_for, memory_for, read_array, write_array
from archviz.isolation import reading as reading_module
from archviz.isolation.limits import wall_seconds_for
from archviz.isolation.server import Readers, readers

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the system shuts a process in on Linux only")
SHOWN = Path("house.obj")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "letters" / "canary"
    path.parent.mkdir()
    path.write_bytes(b"sings")
    return path


def do(act: str, folder: Path, *, path: Path | str = "", readable: tuple[Path, ...] = (), cpu_s: float = 8.0) -> object:
    arguments = {"act": act, **({"path": str(path)} if path else {})}
    task = Task(
        module="tests.isolation.strangers",
        function="tell",
        arguments=arguments,
        readable=readable,
        memory_bytes=256 << 20,
        cpu_s=cpu_s,
    )
    return ask(task, folder, shown=SHOWN)


@LINUX
@pytest.mark.parametrize("act", ["read", "write", "list", "delete", "chmod", "touch", "link"])
def test_no_file_outside_is_touched(folder: Path, outside: Path, act: str) -> None:
    before = outside.stat()
    target = outside.parent if act == "list" else outside
    assert do(act, folder, path=target) == {"failed": "PermissionError"}
    assert outside.read_bytes() == b"sings" and outside.stat().st_mtime_ns == before.st_mtime_ns
    assert outside.stat().st_mode == before.st_mode


@LINUX
def test_what_is_given_can_be_read_and_not_written(folder: Path, outside: Path) -> None:
    assert do("read", folder, path=outside, readable=(outside,)) == {"did": 5}
    assert do("list", folder, path=outside.parent, readable=(outside.parent,)) == {"did": ["canary"]}
    for act in ("write", "delete", "chmod"):
        assert do(act, folder, path=outside, readable=(outside.parent,)) == {"failed": "PermissionError"}


@LINUX
def test_no_connection_is_opened(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        assert do("connect", folder, path=str(listener.getsockname()[1])) == {"failed": "PermissionError"}
        with pytest.raises(TimeoutError):
            listener.accept()


@LINUX
@pytest.mark.parametrize("act", ["socket", "local socket", "fork", "run", "kill"])
def test_neither_sockets_nor_processes(folder: Path, act: str) -> None:
    assert do(act, folder) == {"failed": "PermissionError"}


@LINUX
@pytest.mark.parametrize(("act", "did"), [("big file", {"failed": "OSError"}), ("many files", {"failed": "OSError"})])
def test_files_are_limited(folder: Path, act: str, did: object) -> None:
    assert do(act, folder) == did


@pytest.mark.parametrize("act", ["own folder", "thread"])
def test_what_readers_need_stays(folder: Path, act: str) -> None:
    assert do(act, folder) == {"did": "done"}


@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("crash", "the reader crashed on this file; repair it or export another format"),
        ("leave", "the reader crashed on this file; repair it or export another format"),
        ("fault", "the reader crashed on this file; repair it or export another format"),
        ("lie", "the reader gave no answer; repair the file or export another format"),
        pytest.param(
            "memory", "reading needs more than the 256 MiB its size allows; simplify or repair it", marks=LINUX
        ),
        pytest.param("spin", "reading took too much time or memory; simplify or repair the model", marks=LINUX),
    ],
)
def test_every_end_is_one_sentence(folder: Path, act: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "wall_seconds_for", lambda _: 60.0)
    with pytest.raises(FileFormatError) as caught:
        do(act, folder, cpu_s=0.3)
    assert caught.value.message == f"house.obj: {message}"


def test_a_hang_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "wall_seconds_for", lambda _: 0.5)
    start = time.monotonic()
    with pytest.raises(FileFormatError, match=r"^house\.obj: reading took more than 0\.5 s; simplify"):
        do("sleep", folder)
    assert time.monotonic() - start < 10
    assert do("thread", folder) == {"did": "done"}, "the next one is read"


def test_a_refusal_is_one_line_that_names_the_file(folder: Path) -> None:
    task = Task(module="tests.isolation.strangers", function="refuse", arguments={}, readable=())
    with pytest.raises(FileFormatError) as caught:
        ask(task, folder, shown=SHOWN)
    assert caught.value.message == "house.obj: the house has no roof"


def test_a_library_that_is_missing_is_a_sentence(folder: Path) -> None:
    task = Task(
        module="tests.isolation.strangers", function="tell", arguments={}, readable=(), libraries=("no_such_library",)
    )
    with pytest.raises(FileFormatError, match="the reader crashed"):
        ask(task, folder, shown=SHOWN)


def test_a_process_of_its_own_answers_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "other")
    assert do("thread", folder) == {"did": "done"}
    with pytest.raises(FileFormatError, match="the reader crashed"):
        do("crash", folder)


@LINUX
class TestServer:
    @pytest.fixture
    def own(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
        own = Readers()
        monkeypatch.setattr(reading_module, "readers", lambda: own)
        yield own
        own.stop()

    def test_it_starts_again_after_its_end(self, own: Readers, folder: Path) -> None:
        assert do("thread", folder) == {"did": "done"}
        assert own._process is not None
        first = own._process.pid
        os.kill(first, 9)
        assert do("thread", folder) == {"did": "done"}
        assert own._process.pid != first

    def test_readers_work_side_by_side(self, own: Readers, tmp_path: Path) -> None:
        answers: dict[int, object] = {}

        def read(row: int) -> None:
            (tmp_path / str(row)).mkdir()
            answers[row] = do("list", tmp_path / str(row), path=tmp_path / str(row))

        threads = [threading.Thread(target=read, args=(row,)) for row in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {row: {"did": ["messages.txt", "request.json"]} for row in range(6)}

    def test_it_has_one_thread_and_ends_with_its_user(self, own: Readers, folder: Path) -> None:
        do("thread", folder)
        assert own._process is not None
        # A copy of a process with several threads may find a lock held for ever.
        assert len(list(Path(f"/proc/{own._process.pid}/task").iterdir())) == 1
        process = own._process
        own.stop()
        assert process.returncode == 0


def test_one_server_for_a_process() -> None:
    assert readers() is readers()


def test_an_array_is_believed_no_more_than_its_length(tmp_path: Path) -> None:
    write_array(tmp_path, "a", np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(read_array(tmp_path, "a"), [[0, 1, 2], [3, 4, 5]])
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data.replace(b"(2, 3), }        ", b"(200000000, 3), }"))
    with pytest.raises(ValueError):
        read_array(tmp_path, "a")
    (tmp_path / "b.npy").symlink_to(tmp_path / "a.npy")
    with pytest.raises(ValueError, match="is a link"):
        read_array(tmp_path, "b")
    np.save(tmp_path / "c.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"[Pp]ickle|object"):
        read_array(tmp_path, "c")


def test_limits_grow_with_the_file_up_to_a_ceiling() -> None:
    assert memory_for(0) == 512 << 20
    assert memory_for(100 << 20) == (512 + 1200) << 20
    assert memory_for(500_000_000) == 4 << 30
    assert cpu_seconds_for(1000) < 9 and cpu_seconds_for(500_000_000) == 120
    assert wall_seconds_for(8) == 40 and wall_seconds_for(100) == 120
