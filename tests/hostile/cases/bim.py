"""IFC, Rhino and DXF."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.geometry.loaders.files import WALLS
from tests.geometry.loaders.reference import WRITERS
from tests.hostile.case import Case, Read, case

_PAINT = (200, 190, 180)


@functools.cache
def written(suffix: str) -> bytes:
    """The house by a format's own library."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"house{suffix}"
        WRITERS[suffix](path, {"Walls": (WALLS, _PAINT)})
        return path.read_bytes()


def _ifc(name: str, change: Callable[[str], str], outcome: Read | str) -> Case:
    return case(f"ifc-{name}", "house.ifc", lambda: change(written(".ifc").decode()).encode(), outcome)


def _with(lines: str) -> Callable[[str], str]:
    return lambda text: text.replace("ENDSEC;\nEND-ISO", f"{lines}\nENDSEC;\nEND-ISO")


def _entity(text: str, kind: str) -> str:
    """The line of the first entity of a class."""
    return next(line for line in text.splitlines() if f"={kind}(" in line)


def _changed(kind: str, change: Callable[[str], str]) -> Callable[[str], str]:
    def whole(text: str) -> str:
        line = _entity(text, kind)
        changed = change(line)
        assert changed != line, line
        return text.replace(line, changed)

    return whole


def _own_placement(text: str) -> str:
    """A placement relative to itself."""
    line = _entity(text, "IFCLOCALPLACEMENT")
    number = line.split("=")[0]
    return text.replace(line, f"{number}=IFCLOCALPLACEMENT({number},{line.rsplit(',', 1)[1]}")


def _row(line: str) -> str:
    return line.split("=")[0]


