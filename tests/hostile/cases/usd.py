"""USDA, USDC and USDZ: layers of layers, copies of copies, and what lies outside."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.geometry.loaders.files import WALLS
from tests.hostile.case import Case, Lure, Read, case, luring
from tests.hostile.cases.archives import packed

_POINTS, _FACES = WALLS
_HEAD = '#usda 1.0\n(\n    upAxis = "Z"\n    metersPerUnit = 1\n)\n'
_XFORM = 'uniform token[] xformOpOrder = ["xformOp:transform"]'


def _list(values: np.ndarray) -> str:
    return ", ".join("({:g}, {:g}, {:g})".format(*row) for row in values)


def mesh(name: str = "Walls", *, counts: str = "", indices: str = "", points: str = "", more: str = "") -> str:
    """The walls as a prim, with some of its arrays replaced."""
    counts = counts or ", ".join(["3"] * len(_FACES))
    indices = indices or ", ".join(str(i) for i in _FACES.reshape(-1))
    return f"""def Mesh "{name}"
{{
    int[] faceVertexCounts = [{counts}]
    int[] faceVertexIndices = [{indices}]
    point3f[] points = [{points or _list(_POINTS)}]
    {more}
}}
"""


HOUSE = _HEAD + mesh()


@functools.cache
def binary() -> bytes:
    """The same as USDC."""
    return (Path(__file__).parents[1] / "seeds" / "house.usdc").read_bytes()


def package(*members: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    """A USDZ: its members are stored as they are."""
    return packed(*members, method=zipfile.ZIP_STORED)


def _usda(name: str, content: str | bytes | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"usda-{name}", "house.usda", content, outcome)


def _usdc(name: str, change: Callable[[bytes], bytes], outcome: Read | str) -> Case:
    return case(f"usdc-{name}", "house.usdc", lambda: change(binary()), outcome)


def _usdz(name: str, content: Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"usdz-{name}", "house.usdz", content, outcome)


def _nested(depth: int) -> str:
    return _HEAD + 'def "x" {\n' * (depth - 1) + mesh() + "}\n" * (depth - 1)


def _copies(count: int) -> str:
    rows, places = ", ".join(["0"] * count), ", ".join(f"({20 * i}, 0, 0)" for i in range(count))
    return (
        f'{_HEAD}def PointInstancer "Copies" {{\n int[] protoIndices = [{rows}]\n point3f[] positions = [{places}]\n'
        f" rel prototypes = </Copies/Walls>\n{mesh()}}}\n"
    )


def _copies_of_copies(levels: int) -> str:
    """Each instancer places the next ten thousand times."""
    places, rows = ", ".join(["(0, 0, 0)"] * 10_000), ", ".join(["0"] * 10_000)
    inner, path = "", ""
    names = [f"I{level}" for level in range(levels)]
    for level in reversed(range(levels)):
        path = "/".join(names[: level + 1])
        target = f"</{path}/{names[level + 1]}>" if level + 1 < levels else f"</{path}/None>"
        body = inner or 'def Xform "None" {}\n'
        inner = (
            f'def PointInstancer "{names[level]}" {{\n int[] protoIndices = [{rows}]\n'
            f" point3f[] positions = [{places}]\n rel prototypes = {target}\n{body}}}\n"
        )
    return _HEAD + inner + mesh()


def _doubling(*, instanceable: bool) -> str:
    """Each prim refers to the one before it twice: 2^30 meshes."""
    flag = "instanceable = true\n" if instanceable else ""
    text = f'class "P0" {{\n{mesh()}}}\n'
    for level in range(1, 31):
        both = "".join(f'def "{c}" ( {flag} references = </P{level - 1}> ) {{}}\n' for c in "ab")
        text += f'class "P{level}" {{\n{both}}}\n'
    return _HEAD + text + 'def "Top" ( references = </P30> ) {}\n'


def _matrix(rows: str) -> str:
    return f'{_HEAD}def Xform "X" {{\n matrix4d xformOp:transform = ( {rows} )\n {_XFORM}\n{mesh()}}}\n'


def _painted(texture: str, *, more: str = "") -> str:
    """The walls with a picture as their colour."""
    bound = 'rel material:binding = </Paint>\n texCoord2f[] primvars:st = [(0, 0)] ( interpolation = "constant" )'
    return (
        _HEAD
        + f"""def Material "Paint" {{
    token outputs:surface.connect = </Paint/S.outputs:surface>
    def Shader "S" {{
        uniform token info:id = "UsdPreviewSurface"
        color3f inputs:diffuseColor.connect = </Paint/T.outputs:rgb>
        token outputs:surface
    }}
    def Shader "T" {{
        uniform token info:id = "UsdUVTexture"
        asset inputs:file = @{texture}@
        float3 outputs:rgb
        {more}
    }}
}}
"""
        + mesh(more=bound).replace('def Mesh "Walls"', 'def Mesh "Walls" ( apiSchemas = ["MaterialBindingAPI"] )')
    )


def _referring(address: Callable[[Lure], str], arc: str = "references") -> Callable[[Lure], list[tuple[str, bytes]]]:
    """The walls beside a prim of another layer."""
    return lambda lure: [("house.usda", f'{HOUSE}def "Far" ( {arc} = @{address(lure)}@</A> ) {{}}\n'.encode())]


def _sublayer(address: Callable[[Lure], str]) -> Callable[[Lure], list[tuple[str, bytes]]]:
    return lambda lure: [("house.usda", HOUSE.replace("(\n", f"(\n    subLayers = [@{address(lure)}@]\n", 1).encode())]


def _textured(address: Callable[[Lure], str]) -> Callable[[Lure], list[tuple[str, bytes]]]:
    return lambda lure: [("house.usda", _painted(address(lure)).encode())]


def _link() -> bytes:
    link = zipfile.ZipInfo("part.usda")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return package(("house.usda", HOUSE), (link, "/etc/hostname"))


def _bomb() -> bytes:
    """The model is stored as it has to be; what follows is packed well."""
    data = io.BytesIO(package(("house.usda", HOUSE)))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.bin"), bytes(9_000_000), zipfile.ZIP_DEFLATED)
    return data.getvalue()


_OUT = ("lies outside the model's folder and is left out",)
_NO_NAME = ("is no plain file name and is left out",)
_NO_TEXTURE = ("is missing or cannot be read; 'Paint' has its plain colour",)
_BROKEN = "damaged|cannot be opened|no triangles|crashed"
_ADDRESSES: tuple[tuple[str, Callable[[Lure], str], tuple[str, ...]], ...] = (
    ("above", lambda lure: lure.above, _OUT),
    ("absolute", lambda lure: lure.file, _OUT),
    ("file-url", lambda lure: f"file://{lure.file}", _NO_NAME),
    ("network", lambda lure: lure.url.replace(".png", ".usda"), _NO_NAME),
    ("expression", lambda lure: "`if(true, '" + lure.file + "')`", _NO_NAME),
    ("in-package", lambda lure: f"{lure.file}[a.usda]", _NO_NAME),
)
USDA_CASES = [
    _usda("good", HOUSE, Read()),
    case("usd-good", "house.usd", HOUSE, Read()),
    _usda("cut", HOUSE[: len(HOUSE) // 2], _BROKEN),
    _usda("head-only", _HEAD, "no triangles"),
    _usda("version-9", HOUSE.replace("1.0", "9.9", 1), _BROKEN),
    _usda("is-text", "#usda is a fine format\n" * 30, _BROKEN),
    _usda("null-bytes", HOUSE.replace("points", "po\0ints"), _BROKEN),
    _usda("not-utf-8", HOUSE.encode().replace(b"Walls", b"W\xff\xfells"), _BROKEN),
    _usda("brackets", _HEAD + 'def Mesh "a" { int[] faceVertexCounts = ' + "[" * 100_000, _BROKEN),
    _usda("dictionaries", _HEAD + 'def "a" ( customData = {' + " dictionary d = {" * 20_000, _BROKEN),
    _usda("text-endless", _HEAD + 'def "' + "x" * 1_000_000, _BROKEN),
    _usda(
        "face-past-points", _HEAD + mesh(indices="0, 1, 99" + ", 0, 1, 2" * 11), "names a vertex that does not exist"
    ),
    _usda("face-negative", _HEAD + mesh(indices="0, 1, -1" + ", 0, 1, 2" * 11), "names a vertex that does not exist"),
    _usda("counts-negative", _HEAD + mesh(counts="-3, 39"), "has faces without corners"),
    _usda("counts-past-corners", _HEAD + mesh(counts="3, 2000000000"), "has faces without corners"),
    _usda("counts-past-int", _HEAD + mesh(counts="3, 99999999999"), _BROKEN),
    _usda("counts-of-two", _HEAD + mesh(counts=", ".join(["2"] * 18)), "no triangles"),
    _usda("points-nan", _HEAD + mesh(points="(nan, 0, 0)" + ", (1, 0, 0)" * 7), "not a finite number"),
    _usda("points-infinite", _HEAD + mesh(points="(inf, 0, 0)" + ", (1, 0, 0)" * 7), "not a finite number"),
    _usda("light-years", _HEAD + mesh(points="(1e30, 0, 0), (0, 1, 0)" + ", (1, 0, 0)" * 6), "m long|finite"),
    _usda("points-text", HOUSE.replace("point3f[]", "string[]").replace("(", '"(').replace(")", ')"'), _BROKEN),
    _usda("points-of-two", HOUSE.replace("point3f[]", "float2[]"), _BROKEN),
    _usda("one-point", _HEAD + mesh(points=", ".join(["(1, 1, 1)"] * 8)), "no extent along two axes"),
    _usda("unit-zero", HOUSE.replace("metersPerUnit = 1", "metersPerUnit = 0"), "unit of 0.0 metres makes no sense"),
    _usda("unit-negative", HOUSE.replace("metersPerUnit = 1", "metersPerUnit = -1"), "unit of -1.0 metres makes"),
    _usda("unit-nan", HOUSE.replace("metersPerUnit = 1", "metersPerUnit = nan"), "unit of nan metres makes"),
    _usda("axis-w", HOUSE.replace('upAxis = "Z"', 'upAxis = "W"'), Read(says=("up axis Z, guessed",))),
    _usda("matrix-zero", _matrix(", ".join(["(0, 0, 0, 0)"] * 4)), "no extent|no area"),
    _usda("matrix-nan", _matrix("(nan, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)"), "not a finite number"),
    _usda("depth-256", _nested(256), Read()),
    _usda("depth-257", _nested(257), "deeper than 256"),
    _usda("depth-endless", _nested(50_000), "deeper than 256|crashed|cannot be opened|memory"),
    _usda("instances-10000", _copies(10_000), Read((199_990, 8, 6), triangles=120_000)),
    _usda("instances-10001", _copies(10_001), "more than 10000 copies are placed"),
    _usda("instances-of-instances", _copies_of_copies(6), "more than|too much time|deeper than"),
    _usda(
        "prototype-missing", _copies(2).replace("</Copies/Walls>", "</Copies/Roof>"), "prototype that does not exist"
    ),
    _usda("prototype-past-end", _copies(2).replace("[0, 0]", "[0, 7]"), "prototype that does not exist"),
    _usda("prototype-is-itself", _copies(2).replace("</Copies/Walls>", "</Copies>"), "deeper than 8|more than 10000"),
    _usda("doubling", lambda: _doubling(instanceable=False).encode(), "time or memory|MiB|more than"),
    _usda("doubling-instances", lambda: _doubling(instanceable=True).encode(), "time or memory|MiB|more than"),
    _usda("refers-to-itself", f'{HOUSE}def "A" ( references = </A> ) {{}}\n', Read()),
    _usda(
        "refers-in-a-ring", f'{HOUSE}def "A" ( references = </B> ) {{}}\ndef "B" ( references = </A> ) {{}}\n', Read()
    ),
    _usda("inherits-itself", f'{HOUSE}def "A" ( inherits = </A> ) {{}}\n', Read()),
    _usda("holds-itself", f'{HOUSE}def "A" ( payload = @house.usda@</A> ) {{}}\n', Read()),
    _usda("sublayer-of-itself", HOUSE.replace("(\n", "(\n    subLayers = [@house.usda@]\n", 1), Read()),
    _usda(
        "texture-in-a-ring",
        _painted("a.png", more="float2 inputs:st.connect = </Paint/T.inputs:st>"),
        Read(says=_NO_TEXTURE),
    ),
    luring(
        "usda-clips",
        lambda lure: [
            (
                "house.usda",
                f'{HOUSE}def "A" ( clips = {{\n dictionary default = {{\n asset[] assetPaths = [@{lure.file}@]\n'
                'string primPath = "/A"\n }\n } ) {}\n'.encode(),
            )
        ],
        Read(says=("the animation of 'A' is left out",)),
    ),
    *(luring(f"usda-reference-{n}", _referring(a), Read(says=says)) for n, a, says in _ADDRESSES),
    *(luring(f"usda-payload-{n}", _referring(a, "payload"), Read(says=says)) for n, a, says in _ADDRESSES[:4]),
    *(luring(f"usda-sublayer-{n}", _sublayer(a), Read(says=says)) for n, a, says in _ADDRESSES[:4]),
    *(luring(f"usda-texture-{n}", _textured(a), Read(says=_NO_TEXTURE)) for n, a, _ in _ADDRESSES),
]
USDC_CASES = [
    _usdc("good", lambda d: d, Read()),
    case("usd-binary", "house.usd", binary, Read()),
    *(_usdc(f"cut-{share}", lambda d, s=share: d[: len(d) * s // 100], _BROKEN) for share in (2, 20, 50, 80, 99)),
    _usdc("zeros", lambda d: d[:100] + bytes(len(d) - 100), _BROKEN),
    _usdc("random", lambda d: d[:88] + bytes((i * 37 + i // 7) % 256 for i in range(len(d))), _BROKEN),
    _usdc("version-99", lambda d: d[:8] + b"\x63" + d[9:], _BROKEN),
    _usdc("table-endless", lambda d: d[:16] + b"\xff" * 7 + b"\x7f" + d[24:], _BROKEN),
]
_BEFORE = "the USDZ does not start with a USD file|not USDZ inside"
USDZ_CASES = [
    _usdz("good", lambda: package(("house.usda", HOUSE)), Read()),
    _usdz("binary", lambda: package(("house.usdc", binary())), Read()),
    _usdz("cut", lambda: package(("house.usda", HOUSE))[:-40], "damaged"),
    _usdz("packed", lambda: packed(("house.usda", HOUSE)), "not USDZ inside but ZIP content; rename it to .zip"),
    _usdz("model-second", lambda: package(("a.txt", "x"), ("house.usda", HOUSE)), _BEFORE),
    _usdz("no-model", lambda: package(("a.txt", "x")), _BEFORE),
    _usdz("model-damaged", lambda: package(("house.usda", HOUSE[:90])), _BROKEN),
    _usdz("path-above", lambda: package(("house.usda", HOUSE), ("../a.usda", HOUSE)), "which is not read"),
    _usdz("path-absolute", lambda: package(("house.usda", HOUSE), ("/tmp/a.usda", HOUSE)), "which is not read"),
    _usdz("link", _link, "holds the link"),
    _usdz("ratio-51", _bomb, "more than 50 times"),
    _usdz(
        "members-1001",
        lambda: package(("house.usda", HOUSE), *((f"{i}.txt", "x") for i in range(1000))),
        "1001 files in the archive are too many",
    ),
    _usdz(
        "package-in-package",
        lambda: package(
            ("house.usda", f'{HOUSE}def "A" ( references = @inner.usdz@</Walls> ) {{}}\n'),
            ("inner.usdz", package(("house.usda", HOUSE))),
        ),
        Read(says=("is a package in a package and is left out",)),
    ),
    luring(
        "usdz-texture-above",
        lambda lure: [("house.usdz", package(("house.usda", _painted(lure.above))))],
        Read(says=_NO_TEXTURE),
    ),
    luring(
        "usdz-reference-above",
        lambda lure: [
            ("house.usdz", package(("house.usda", f'{HOUSE}def "A" ( references = @{lure.above}@ ) {{}}\n')))
        ],
        Read(says=_OUT),
    ),
    luring(
        "usdz-reference-network",
        lambda lure: [("house.usdz", package(("house.usda", f'{HOUSE}def "A" ( references = @{lure.url}@ ) {{}}\n')))],
        Read(says=_NO_NAME),
    ),
]

CASES = [*USDA_CASES, *USDC_CASES, *USDZ_CASES]
