"""OBJ, STL, PLY and OFF."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from tests.geometry.loaders.files import WALLS, ply_text, stl_bytes, stl_text
from tests.hostile.case import Case, Lure, Read, case, luring

POINTS, FACES = WALLS
VERTICES = "".join("v {:g} {:g} {:g}\n".format(*p) for p in POINTS)
ROWS = "".join("f {} {} {}\n".format(*(face + 1)) for face in FACES)
GUESSED = ("unit m, guessed", "up axis Z, guessed")
HOUSE = Read(says=GUESSED)
OBJ = VERTICES + ROWS


def _obj(name: str, text: str | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"obj-{name}", "house.obj", text, outcome)


def _relative() -> str:
    """Each wall's vertices just before its faces, which count back from them."""
    return "".join("".join("v {:g} {:g} {:g}\n".format(*POINTS[i]) for i in face) + "f -3 -2 -1\n" for face in FACES)


def _library(text: Callable[[Lure], str], **others: bytes) -> Callable[[Lure], list[tuple[str, bytes]]]:
    """An OBJ with its library, or with a line that names another."""

    def files(lure: Lure) -> list[tuple[str, bytes]]:
        return [
            ("house.obj", ("mtllib house.mtl\nusemtl a\n" + OBJ).encode()),
            ("house.mtl", text(lure).encode()),
            *others.items(),
        ]

    return files


def _named(library: Callable[[Lure], str]) -> Callable[[Lure], list[tuple[str, bytes]]]:
    return lambda lure: [("house.obj", (f"mtllib {library(lure)}\nusemtl a\n" + OBJ).encode("utf-8", "replace"))]


def _star(corners: int) -> str:
    """One face that crosses itself again and again."""
    turn = np.arange(corners) * 2.39996
    return "".join(f"v {x:g} {y:g} 0\n" for x, y in zip(9 * np.cos(turn), 9 * np.sin(turn), strict=True)) + (
        "f " + " ".join(map(str, range(1, corners + 1))) + "\n"
    )


_LURES: dict[str, Callable[[Lure], str]] = {
    "absolute": lambda lure: lure.file,
    "above": lambda lure: lure.above,
    "file-url": lambda lure: f"file://{lure.file}",
    "http": lambda lure: lure.url,
    "device": lambda lure: "/dev/urandom",
    "long": lambda lure: "b" * 20_000,
}
_LIBRARY = Read(says=(*GUESSED, "material library .*(outside the model's folder|is missing)"))
_TEXTURE = Read(says=(*GUESSED, "texture .* is missing or cannot be read"))

