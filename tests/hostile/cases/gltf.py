"""GLB and glTF."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.geometry.loaders.files import WALLS, GltfWriter, y_up
from tests.hostile.case import Case, Lure, Read, case, luring
from tests.hostile.cases.pictures import png_header

Tweak = Callable[[GltfWriter], object]
TRIANGLE = (np.array([(0, 0, 0), (4, 0, 0), (0, 3, 0)], float), np.array([(0, 1, 2)]))


def house() -> GltfWriter:
    writer = GltfWriter()
    writer.node("Walls", writer.primitive((y_up(WALLS[0]), WALLS[1]), writer.material("Brick")))
    return writer


def glb(tweak: Tweak = lambda _: None, *, writer: GltfWriter | None = None) -> bytes:
    writer = writer or house()
    tweak(writer)
    return writer.glb_bytes()


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def put(*path: Any, value: Any) -> Tweak:
    """Set one value of the JSON tree."""

    def tweak(writer: GltfWriter) -> None:
        target: Any = writer.tree
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value

    return tweak


def bad(name: str, tweak: Tweak, pattern: str | Read) -> Case:
    return case(f"glb-{name}", "house.glb", lambda: glb(tweak), pattern)


def points(writer: GltfWriter, value: float) -> None:
    """One coordinate of the walls replaced."""
    start = writer.tree["bufferViews"][0]["byteOffset"]
    writer.binary = patched(writer.binary, start + 4, struct.pack("<f", value))


def chain(depth: int) -> Tweak:
    """The walls at the end of a chain of nodes."""

    def tweak(writer: GltfWriter) -> None:
        writer.tree["scenes"][0]["nodes"] = [1]
        for row in range(1, depth):
            writer.tree["nodes"].append({"children": [row + 1 if row < depth - 1 else 0]})

    return tweak


def fan_out(writer: GltfWriter) -> None:
    """Each node holds the next one twice: 2^60 visits, and not one mesh."""
    writer.tree["nodes"] += [{"children": [row + 2, row + 2]} for row in range(60)]
    writer.tree["nodes"].append({})
    writer.tree["scenes"][0]["nodes"].append(1)


def copies(count: int) -> Tweak:
    return lambda writer: (
        writer.tree["nodes"].extend({"mesh": 0} for _ in range(count - 1)),
        put("scenes", 0, "nodes", value=list(range(count)))(writer),
    )


def many_triangles(writer: GltfWriter) -> None:
    """5,005,000 triangles by instances of a mesh of 5,000."""
    rows = np.tile(np.arange(3, dtype=np.uint32), 5000)
    writer.tree["meshes"][0]["primitives"][0]["indices"] = writer.accessor(rows, "SCALAR")
    copies(1001)(writer)


def forest(writer: GltfWriter) -> None:
    """4,492,800 triangles that a file of 200 kB holds: 900 copies of the walls, 416 times one upon another."""
    faces = np.tile(WALLS[1].astype(np.uint32).reshape(-1), 416)
    writer.tree["meshes"][0]["primitives"][0]["indices"] = writer.accessor(faces, "SCALAR")
    copies(900)(writer)


def textured(data: bytes) -> Tweak:
    def tweak(writer: GltfWriter) -> None:
        writer.tree["images"] = [{"bufferView": writer.view(data), "mimeType": "image/png"}]
        link_texture(writer)

    return tweak


def link_texture(writer: GltfWriter) -> None:
    writer.tree["textures"] = [{"source": 0}]
    writer.tree["materials"][0]["pbrMetallicRoughness"] = {"baseColorTexture": {"index": 0}}


def with_uri(uri: Callable[[Lure], str], *, texture: bool) -> Callable[[Lure], list[tuple[str, bytes]]]:
    """A glTF whose buffer, or else whose texture, lies where it must not."""

    def files(lure: Lure) -> list[tuple[str, bytes]]:
        writer = house()
        writer.tree["buffers"] = [
            {"byteLength": len(writer.binary), "uri": "house.bin" if texture else uri(lure)},
        ]
        if texture:
            writer.tree["images"] = [{"uri": uri(lure)}]
            link_texture(writer)
        return [("house.gltf", json.dumps(writer.tree).encode()), ("house.bin", writer.binary)]

    return files


def padded(size: int) -> bytes:
    """glTF whose JSON has a given length."""
    writer = house()
    import base64

    uri = "data:application/octet-stream;base64," + base64.b64encode(writer.binary).decode()
    writer.tree["buffers"] = [{"byteLength": len(writer.binary), "uri": uri}]
    text = json.dumps(writer.tree).encode()
    return text[:-1] + b" " * (size - len(text)) + b"}"


def zero_sparse(count: int) -> Tweak:
    def tweak(writer: GltfWriter) -> None:
        accessor = writer.tree["accessors"][0]
        del accessor["bufferView"]
        row = writer.view(b"\0" * 16)
        accessor |= {
            "count": count,
            "sparse": {
                "count": 1,
                "indices": {"bufferView": row, "componentType": 5125},
                "values": {"bufferView": row},
            },
        }

    return tweak


_POSITION = ("accessors", 0)
_LURES: dict[str, Callable[[Lure], str]] = {
    "absolute": lambda lure: lure.file,
    "above": lambda lure: lure.above,
    "encoded": lambda lure: lure.above.replace("..", "%2e%2e").replace("/", "%2F"),
    "backslash": lambda lure: lure.above.replace("/", "\\"),
    "file-url": lambda lure: f"file://{lure.file}",
    "http": lambda lure: lure.url,
    "null": lambda lure: f"house.bin\0{lure.file}",
    "device": lambda lure: "/dev/zero",
    "long": lambda lure: "a" * 100_000,
}
_OUTSIDE = r"lies outside the model's folder; put it beside|is missing; put it beside the model"

CASES = [
    case("glb-cut-in-half", "house.glb", lambda: glb()[: len(glb()) // 2], r"cut off: \d+ of \d+ bytes"),
    case("glb-cut-header", "house.glb", lambda: glb()[:11], "ends after 11 bytes"),
    case("glb-length-too-long", "house.glb", lambda: patched(glb(), 8, b"\xff" * 4), "cut off: .* of 4294967295 bytes"),
    case(
        "glb-length-too-short",
        "house.glb",
        lambda: patched(glb(), 8, struct.pack("<I", 40)),
        "outside|JSON|does not hold",
    ),
    case("glb-version-1", "house.glb", lambda: patched(glb(), 4, b"\1"), "GLB version 1 cannot be read; export glTF 2"),
    case("glb-chunk-endless", "house.glb", lambda: patched(glb(), 12, b"\xff" * 4), "a chunk lies outside"),
    case("glb-chunk-unknown", "house.glb", lambda: patched(glb(), 16, b"JSOX"), "no JSON chunk"),
    case("glb-json-binary", "house.glb", lambda: patched(glb(), 22, b"\xff\xfe\0"), "JSON is damaged"),
    case("glb-bytes-behind", "house.glb", lambda: glb() + b"PK\3\4" * 99, Read()),
    case("glb-is-obj", "house.glb", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not GLB inside but OBJ content; rename"),
    case("glb-is-png", "house.glb", lambda: png_header(20, 20), "house.glb: the picture is damaged"),
    case("glb-is-text", "house.glb", "Dear architect,\n" * 20, "not GLB inside but content of another kind"),
    case("glb-empty", "house.glb", b"", "the file is empty; export it again"),
    case("glb-named-gltf", "house.gltf", glb, "not glTF inside but GLB content; rename it to .glb"),
    case("gltf-list", "house.gltf", '[{"asset": 1, "meshes": []}]', "not glTF inside|not an object"),
    case("gltf-deep-json", "house.gltf", '{"asset":' + "[" * 200_000, "JSON is damaged"),
    case("gltf-cut", "house.gltf", '{"asset": {"version": "2.0"}, "meshes": [', "JSON is damaged"),
    case(
        "gltf-version-1", "house.gltf", '{"asset": {"version": "1.0"}, "meshes": []}', r"version '1\.0' cannot be read"
    ),
    case("gltf-no-asset", "house.gltf", '{"asset": 7, "meshes": []}', "version 'missing'|version .* cannot be read"),
    case("gltf-empty", "house.gltf", '{"asset": {"version": "2.0"}}', "holds no triangles; export it with meshes"),
    case("gltf-big-number", "house.gltf", '{"asset": {"version": "2.0"}, "scene": ' + "9" * 9000 + "}", "JSON is dam"),
    case("gltf-json-64-mb", "house.gltf", lambda: padded(64_000_000), Read()),
    case(
        "gltf-json-past-64-mb", "house.gltf", lambda: padded(64_000_001), "JSON is larger than 64 MB; export geometry"
    ),
    bad("nan", lambda w: points(w, float("nan")), r"not a finite number \(NaN or infinity\)"),
    bad("infinity", lambda w: points(w, float("inf")), "not a finite number"),
    bad("light-years", lambda w: points(w, 1e30), r"the model is 1e\+30 m long; give --unit"),
    bad("count-endless", put(*_POSITION, "count", value=1 << 40), "accessor 0 lies outside its buffer view"),
    bad("count-negative", put(*_POSITION, "count", value=-1), "accessor 0 has an unknown type or count"),
    bad("count-text", put(*_POSITION, "count", value="many"), "accessor 0 has an unknown type or count"),
    bad("count-true", put(*_POSITION, "count", value=True), "glTF is damaged"),
    bad("no-view", lambda w: w.tree["accessors"][0].pop("bufferView"), "accessor 0 has no data"),
    bad("sparse-endless", zero_sparse(1 << 33), "accessor 0 claims 8589934592 values"),
    bad("sparse-large", zero_sparse(40_000_000), "accessor 0 claims 40000000 values"),
    bad("offset-negative", put(*_POSITION, "byteOffset", value=-4), "accessor 0 lies outside"),
    bad("offset-huge", put(*_POSITION, "byteOffset", value=1e300), "accessor 0 lies outside"),
    bad("stride-small", put("bufferViews", 0, "byteStride", value=2), "accessor 0 lies outside"),
    bad("stride-huge", put("bufferViews", 0, "byteStride", value=1 << 60), "accessor 0 lies outside"),
    bad("view-endless", put("bufferViews", 0, "byteLength", value=1 << 50), "buffer view 0 lies outside"),
    bad("view-negative", put("bufferViews", 0, "byteLength", value=-8), "buffer view 0 lies outside"),
    bad("vec2", put(*_POSITION, "type", value="VEC2"), "names a vertex that does not exist"),
    bad("type-unknown", put(*_POSITION, "componentType", value=9), "unknown type or count"),
    bad("type-list", put(*_POSITION, "type", value=["VEC3"]), "glTF is damaged|unknown type"),
    bad("index-outside", put(*_POSITION, "count", value=3), "face names a vertex that does not exist"),
    bad("index-float", put("accessors", 1, "componentType", value=5126), "outside its buffer view|does not exist"),
    bad("node-in-itself", put("nodes", 0, "children", value=[0]), "node 0 holds itself or lies deeper than 256"),
    bad(
        "nodes-in-each-other",
        lambda w: (
            w.tree["nodes"].extend([{"children": [2]}, {"children": [1]}]) or put("scenes", 0, "nodes", value=[1])(w)
        ),
        "node 1 holds itself",
    ),
    bad("depth-256", chain(256), Read()),
    bad("depth-257", chain(257), "lies deeper than 256"),
    bad("fan-out", fan_out, "more than 100000 nodes are placed"),
    bad("instances-10000", copies(10_000), Read(triangles=120_000)),
    bad("instances-10001", copies(10_001), "more than 10000 nodes hold meshes; join some"),
    bad("forest", forest, Read(triangles=4_492_800)),
    bad("triangles-by-instances", many_triangles, "5005000 triangles, 1000 copies of meshes counted, are too many"),
    bad("node-text", put("scenes", 0, "nodes", value=["0"]), "names nodes '0', but there are 1"),
    bad("node-true", put("scenes", 0, "nodes", value=[False]), "names nodes False"),
    bad("node-no-list", put("scenes", 0, "nodes", value=7), "glTF is damaged"),
    bad("nodes-no-list", put("nodes", value={"a": 1}), "nodes is not a list of objects"),
    bad("children-text", put("nodes", 0, "children", value="abc"), "names nodes 'a'"),
    bad("scene-missing", put("scene", value=5), "names scenes 5, but there are 1"),
    bad("mesh-missing", put("nodes", 0, "mesh", value=9), "names meshes 9"),
    bad("mesh-bare", put("meshes", 0, value={}), "glTF is damaged"),
    bad("primitives-text", put("meshes", 0, "primitives", value="abc"), "damaged"),
    bad("material-missing", put("meshes", 0, "primitives", 0, "material", value=9), "names materials 9"),
    bad("material-color-text", put("materials", 0, "pbrMetallicRoughness", value={"baseColorFactor": "red"}), "Brick"),
    bad("material-color-short", put("materials", 0, "pbrMetallicRoughness", value={"baseColorFactor": [1]}), "damaged"),
    bad("material-nan", put("materials", 0, "pbrMetallicRoughness", value={"roughnessFactor": float("nan")}), "Brick"),
    bad("matrix-short", put("nodes", 0, "matrix", value=[1] * 15), "glTF is damaged"),
    bad("matrix-nan", put("nodes", 0, "matrix", value=[float("nan")] * 16), "not a finite number"),
    bad("scale-0", put("nodes", 0, "scale", value=[0, 0, 0]), "no extent along two axes: a point or a line"),
    bad("scale-flat", put("nodes", 0, "scale", value=[1, 0, 0]), "no extent along two axes: a point or a line"),
    bad("scale-tiny", put("nodes", 0, "scale", value=[1e-300] * 3), "no extent along two axes"),
    bad(
        "scale-millimetre",
        put("nodes", 0, "scale", value=[1e-3] * 3),
        Read((0.01, 0.008, 0.006), says=("0.006 m high",)),
    ),
    bad("rotation-0", put("nodes", 0, "rotation", value=[0, 0, 0, 0]), Read()),
    bad("mode-lines", put("meshes", 0, "primitives", 0, "mode", value=1), "holds no triangles"),
    bad("mode-unknown", put("meshes", 0, "primitives", 0, "mode", value=77), "holds no triangles"),
    bad("draco", put("extensionsRequired", value=["KHR_draco_mesh_compression"]), "compressed by Draco.*without compr"),
    bad("meshopt", put("extensionsRequired", value=["EXT_meshopt_compression"]), "compressed by meshopt"),
    bad("required-no-list", put("extensionsRequired", value=7), "damaged"),
    bad("name-no-text", put("nodes", 0, "name", value={"a": [1, 2]}), Read()),
    bad("texture-bomb", textured(png_header(60_000, 60_000)), Read(says=("texture of material 'Brick' is left out",))),
    bad("texture-cut", textured(png_header(64, 64)[:40]), Read(says=("texture of material 'Brick' is left out",))),
    bad("texture-is-svg", textured(b"<svg xmlns='x'/>"), Read(says=("texture of material 'Brick' is left out",))),
    *(luring(f"gltf-buffer-{k}", with_uri(uri, texture=False), _OUTSIDE) for k, uri in _LURES.items()),
    *(
        luring(
            f"gltf-texture-{k}", with_uri(uri, texture=True), Read(says=("texture of material 'Brick' is left out",))
        )
        for k, uri in _LURES.items()
    ),
    bad("buffer-base64", put("bufferViews", 0, "buffer", value=4), "names buffers 4"),
    luring(
        "gltf-base64-damaged",
        with_uri(lambda _: "data:application/octet-stream;base64,@@@@", texture=False),
        "embedded buffer is damaged",
    ),
]