_FAULTS = ("shape that cannot be read|faults were found",)
_NOTHING = "holds no triangles|damaged|faults"
IFC_CASES = [
    _ifc("good", lambda t: t, Read()),
    _ifc("cut", lambda t: t[: len(t) // 2], "the IFC ends before END-ISO-10303-21"),
    _ifc(
        "header-only", lambda t: t[: t.index("DATA;")] + "DATA;\nENDSEC;\nEND-ISO-10303-21;\n", "no triangles|damaged"
    ),
    _ifc("schema-unknown", lambda t: t.replace("'IFC4'", "'IFC9X9'"), "export IFC 2x3, 4 or 4x3"),
    _ifc("schema-none", lambda t: t.replace("FILE_SCHEMA(('IFC4'))", "FILE_SCHEMA(())"), "not IFC inside|STEP files"),
    _ifc("class-unknown", _with("#90000=IFCSPACESHIP('x',$,$);"), Read(says=("faults were found",))),
    _ifc(
        "line-endless",
        lambda t: t.replace("ENDSEC;\nEND-ISO", "#90000=IFCWALL((((((\nENDSEC;\nEND-ISO"),
        Read(says=("faults were found",)),
    ),
    _ifc("brackets", _with("#90000=IFCCARTESIANPOINT(" + "(" * 100_000 + ")" * 100_000 + ");"), Read()),
    _ifc("number-huge", _with(f"#{'9' * 400}=IFCCARTESIANPOINT((0.,0.));"), "damaged|faults|crashed"),
    _ifc("text-endless", _with("#90000=IFCLABEL('" + "x" * 100_000), Read(says=("faults were found",))),
    _ifc("null-bytes", _with("#90000=IFCCARTESIANPOINT((\0\0\0,1.));"), "a line of the IFC is damaged"),
    _ifc("placement-in-itself", _own_placement, "the reader crashed on this file"),
    _ifc("id-twice", lambda t: _with(_entity(t, "IFCLOCALPLACEMENT"))(t), Read()),
    _ifc(
        "empty-brackets",
        _changed("IFCCARTESIANPOINTLIST3D", lambda s: f"{_row(s)}=IFCCARTESIANPOINTLIST3D(());"),
        "holds one without three coordinates",
    ),
    _ifc(
        "points-short",
        _changed("IFCCARTESIANPOINTLIST3D", lambda s: s.replace("((-5000.,-4000.,0.),", "((-5000.,-4000.),")),
        "holds one without three coordinates",
    ),
    _ifc("points-words", _changed("IFCCARTESIANPOINTLIST3D", lambda s: s.replace("((-5000.,", "(('five',")), _NOTHING),
    _ifc(
        "points-overflow",
        _changed("IFCCARTESIANPOINTLIST3D", lambda s: s.replace("5000.", "5.E999")),
        "finite|m long|damaged|no triangles",
    ),
    _ifc("light-years", _changed("IFCCARTESIANPOINTLIST3D", lambda s: s.replace("5000.", "5.E30")), "m long|crashed"),
    _ifc(
        "storeys-unused", _with("\n".join(f"#{90000 + i}=IFCCARTESIANPOINT((0.,{i}.));" for i in range(2000))), Read()
    ),
    case(
        "ifc-is-step",
        "house.ifc",
        "ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\n",
        "STEP|not IFC",
    ),
    case("ifc-is-text", "house.ifc", "IFC is a fine format\n" * 30, "not IFC inside but content of another kind"),
    case("ifcxml", "house.ifcxml", "<ifcXML/>", "IFC as XML or JSON cannot be read; export as .ifc"),
]


def _3dm(name: str, change: Callable[[bytes], bytes], outcome: Read | str) -> Case:
    return case(f"3dm-{name}", "house.3dm", lambda: change(written(".3dm")), outcome)


def rhino(build: Callable[..., None]) -> Callable[[], bytes]:
    """A file of what ``build(file, rhino3dm)`` adds."""

    def make() -> bytes:
        import rhino3dm

        file = rhino3dm.File3dm()
        file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Meters
        build(file, rhino3dm)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "house.3dm"
            assert file.Write(str(path), 7)
            return path.read_bytes()

    return make


def _curves(file, rhino3dm) -> None:
    file.Objects.AddPoint(0, 0, 0)
    file.Objects.AddLine(rhino3dm.Point3d(0, 0, 0), rhino3dm.Point3d(1, 1, 1))


def _unmeshed(file, rhino3dm) -> None:
    file.Objects.AddSphere(rhino3dm.Sphere(rhino3dm.Point3d(0, 0, 0), 4))


def _blocks(file, rhino3dm) -> None:
    """Each block holds the next one twice: 2^30 placements."""
    mesh = rhino3dm.Mesh()
    for point in ((0, 0, 0), (4, 0, 0), (0, 3, 0)):
        mesh.Vertices.Add(*map(float, point))
    mesh.Faces.AddFace(0, 1, 2)
    attributes = rhino3dm.ObjectAttributes()
    row = file.InstanceDefinitions.Add("b0", "", "", "", rhino3dm.Point3d(0, 0, 0), (mesh,), (attributes,))
    for number in range(1, 30):
        inner = file.InstanceDefinitions[row if isinstance(row, int) else number - 1].Id
        placed = tuple(rhino3dm.InstanceReference(inner, rhino3dm.Transform(1.0)) for _ in range(2))
        row = file.InstanceDefinitions.Add(
            f"b{number}",
            "",
            "",
            "",
            rhino3dm.Point3d(0, 0, 0),
            placed,
            tuple(rhino3dm.ObjectAttributes() for _ in placed),
        )
    last = file.InstanceDefinitions[row if isinstance(row, int) else 29].Id
    file.Objects.AddInstanceObject(rhino3dm.InstanceReference(last, rhino3dm.Transform(1.0)), attributes)


_RHINO = "Rhino's reader cannot open it|damaged|no triangles|crashed|says|cut off"
RHINO_CASES = [
    _3dm("good", lambda d: d, Read()),
    *(_3dm(f"cut-{share}", lambda d, s=share: d[: len(d) * s // 100], _RHINO) for share in (3, 20, 50, 80, 95)),
    _3dm("zeros", lambda d: d[:200] + bytes(len(d) - 200), _RHINO),
    _3dm("random", lambda d: d[:48] + bytes((i * 37 + i // 7) % 256 for i in range(len(d))), _RHINO),
    _3dm("lengths-endless", lambda d: d.replace(b"\x10\0\0\0", b"\xff\xff\xff\x7f"), _RHINO),
    _3dm("version-99", lambda d: d.replace(b"       7", b"      99"), Read()),
    case("3dm-empty", "house.3dm", rhino(lambda *_: None), "holds no triangles"),
    case("3dm-curves", "house.3dm", rhino(_curves), "holds no triangles"),
    case("3dm-no-meshes", "house.3dm", rhino(_unmeshed), "surfaces .* have no render meshes; show the model shaded"),
    case("3dm-doubling", "house.3dm", rhino(_blocks), "more than 10000 objects and blocks are placed"),
    case("3dm-is-text", "house.3dm", "Rhino\n" * 99, "not 3DM inside but content of another kind"),
]


def _dxf(name: str, change: Callable[[str], str], outcome: Read | str) -> Case:
    return case(f"dxf-{name}", "house.dxf", lambda: change(written(".dxf").decode()).encode(), outcome)


def drawn(build: Callable[..., None]) -> Callable[[], bytes]:
    """A DXF of what ``build(document)`` adds."""

    def make() -> bytes:
        import ezdxf

        document = ezdxf.new("R2010")
        document.header["$INSUNITS"] = 6
        build(document)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "house.dxf"
            document.saveas(path)
            return path.read_bytes()

    return make


def _faces(space) -> None:
    points, faces = WALLS
    for face in faces:
        space.add_3dface([tuple(points[i]) for i in face])


def _flat(document) -> None:
    document.modelspace().add_line((0, 0), (9, 9))


def _self_block(document) -> None:
    block = document.blocks.new("b")
    _faces(block)
    block.add_blockref("b", (0, 0))
    document.modelspace().add_blockref("b", (0, 0))


def _doubling(document) -> None:
    for row in range(40):
        block = document.blocks.new(f"b{row}")
        if row:
            for _ in range(2):
                block.add_blockref(f"b{row - 1}", (0, 0))
        else:
            block.add_line((0, 0), (1, 1))
    document.modelspace().add_blockref("b39", (0, 0))


def _chain(depth: int) -> Callable[..., None]:
    def build(document) -> None:
        for row in range(depth):
            block = document.blocks.new(f"b{row}")
            if row:
                block.add_blockref(f"b{row - 1}", (0, 0))
            else:
                _faces(block)
        document.modelspace().add_blockref(f"b{depth - 1}", (0, 0))

    return build


def _grid(columns: int, rows: int) -> Callable[..., None]:
    def build(document) -> None:
        _faces(document.blocks.new("b"))
        document.modelspace().add_blockref(
            "b",
            (0, 0),
            dxfattribs={"column_count": columns, "row_count": rows, "column_spacing": 20, "row_spacing": 20},
        )

    return build


def _off_layer(document) -> None:
    document.layers.add("attic").off()
    _faces(document.modelspace())
    for entity in document.modelspace():
        entity.dxf.layer = "attic"


def house(document) -> None:
    _faces(document.modelspace())


def _with_faces(old: str, new: str) -> Callable[[], bytes]:
    def make() -> bytes:
        text = drawn(house)().decode()
        assert old in text
        return text.replace(old, new).encode()

    return make


_ANY = "damaged|finite|cannot|no triangles|m long"
DXF_CASES = [
    case("dxf-good", "house.dxf", drawn(house), Read()),
    _dxf("cut", lambda t: t[: len(t) // 2], "the DXF ends before EOF; copy or export it again"),
    _dxf("cut-and-ended", lambda t: t[: len(t) * 9 // 10] + "\n0\nEOF\n", "damaged|cut|ends before|left out|empty"),
    _dxf("line-lost", lambda t: t.replace("AcDbEntity\n", "", 1), "damaged|x"),
    _dxf("code-words", lambda t: t.replace("\n  8\n", "\n eight\n", 3), "damaged"),
    case("dxf-number-words", "house.dxf", _with_faces("\n6.0\n", "\nsix\n"), _ANY),
    case("dxf-nan", "house.dxf", _with_faces("\n6.0\n", "\nnan\n"), _ANY),
    case("dxf-infinity", "house.dxf", _with_faces("\n6.0\n", "\ninf\n"), _ANY),
    case("dxf-light-years", "house.dxf", _with_faces("\n6.0\n", "\n6e30\n"), "m long"),
    case("dxf-lines", "house.dxf", drawn(_flat), "a flat drawing of 1 lines without surfaces; export the 3D model"),
    case("dxf-empty", "house.dxf", drawn(lambda _: None), "its model space is empty"),
    case("dxf-layer-off", "house.dxf", drawn(_off_layer), "on layers that are off, as 'attic'; switch them on"),
    case("dxf-block-in-itself", "house.dxf", drawn(_self_block), "deeper than 256 in each other"),
    case("dxf-doubling", "house.dxf", drawn(_doubling), "more than 10000 blocks are placed|hold too many"),
    case("dxf-depth-256", "house.dxf", drawn(_chain(256)), Read()),
    case("dxf-depth-257", "house.dxf", drawn(_chain(257)), "deeper than 256 in each other"),
    case("dxf-grid-10000", "house.dxf", drawn(_grid(100, 100)), Read((1990, 1988, 6), triangles=120_000)),
    case("dxf-grid-10001", "house.dxf", drawn(_grid(137, 73)), "more than 10000 blocks are placed; explode"),
    case("dxf-grid-endless", "house.dxf", drawn(_grid(32_000, 32_000)), "more than 10000 blocks are placed"),
    case("dxf-binary-cut", "house.dxf", b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(300), "ends before EOF|damaged"),
    case("dxf-head-only", "house.dxf", "0\nSECTION\n2\nHEADER\n0\nEOF\n", "damaged|empty"),
    case("dxf-is-text", "house.dxf", "SECTION\nHEADER\n" * 50, "not DXF inside but content of another kind"),
]

CASES = [*IFC_CASES, *RHINO_CASES, *DXF_CASES]