OBJ_CASES = [
    _obj("relative-indices", _relative(), Read(triangles=12, says=GUESSED)),
    _obj("tabs", OBJ.replace(" ", "\t"), HOUSE),
    _obj("tabs-and-spaces", OBJ.replace(" ", " \t "), HOUSE),
    _obj("carriage-returns", OBJ.replace("\n", "\r\n"), HOUSE),
    _obj("old-mac", OBJ.replace("\n", "\r"), HOUSE),
    _obj("continued-lines", VERTICES + ROWS.replace(" ", " \\\n"), HOUSE),
    _obj("byte-order-mark", "\ufeff" + OBJ, HOUSE),
    _obj("utf-16", lambda: OBJ.encode("utf-16"), "not OBJ inside but content of another kind"),
    _obj("bad-utf-8", lambda: b"o nh\xff\xfe\xe0\n" + OBJ.encode(), HOUSE),
    _obj("index-past", VERTICES + "f 1 2 9\n", "names vertex 9, but there are 8"),
    _obj("index-0", VERTICES + "f 0 1 2\n", "line 9 .*there is no vertex 0"),
    _obj("index-back-past", VERTICES + "f -1 -2 -9\n", "line 9 .*there is no vertex -9"),
    _obj("index-huge", VERTICES + f"f 1 2 {10**30}\n", "line 9 .*there is no vertex 10{30}"),
    _obj("index-text", VERTICES + "f one two three\n", "line 9 .*cannot be read"),
    _obj("index-fraction", VERTICES + "f 1.5 2 3\n", "line 9 .*cannot be read"),
    _obj("two-corners", OBJ + "f 1 2\nf 3\nf\n", Read(says=(*GUESSED, "3 faces .*fewer than three corners"))),
    _obj("two-numbers", "v 1 2\n" + OBJ, "line 1 'v 1 2' cannot be read"),
    _obj("no-number", "v a b c\n" + OBJ, "not OBJ|line 1 'v a b c' cannot be read"),
    _obj("decimal-comma", OBJ.replace("v -5 ", "v -5,0 "), r"line 1 'v -5,0 .*cannot be read"),
    _obj("nan", OBJ.replace("v 5", "v nan"), "not a finite number"),
    _obj("infinity", OBJ.replace("v 5", "v inf"), "not a finite number"),
    _obj("overflow", OBJ.replace("v 5", "v 1e999"), "not a finite number"),
    _obj("light-years", OBJ.replace("v 5", "v 1e25"), "m long; give --unit"),
    _obj(
        "atoms",
        VERTICES.replace("5", "5e-12").replace("4", "4e-12").replace(" 6", " 6e-12") + ROWS,
        "no extent along two axes",
    ),
    _obj("points", VERTICES, "holds no triangles"),
    _obj("lines", VERTICES + "l 1 2\nl 2 3\n", "holds no triangles"),
    _obj("curve", VERTICES + "cstype bezier\ncurv 0 1 1 2 3\nend\n", "holds no triangles"),
    _obj("one-point", "v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", "no extent along two axes"),
    _obj("one-line", "v 0 0 0\nv 1 1 0\nv 2 2 0\nf 1 2 3\n", "all triangles of the model have no area"),
    _obj("blank", "\n \t\n" * 500, "not OBJ inside but content of another kind"),
    _obj("zeros", bytes(4000).decode(), "not OBJ inside but content of another kind"),
    _obj("is-a-page", "<html><body>404 not found</body></html>", "not OBJ inside but content of another kind"),
    _obj(
        "star", lambda: _star(1900).encode(), Read((18.0, 0.0, 18.0), 1898, ("unit m, guessed", "up axis Y, guessed"))
    ),
    _obj("cut-in-a-number", OBJ[: OBJ.index("f ") + 4], "holds no triangles|cannot be read"),
    *(luring(f"obj-library-{k}", _named(name), _LIBRARY) for k, name in _LURES.items()),
    *(
        luring(f"obj-texture-{k}", _library(lambda lure, n=name: f"newmtl a\nmap_Kd {n(lure)}\n"), _TEXTURE)
        for k, name in _LURES.items()
    ),
    luring("obj-library-of-words", _library(lambda _: "newmtl a\nKd red\n"), Read(says=(*GUESSED, "broken"))),
    luring("obj-library-nan", _library(lambda _: "newmtl a\nKd nan nan nan\nd nan\n"), Read(says=(*GUESSED, "broken"))),
    luring("obj-library-itself", _named(lambda _: "house.obj"), Read(says=GUESSED)),
]


def _stl(name: str, content: bytes | str | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"stl-{name}", "house.stl", content, outcome)


