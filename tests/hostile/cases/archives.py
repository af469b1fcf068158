"""ZIP and IFCZIP."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
from collections.abc import Callable

import numpy as np

from tests.hostile.case import Case, Read, case, luring
from tests.hostile.cases.bim import written
from tests.hostile.cases.gltf import glb
from tests.hostile.cases.meshes import HOUSE, OBJ

MB = 1_000_000


def packed(*members: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            # Of no particular day.
            member = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            archive.writestr(member, content, compress_type=method)
    return buffer.getvalue()


def _zip(name: str, content: bytes | Callable[[], bytes], outcome: Read | str, *, file: str = "house.zip") -> Case:
    return case(f"zip-{name}", file, content, outcome)


def _path(name: str, inside: str) -> Case:
    outcome = r"the archive holds the path .*, which is not read; pack it again"
    return _zip(f"path-{name}", lambda: packed(("house.obj", OBJ), (inside, "x")), outcome)


def _central(offset: int, value: bytes) -> Callable[[], bytes]:
    """The list of members changed at an offset of its first row."""

    def make() -> bytes:
        data = bytearray(packed(("house.obj", OBJ)))
        at = data.index(b"PK\1\2") + offset
        data[at : at + len(value)] = value
        return bytes(data)

    return make


def _link(mode: int) -> bytes:
    link = zipfile.ZipInfo("house.mtl")
    link.create_system, link.external_attr = 3, mode << 16
    return packed(("house.obj", OBJ), (link, "/etc/hostname"))


def _overlapping() -> bytes:
    """A thousand rows of the list that share one packed kernel (D. Fifield, "A better zip bomb", 2019)."""
    data = packed(("house.obj", OBJ), ("a.txt", bytes(900_000)))
    start = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    end = data.index(b"PK\5\6")
    row, rows = data[start:end], data[data.index(b"PK\1\2") : end]
    rows += b"".join(row.replace(b"a.txt", b"%05d" % i) for i in range(200))
    tail = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 202, 202, len(rows), data.index(b"PK\1\2"), 0)
    return data[: data.index(b"PK\1\2")] + rows + tail


def _blanks(size: int) -> tuple[str, bytes]:
    return "blanks.bin", bytes(size)


@functools.cache
def _noise(size: int) -> bytes:
    """Bytes that do not pack."""
    return np.random.default_rng(0).bytes(size)


def _at_ratio(ratio: float) -> bytes:
    """An archive that unpacks to a given number of times its size."""
    noise = _noise(60_000)
    size = len(packed(("house.obj", OBJ), ("noise.bin", noise), _blanks(3 * MB)))
    return packed(("house.obj", OBJ), ("noise.bin", noise), _blanks(int(size * ratio) - len(noise) - len(OBJ)))


def _at_size(total: int) -> bytes:
    """An archive that unpacks to a given size, a tenth of it."""
    part = _noise(10 * MB)
    return packed(("house.obj", OBJ), ("noise.bin", part), _blanks(total - len(part) - len(OBJ)))


def _nested(depth: int) -> bytes:
    data = packed(("house.obj", OBJ))
    for _ in range(depth):
        data = packed(("inner.zip", data))
    return data


def _members(count: int) -> bytes:
    return packed(("house.obj", OBJ), *((f"{i}.txt", "") for i in range(count - 1)))


CASES = [
    _zip("good", lambda: packed(("house/house.obj", OBJ)), HOUSE),
    _zip("cut", lambda: packed(("house.obj", OBJ))[:-30], "the archive is damaged .*; pack it again"),
    _zip("cut-hard", lambda: packed(("house.obj", OBJ))[:40], "the archive is damaged"),
    _zip("members-1000", lambda: _members(1000), HOUSE),
    _zip("members-1001", lambda: _members(1001), "1001 files in the archive are too many; up to 1000 are read"),
    _zip("200-mb", lambda: _at_size(200 * MB), HOUSE),
    _zip("past-200-mb", lambda: _at_size(200 * MB + 1), "holds 200 MB; up to 200 MB are unpacked"),
    _zip("ratio-49", lambda: _at_ratio(49), HOUSE),
    _zip("ratio-51", lambda: _at_ratio(51), "unpacks to more than 50 times its size"),
    _zip("bomb", lambda: packed(("house.obj", OBJ), _blanks(150 * MB)), "unpacks to more than 50 times its size"),
    _zip("bomb-model", lambda: packed(("house.obj", "#" * 40 * MB)), "unpacks to more than 50 times its size"),
    _zip("declares-4-gb", _central(24, b"\xfe\xff\xff\xff"), "holds 4295 MB; up to 200 MB are unpacked"),
    _zip("declares-less", _central(24, b"\x10\0\0\0"), "in the archive is damaged|unpacks"),
    _zip("declares-more", _central(24, struct.pack("<I", 900_000)), HOUSE),
    _zip("bad-sum", _central(16, b"\0\0\0\0"), r"'house\.obj' in the archive is damaged \(Bad CRC-32"),
    _zip("offset-outside", _central(42, b"\xff\xff\xff\x7f"), "damaged"),
    _zip("encrypted", _central(8, b"\1"), "is encrypted; pack it without a password"),
    _zip("method-unknown", _central(10, b"\x63"), "packed by a method that is not read; pack it as an ordinary ZIP"),
    _zip("bzip2", lambda: packed(("house.obj", OBJ), method=zipfile.ZIP_BZIP2), "packed by a method that is not read"),
    _zip("lzma", lambda: packed(("house.obj", OBJ), method=zipfile.ZIP_LZMA), "packed by a method that is not read"),
    _zip("overlapping", _overlapping, "damaged|times its size|overlap"),
    _zip("nested-1", lambda: _nested(1), r"the archive holds no model; accepted are \.glb"),
    _zip("nested-50", lambda: _nested(50), "the archive holds no model"),
    _zip("empty", lambda: packed(), "not ZIP inside|the archive holds no model"),
    _zip("no-model", lambda: packed(("read me.txt", "hello")), "the archive holds no model"),
    _zip("only-litter", lambda: packed(("__MACOSX/house.obj", OBJ), (".house.obj", OBJ)), "the archive holds no model"),
    _zip("two-models", lambda: packed(("a.obj", OBJ), ("b.glb", glb())), r"holds several models \(a\.obj, b\.glb\)"),
    _zip("name-twice", lambda: _twice("house.obj"), "several models|damaged"),
    _zip("texture-twice", lambda: _twice("a.png"), "several models|damaged|no model"),
    _zip("file-as-folder", lambda: packed(("a", "x"), ("a/house.obj", OBJ)), "damaged"),
    _zip("folder-model", lambda: packed(("house.obj/", "")), "the archive holds no model"),
    _zip("folder-in-itself", lambda: packed(("a/" * 120 + "house.obj", OBJ)), HOUSE),
    _zip("link", lambda: _link(0o120777), r"holds the link 'house\.mtl'; pack the file itself"),
    _zip("pipe", lambda: _link(0o010666), Read(says=HOUSE.says)),
    _path("above", "../evil.txt"),
    _path("far-above", "a/../../../../../../tmp/evil.txt"),
    _path("absolute", "/tmp/evil.txt"),
    _path("drive", "C:/evil.txt"),
    _path("share", "//server/share/evil.txt"),
    _path("stream", "evil.txt:hidden"),
    _path("bell", "evil\x07.txt"),
    _zip(
        "path-empty",
        lambda: packed(("house.obj", OBJ), ("b", "x")).replace(b"\1\0\0\0", b"\0\0\0\0"),
        "path ''|damaged",
    ),
    _path("long", "e" * 300 + ".txt"),
    _zip("backslashes", lambda: packed(("house.obj", OBJ)).replace(b"house.obj", b"..\\ev.obj"), "the path|no model"),
    _zip("model-broken", lambda: packed(("in/house.glb", glb()[:-50])), "^house.zip/in/house.glb: .*cut off"),
    _zip("model-of-another-kind", lambda: packed(("house.glb", OBJ)), "^house.zip/house.glb: not GLB inside but OBJ"),
    _zip(
        "named-obj",
        lambda: packed(("house.obj", OBJ)),
        "not OBJ inside but ZIP content; rename it to .zip",
        file="a.obj",
    ),
    _zip("named-glb", lambda: packed(("house.obj", OBJ)), "not GLB inside but ZIP content", file="a.glb"),
    _zip("is-text", b"PKZIP\n" * 50, "not ZIP inside but content of another kind"),
    _zip("ifczip-good", lambda: packed(("house.ifc", written(".ifc"))), Read(), file="house.ifczip"),
    _zip("ifczip-cut", lambda: packed(("a.ifc", written(".ifc")[:900])), "ends before END-ISO", file="house.ifczip"),
    _zip("ifczip-bomb", lambda: packed(("a.ifc", b" " * 60 * MB)), "50 times its size", file="house.ifczip"),
    luring(
        "zip-library-outside",
        lambda lure: [
            ("house.zip", packed(("in/house.obj", f"mtllib {lure.above}\nusemtl a\n{OBJ}"), ("b.mtl", "newmtl a\n")))
        ],
        Read(says=(*HOUSE.says, "material library .*(outside|missing)")),
    ),
]


def _twice(name: str) -> bytes:
    data = packed((name, OBJ), ("houze.obj"[: len(name)], OBJ))
    return data.replace(b"houze.obj"[: len(name)], name.encode())
