"""Collada and 3MF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.geometry.loaders.files import WALLS, dae_text
from tests.hostile.case import Case, Lure, Read, case, luring

DAE = dae_text(*WALLS, unit=1.0, up="Z_UP")
NODE = DAE[DAE.index('<node id="n"') : DAE.index("</visual_scene>")]
LAUGHS = (
    '<!DOCTYPE COLLADA [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)


def _dae(name: str, content: str | bytes | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"dae-{name}", "house.dae", content, outcome)


def _declared(text: str) -> str:
    head, body = DAE.split("?>\n", 1)
    return f"{head}?>\n{text}\n{body}"


def _nested(depth: int) -> str:
    return DAE.replace(NODE, "<node>" * depth + NODE + "</node>" * depth)


def _library_of(nodes: str, *, first: str = "b0") -> str:
    library = f"<library_nodes>{nodes}</library_nodes>\n <library_visual_scenes>"
    return DAE.replace("<library_visual_scenes>", library).replace(
        NODE, f'<node id="top"><instance_node url="#{first}"/></node>'
    )


def _doubling() -> str:
    """Each node holds the next one twice."""
    nodes = "".join(
        f'<node id="b{i}"><instance_node url="#b{i + 1}"/><instance_node url="#b{i + 1}"/></node>' for i in range(40)
    )
    return _library_of(f'{nodes}<node id="b40"/>')


def _picture(name: Callable[[Lure], str]) -> Callable[[Lure], list[tuple[str, bytes]]]:
    """A material whose texture lies where it must not."""

    def files(lure: Lure) -> list[tuple[str, bytes]]:
        images = f'<library_images><image id="i"><init_from>{name(lure)}</init_from></image></library_images>'
        parameters = (
            '<newparam sid="f"><surface type="2D"><init_from>i</init_from></surface></newparam>'
            '<newparam sid="s"><sampler2D><source>f</source></sampler2D></newparam>'
        )
        text = DAE.replace("<library_effects>", f"{images}<library_effects>")
        text = text.replace("<profile_COMMON>", f"<profile_COMMON>{parameters}")
        text = text.replace("<color>0.5 0.75 0.25 1</color>", '<texture texture="s" texcoord="u"/>')
        return [("house.dae", text.encode())]

    return files


_LURES: dict[str, Callable[[Lure], str]] = {
    "absolute": lambda lure: lure.file,
    "above": lambda lure: lure.above,
    "file-url": lambda lure: f"file://{lure.file}",
    "http": lambda lure: lure.url,
}
_UNIT = "the Collada unit of .* metres makes no sense"
_BROKEN = "damaged|makes no sense|names a vertex"

DAE_CASES = [
    _dae("cut", DAE[: len(DAE) // 2], "damaged"),
    _dae("cut-end", DAE[:-12], "damaged"),
    _dae("billion-laughs", _declared(LAUGHS), "declares XML entities, which are not read"),
    luring(
        "dae-external-entity",
        lambda lure: [("house.dae", _declared(f'<!DOCTYPE C [<!ENTITY x SYSTEM "{lure.file}">]>').encode())],
        "declares XML entities",
    ),
    luring(
        "dae-external-dtd",
        lambda lure: [("house.dae", _declared(f'<!DOCTYPE COLLADA SYSTEM "{lure.url}">').encode())],
        "declares XML entities",
    ),
    luring(
        "dae-xinclude",
        lambda lure: [
            (
                "house.dae",
                DAE.replace(
                    "</library_geometries>",
                    "</library_geometries><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
                    f"href='{lure.file}' parse='text'/>",
                ).encode(),
            )
        ],
        Read(),
    ),
    _dae("utf-16-laughs", lambda: _declared(LAUGHS).replace("utf-8", "utf-16").encode("utf-16"), "not Collada inside"),
    _dae("depth-200", _nested(200), Read()),
    _dae("depth-300", _nested(300), "deeper than 256|damaged"),
    _dae("depth-100000", _nested(100_000), "deeper than 256|damaged"),
    _dae(
        "node-in-itself", _library_of('<node id="b0"><instance_node url="#b0"/></node>'), "deeper|damaged|no triangles"
    ),
    _dae(
        "nodes-in-each-other",
        _library_of('<node id="b0"><instance_node url="#b1"/></node><node id="b1"><instance_node url="#b0"/></node>'),
        "deeper|damaged|no triangles",
    ),
    _dae("doubling", _doubling(), "more than 100000 Collada nodes are placed"),
    *(_dae(f"unit-{u}", DAE.replace('meter="1.0"', f'meter="{u}"'), _UNIT) for u in ("0", "-1", "nan", "1e30", "inf")),
    _dae("unit-word", DAE.replace('meter="1.0"', 'meter="foot"'), _UNIT),
    _dae(
        "unit-mile",
        DAE.replace('meter="1.0"', 'meter="1609"'),
        Read((16090, 12872, 9654), says=("9654 m high", "moved to the origin", "nearest")),
    ),
    _dae("axis-unknown", DAE.replace("Z_UP", "W_UP"), Read((10.0, 6.0, 8.0), says=("up_axis",))),
    _dae("array-count-lying", DAE.replace('count="24"', 'count="999999999"'), Read()),
    _dae(
        "accessor-count-lying",
        DAE.replace('<accessor source="#pa" count="8"', '<accessor source="#pa" count="99999999"'),
        Read(),
    ),
    _dae("array-short", DAE.replace(' stride="3"', ' stride="4"'), "has rows of 4 numbers but names 3"),
    _dae("array-words", DAE.replace("5 4 6</float_array>", "5 4 six</float_array>"), "damaged"),
    _dae("array-nan", DAE.replace("5 4 6</float_array>", "5 4 NaN</float_array>"), "not a finite number"),
    _dae("array-infinity", DAE.replace("5 4 6</float_array>", "5 4 INF</float_array>"), "not a finite number"),
    _dae("index-outside", DAE.replace("<p>0 ", "<p>800 "), "names a vertex that does not exist|damaged"),
    _dae("index-negative", DAE.replace("<p>0 ", "<p>-3 "), "names a vertex that does not exist|damaged"),
    _dae("index-left-over", DAE.replace("<p>0 ", "<p>0 1 "), "damaged|names a vertex|left over"),
    _dae("source-missing", DAE.replace('source="#pa"', 'source="#gone"'), Read()),
    _dae("geometry-missing", DAE.replace('url="#g"', 'url="#gone"'), "damaged|no triangles"),
    _dae("material-missing", DAE.replace('target="#m"', 'target="#gone"'), "no triangles"),
    _dae("scene-missing", DAE.replace('<instance_visual_scene url="#s"/>', ""), "has no scene"),
    _dae("scene-empty", DAE.replace(NODE, ""), "holds no triangles"),
    _dae("matrix-short", DAE.replace("<translate>100 0 0</translate>", "<matrix>1 0 0 0</matrix>"), "damaged"),
    _dae("matrix-0", DAE.replace("<translate>100 0 0</translate>", "<scale>0 0 0</scale>"), "no extent along two axes"),
    _dae("matrix-nan", DAE.replace("<translate>100 0 0</translate>", "<scale>1 NaN 1</scale>"), "not a finite number"),
    _dae("xml-64-mb", lambda: DAE.encode() + b" " * (64_000_000 - len(DAE)), Read()),
    _dae(
        "xml-past-64-mb", lambda: DAE.encode() + b" " * (64_000_001 - len(DAE)), "XML is larger than 64 MB; export GLB"
    ),
    _dae("empty-element", '<?xml version="1.0"?><COLLADA/>', "damaged|no scene"),
    _dae("is-3mf-xml", '<?xml version="1.0"?><model unit="meter"/>', "not Collada inside but content of another kind"),
    *(
        luring(f"dae-texture-{k}", _picture(name), Read(says=("texture .* is missing or cannot be read",)))
        for k, name in _LURES.items()
    ),
]


def model(
    *,
    vertices: str = "",
    triangles: str = "",
    build: str = '<item objectid="1"/>',
    objects: str = "",
    unit: str = "meter",
) -> str:
    points, faces = WALLS
    vertices = vertices or "".join('<vertex x="{:g}" y="{:g}" z="{:g}"/>'.format(*p) for p in points)
    triangles = triangles or "".join('<triangle v1="{}" v2="{}" v3="{}"/>'.format(*f) for f in faces)
    return (
        f'<?xml version="1.0"?><model unit="{unit}" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">'
        f'<resources><object id="1" name="Walls"><mesh><vertices>{vertices}</vertices>'
        f"<triangles>{triangles}</triangles></mesh></object>{objects}</resources><build>{build}</build></model>"
    )


def packed(text: str | bytes, *, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("3D/3dmodel.model"), text, method)
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _3mf(name: str, text: str | Callable[[], bytes], outcome: Read | str) -> Case:
    return case(f"3mf-{name}", "house.3mf", text if callable(text) else (lambda: packed(text)), outcome)


def _components(*rows: tuple[int, tuple[int, ...]]) -> str:
    return "".join(
        f'<object id="{row}"><components>'
        + "".join(f'<component objectid="{c}"/>' for c in children)
        + "</components></object>"
        for row, children in rows
    )


def _item(row: int) -> str:
    return f'<item objectid="{row}"/>'


_CHAIN = [(row, (row + 1,) if row < 256 else (1,)) for row in range(2, 257)]
_3MF_CASES = [
    _3mf("good", model(), Read()),
    _3mf("cut", lambda: packed(model())[:-100], "damaged"),
    _3mf("cut-xml", model()[:-40], "damaged"),
    _3mf(
        "no-model",
        lambda: packed(model()).replace(b"3dmodel.model", b"3dmodel.models"[:13].replace(b"l.m", b"l_m")),
        "not 3MF inside|holds no 3D",
    ),
    _3mf(
        "billion-laughs", model().replace("?>", "?>" + LAUGHS.replace("COLLADA", "model"), 1), "declares XML entities"
    ),
    _3mf(
        "utf-16-laughs",
        lambda: packed(
            model()
            .replace("?>", ' encoding="utf-16"?>' + LAUGHS.replace("COLLADA", "model"), 1)
            .replace('name="Walls"', 'name="&j;"')
            .encode("utf-16")
        ),
        "declares XML entities|damaged",
    ),
    luring(
        "3mf-external-entity",
        lambda lure: [
            ("house.3mf", packed(model().replace("?>", f'?><!DOCTYPE m [<!ENTITY x SYSTEM "{lure.file}">]>', 1)))
        ],
        "declares XML entities",
    ),
    _3mf("deep-xml", model(objects="<a>" * 5000 + "</a>" * 5000), "damaged"),
    _3mf("object-in-itself", model(objects=_components((2, (2,))), build=_item(2)), "does not exist or holds itself"),
    _3mf("objects-in-each-other", model(objects=_components((2, (3,)), (3, (2,))), build=_item(2)), "holds itself"),
    _3mf("depth-256", model(objects=_components(*_CHAIN), build=_item(2)), Read()),
    _3mf("depth-257", model(objects=_components((300, (2,)), *_CHAIN), build=_item(300)), Read()),
    _3mf(
        "depth-258",
        model(objects=_components((301, (300,)), (300, (2,)), *_CHAIN), build=_item(301)),
        "holds itself|deeper",
    ),
    _3mf(
        "doubling",
        model(objects=_components(*((r, (r + 1, r + 1)) for r in range(2, 40)), (40, ())), build=_item(2)),
        "more than 10000 parts are placed",
    ),
    _3mf("instances-10000", model(build=_item(1) * 10_000), Read(triangles=120_000)),
    _3mf("instances-10001", model(build=_item(1) * 10_001), "more than 10000 parts are placed; join some"),
    _3mf("object-missing", model(build=_item(9)), "object '9' does not exist"),
    _3mf("nothing-built", model(build=""), "holds no triangles"),
    _3mf("unit-unknown", model(unit="parsec"), "the 3MF unit 'parsec' is not known; export in one of micron"),
    _3mf("unit-micron", model(unit="micron"), Read((1e-5, 1e-5, 1e-5), says=("m high",))),
    _3mf("index-outside", model(triangles='<triangle v1="0" v2="1" v3="88"/>'), "names a vertex that does not exist"),
    _3mf("index-negative", model(triangles='<triangle v1="0" v2="1" v3="-1"/>'), "names a vertex that does not exist"),
    _3mf("index-absent", model(triangles='<triangle v1="0" v2="1"/>'), "damaged"),
    _3mf("index-word", model(triangles='<triangle v1="0" v2="1" v3="two"/>'), "damaged"),
    _3mf("vertex-absent", model(vertices='<vertex x="0" y="0"/>'), "damaged"),
    _3mf("vertex-nan", model().replace('x="5"', 'x="nan"'), "not a finite number"),
    _3mf("vertex-overflow", model().replace('x="5"', 'x="1e999"'), "not a finite number"),
    _3mf("transform-short", model(build='<item objectid="1" transform="1 0 0 0 1 0 0 0 1 0 0"/>'), "damaged"),
    _3mf("transform-0", model(build=f'<item objectid="1" transform="{"0 " * 12}"/>'), "no extent along two axes"),
    _3mf("transform-nan", model(build=f'<item objectid="1" transform="{"nan " * 12}"/>'), "not a finite number"),
    _3mf("member-above", lambda: packed(model(), **{"../evil": b"x"}), r"the path '\.\./evil', which is not read"),
    _3mf("bomb", lambda: packed(model(), blanks=bytes(60_000_000)), "unpacks to more than 50 times its size"),
    _3mf(
        "xml-past-64-mb",
        lambda: packed(model() + " " * 64_000_000, method=zipfile.ZIP_STORED),
        "XML is larger than 64 MB; export GLB",
    ),
    _3mf(
        "encrypted", lambda: packed(model()).replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"), "is encrypted"
    ),
    case("3mf-named-zip", "house.zip", lambda: packed(model()), "not ZIP inside but 3MF content; rename it to .3mf"),
]

CASES = [*DAE_CASES, *_3MF_CASES]