STL = stl_bytes(WALLS)
SOLID = stl_text({"house": WALLS})
_NAN = stl_bytes((np.where(POINTS == 6, np.nan, POINTS), FACES))
STL_CASES = [
    _stl("cut", STL[:-70], "says 12 triangles but holds 10"),
    _stl("count-too-large", stl_bytes(WALLS, count=13), "says 13 triangles but holds 12; copy or export it again"),
    _stl("count-endless", stl_bytes(WALLS, count=0xFFFFFFFF), "4294967295 triangles are too many; up to 5000000"),
    _stl("count-past-ceiling", stl_bytes(WALLS, count=5_000_001), "5000001 triangles are too many; up to 5000000"),
    _stl("count-at-ceiling", stl_bytes(WALLS, count=5_000_000), "says 5000000 triangles but holds 12"),
    _stl("count-too-small", stl_bytes(WALLS, count=8), "says 8 triangles but holds 12; copy or export it again"),
    _stl("count-0", stl_bytes((POINTS, FACES[:0])), "holds no triangles"),
    _stl("header-only", STL[:83], "not STL inside but content of another kind"),
    _stl("nan", _NAN, "not a finite number"),
    _stl("infinity", stl_bytes((np.where(POINTS == 6, np.inf, POINTS), FACES)), "not a finite number"),
    _stl("starts-with-solid", stl_bytes(WALLS, header=b"solid house"), HOUSE),
    _stl("flat", stl_bytes((POINTS * (1, 0, 0), FACES)), "no extent along two axes"),
    _stl("slivers", stl_bytes((np.array([(0, 0, 0), (1, 1, 1), (2, 2, 2)], float), np.array([(0, 1, 2)]))), "no area"),
    _stl("text-cut", SOLID[: len(SOLID) // 2], "ends before 'endsolid'|damaged"),
    _stl("text-cut-short", SOLID[:30], "damaged|not STL inside|ends before"),
    _stl("text-words", SOLID.replace("vertex 5", "vertex five"), "damaged"),
    _stl("text-nan", SOLID.replace("vertex 5", "vertex nan"), "not a finite number|damaged"),
    _stl("text-two-vertices", SOLID.replace("      vertex", "      vertx", 1), "damaged"),
    _stl("text-no-facets", "solid house\nendsolid house\n", "damaged|holds no triangles"),
    _stl("text-of-solids", "solid solid solid facet\n" * 400, "damaged|holds no triangles|ends before"),
    _stl("is-obj", OBJ, "not STL inside but OBJ content; rename it to .obj"),
]


def _ply(name: str, content: bytes | str | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"ply-{name}", "house.ply", content, outcome)


PLY = ply_text(WALLS)


def binary_ply(order: str = "little", *, corners: int = 3, count: int | None = None, first: int = 0) -> bytes:
    sign = "<" if order == "little" else ">"
    head = (
        f"ply\nformat binary_{order}_endian 1.0\nelement vertex {len(POINTS)}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(FACES) if count is None else count}\n"
        "property list uchar int vertex_indices\nend_header\n"
    ).encode()
    body = POINTS.astype(f"{sign}f4").tobytes()
    rows = FACES.copy()
    rows[0, 0] = first or rows[0, 0]
    return head + body + b"".join(struct.pack(f"{sign}Biii", corners, *map(int, row)) for row in rows)


PLY_CASES = [
    _ply("cut", PLY[:-60], "says 20 lines but holds"),
    _ply("cut-binary", binary_ply()[:-20], "says 8 vertices and 12 faces but holds|damaged"),
    _ply("cut-header", PLY[:60], "header has no end"),
    _ply("vertices-endless", PLY.replace("vertex 8", "vertex 99999999999"), "says .* lines but holds 20"),
    _ply("vertices-too-few", PLY.replace("vertex 8", "vertex 4"), "says 16 lines but holds 20"),
    _ply("vertices-negative", PLY.replace("vertex 8", "vertex -8"), "damaged|says|does not exist"),
    _ply("faces-endless", PLY.replace("face 12", "face 4000000000"), "4000000000 triangles are too many"),
    _ply("faces-too-many", PLY.replace("face 12", "face 13"), "says 21 lines but holds 20"),
    _ply("faces-too-few", PLY.replace("face 12", "face 6"), "says 14 lines but holds 20"),
    _ply("faces-endless-binary", binary_ply(count=4_000_000), "says 8 vertices and 4000000 faces but|damaged"),
    _ply("corners-lying", binary_ply(corners=200), "says 8 vertices and 12 faces but holds|damaged"),
    _ply(
        "corners-0",
        binary_ply(corners=0),
        "says 8 vertices and 12 faces but holds|damaged|does not exist|no triangles",
    ),
    _ply("index-outside", PLY.replace("\n3 0 ", "\n3 77 ", 1), "names a vertex that does not exist|damaged"),
    _ply("index-negative", PLY.replace("\n3 0 ", "\n3 -2 ", 1), "names a vertex that does not exist|damaged"),
    _ply("index-binary", binary_ply(first=1 << 30), "names a vertex that does not exist"),
    _ply("nan", PLY.replace("\n5 ", "\nnan "), "not a finite number|damaged"),
    _ply("infinity", PLY.replace("\n5 ", "\ninf "), "not a finite number|damaged"),
    _ply("words", PLY.replace("\n5 ", "\nfive "), "damaged"),
    _ply("type-unknown", PLY.replace("property float x", "property quark x"), "damaged"),
    _ply("format-unknown", PLY.replace("ascii", "gzip"), "damaged"),
    _ply(
        "element-endless",
        PLY.replace("end_header", "element lamp 99999999999\nproperty float w\nend_header"),
        "says .* lines but holds 20",
    ),
    _ply(
        "points",
        PLY[: PLY.index("element face")] + "end_header\n0 0 0\n" * 8,
        "a point cloud of 8 points without faces",
    ),
    _ply("big-endian", binary_ply("big"), HOUSE),
    _ply("header-only", "ply\nformat ascii 1.0\nend_header\n", "holds no triangles|damaged"),
    _ply("no-properties", PLY.replace("property float x\nproperty float y\nproperty float z\n", ""), "damaged|says"),
    _ply("is-off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "not PLY inside but OFF content; rename it to .off"),
]


def _off(name: str, content: bytes | str | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"off-{name}", "house.off", content, outcome)


OFF = (
    "OFF\n8 12 0\n"
    + "".join("{:g} {:g} {:g}\n".format(*p) for p in POINTS)
    + "".join("3 {} {} {}\n".format(*f) for f in FACES)
)
OFF_CASES = [
    _off("cut", OFF[:-40], "says 8 vertices and 12 faces but ends after"),
    _off("cut-in-a-row", OFF[:-3], "damaged|does not exist"),
    _off("header-only", "OFF\n", "damaged"),
    _off(
        "counts-endless", OFF.replace("8 12 0", "99999999999 12 0"), "says 99999999999 vertices and 12 faces but ends"
    ),
    _off("faces-endless", OFF.replace("8 12 0", "8 99999999 0"), "99999999 triangles are too many"),
    _off("counts-negative", OFF.replace("8 12 0", "-8 12 0"), "says -8 vertices"),
    _off("counts-words", OFF.replace("8 12 0", "eight twelve"), "damaged"),
    _off("faces-too-few", OFF.replace("8 12 0", "8 6 0"), "says 8 vertices and 6 faces but holds more lines"),
    _off("index-outside", OFF.replace("\n3 0 ", "\n3 8 ", 1), "names a vertex that does not exist"),
    _off("index-negative", OFF.replace("\n3 0 ", "\n3 -1 ", 1), "names a vertex that does not exist"),
    _off("corners-lying", OFF.replace("\n3 0 ", "\n900000000 0 ", 1), "names a vertex that does not exist"),
    _off("corners-negative", OFF.replace("\n3 0 ", "\n-3 0 ", 1), "names a vertex that does not exist|damaged"),
    _off("nan", OFF.replace("\n5 ", "\nnan "), "not a finite number"),
    _off("overflow", OFF.replace("\n5 ", "\n1e400 "), "not a finite number"),
    _off("words", OFF.replace("\n5 ", "\nfive "), "damaged"),
    _off("two-numbers", OFF.replace("\n5 -4 0\n", "\n5 -4\n"), "damaged"),
    _off("no-faces", "OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", "holds no triangles"),
    _off("binary", "OFF BINARY\n" + OFF[4:], "header 'OFF BINARY' is not read; export OFF as text"),
    _off("comments", OFF.replace("\n", " # f 1 2 3\n"), HOUSE),
]

CASES = [*OBJ_CASES, *STL_CASES, *PLY_CASES, *OFF_CASES]
