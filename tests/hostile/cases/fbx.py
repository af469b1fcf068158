"""FBX, as text and as binary: lying lengths, nodes in rings, files named that lie outside."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import numpy as np

from tests.geometry.loaders.fbx_files import FbxScene, prop
from tests.geometry.loaders.files import WALLS
from tests.hostile.case import Case, Lure, Read, case, luring
from tests.hostile.cases.pictures import png_header

_DAMAGED = r"it is damaged \(.*export the model again"


def house(*props, up: str = "z") -> FbxScene:
    """The walls, of brick, in metres."""
    scene = FbxScene(up)
    model = scene.model("Walls", *props)
    scene.join(scene.geometry(WALLS), model)
    scene.join(scene.material("Brick", prop("DiffuseColor", "Color", 0.6, 0.3, 0.2)), model)
    return scene


def _fbx(name: str, content: bytes | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"fbx-{name}", "house.fbx", content, outcome)


def _text(pattern: str, new: str) -> Callable[[], bytes]:
    def changed() -> bytes:
        text, count = re.subn(pattern, new, house().text().decode(), count=1)
        assert count
        return text.encode()

    return changed


def _chain(depth: int) -> bytes:
    """The walls in a node as deep as that."""
    scene = FbxScene()
    parent = 0
    for _ in range(depth - 1):
        parent = scene.model("in", parent=parent, sub="Null")
    scene.join(scene.geometry(WALLS), scene.model("Walls", parent=parent))
    return scene.text()


def _copies(count: int) -> bytes:
    scene = FbxScene()
    mesh = scene.geometry(WALLS)
    for _ in range(count):
        scene.join(mesh, scene.model("Walls"))
    return scene.binary()


def _ring() -> bytes:
    """Two nodes that hold each other, beside the walls."""
    scene = house()
    first, second = (scene.model(name, sub="Null") for name in ("a", "b"))
    scene.join(first, second)
    scene.join(second, first)
    return scene.text()


def _ring_of_one() -> bytes:
    scene = house()
    scene.join(1000, 1000)
    return scene.text()


def _bomb() -> bytes:
    """Points that are 480 MB unpacked and half of one packed."""
    scene = FbxScene()
    scene.join(scene.geometry((np.zeros((20_000_000, 3)), [[0, 1, 2]])), scene.model("Zeros"))
    return scene.binary()


def _lying_array() -> bytes:
    data = house().binary()
    at = data.index(b"Vertices") + len(b"Vertices") + 1
    return data[:at] + struct.pack("<I", 0xFFFFFFF0) + data[at + 4 :]


def _lying_end() -> bytes:
    """The first record says that it ends at itself."""
    data = house().binary()
    return data[:27] + struct.pack("<I", 27) + data[31:]


def _textured(name: Callable[[Lure], str], content: bytes = b"") -> Callable[[Lure], list[tuple[str, bytes]]]:
    def files(lure: Lure) -> list[tuple[str, bytes]]:
        scene = house()
        scene.texture(name(lure), 1002, content)
        return [("house.fbx", scene.binary())]

    return files


_PLAIN = Read(says=("texture .* is missing or cannot be read; 'Brick' has its plain colour",))

CASES = (
    _fbx("good-text", house().text, Read()),
    _fbx("good-binary", house().binary, Read()),
    _fbx("y-up", house(prop("Lcl Rotation", "Lcl Rotation", -90.0, 0.0, 0.0), up="y").text, Read()),
    _fbx("left-handed", house(prop("Lcl Scaling", "Lcl Scaling", -1.0, 1.0, 1.0), up="left").text, Read()),
    _fbx("truncated-text", lambda: house().text()[:900], _DAMAGED),
    _fbx("truncated-binary", lambda: house().binary()[:900], _DAMAGED),
    _fbx("header-alone", b"; FBX 7.4.0 project file\n", "holds no triangles|it is damaged"),
    _fbx("remarks", lambda: b"; made by hand\r\n\r\n; today\n" + house().text(), Read()),
    _fbx("nan", _text(r"a: -?[\d.]+,", "a: nan,"), "finite number|it is damaged"),
    _fbx("infinity", _text(r"a: -?[\d.]+,", "a: 1e999,"), "finite number|it is damaged"),
    _fbx("far", _text(r"a: -?[\d.]+,", "a: 1e300,"), "m long; give --unit"),
    _fbx("index-past", _text(r"(PolygonVertexIndex: .*\s+a: )\d+", r"\g<1>99"), _DAMAGED),
    _fbx("index-past-int", _text(r"(PolygonVertexIndex: .*\s+a: )\d+", r"\g<1>4294967395"), _DAMAGED),
    _fbx("unclosed-polygon", _text(r",-\d+\n", "\n"), Read(triangles=11)),
    _fbx("lying-count-text", _text(r"Vertices: \*24", "Vertices: *999999999"), Read()),
    _fbx("lying-count-binary", _lying_array, "reading needs more than the 512 MiB"),
    _fbx("lying-end", _lying_end, Read()),
    _fbx("array-bomb", _bomb, "reading needs more than the 5.. MiB"),
    _fbx("unit-absurd", _text("100.0", "1e30"), "the FBX unit of 1e.28 metres makes no sense"),
    _fbx("unit-zero", _text('"A", 100.0', '"A", 0'), "makes no sense"),
    _fbx("unit-nan", _text('"A", 100.0', '"A", nan'), "makes no sense|it is damaged"),
    _fbx("ring", _ring, "Cyclic node hierarchy"),
    _fbx("ring-of-one", _ring_of_one, "Cyclic node hierarchy"),
    _fbx("depth-256", lambda: _chain(256), Read()),
    _fbx("depth-257", lambda: _chain(257), "lie deeper than 256"),
    _fbx("instances-10000", lambda: _copies(10_000), Read(triangles=120_000)),
    _fbx("instances-10001", lambda: _copies(10_001), "more than 10000 FBX nodes hold meshes"),
    _fbx("deep-braces", b"; FBX 7.4.0 project file\n" + b"a: {\n" * 100_000, _DAMAGED),
    _fbx("words", b"; FBX 7.4.0 project file\n" + b"a" * 5_000_000, "it is damaged|holds no triangles"),
    _fbx("strings", b"; FBX 7.4.0 project file\nObjects: {\n" + b'"' * 3_000_001, "it is damaged|holds no triangles"),
    case("fbx-as-obj", "house.obj", house().text, "not OBJ inside but FBX content; rename it to .fbx"),
    case("fbx-is-obj", "house.fbx", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not FBX inside but OBJ content"),
    luring("fbx-texture-outside", _textured(lambda lure: lure.file), _PLAIN),
    luring("fbx-texture-above", _textured(lambda lure: lure.above), _PLAIN),
    luring("fbx-texture-web", _textured(lambda lure: lure.url), _PLAIN),
    luring("fbx-texture-damaged", _textured(lambda _: "a.png", b"\x89PNG\r\n\x1a\nnothing"), _PLAIN),
    luring("fbx-texture-bomb", _textured(lambda _: "a.png", png_header(60_000, 60_000)), _PLAIN),
)
