"""Several files at once, names that lead elsewhere, and formats that are not read."""

from __future__ import annotations

from tests.hostile.case import Case, Drawn, Files, Outcome, luring
from tests.hostile.cases.meshes import HOUSE, OBJ
from tests.hostile.cases.pictures import sheet

_OBJ = OBJ.encode()


def _upload(name: str, files: Files, outcome: Outcome | str) -> Case:
    return luring(f"upload-{name}", lambda _: files, outcome)


_FOREIGN = {
    "tower.skp": (b"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0", "SketchUp files cannot be read; export as .glb, .dae or .ifc"),
    "tower.dwg": (b"AC1032" + bytes(99), "DWG files cannot be read; export as .ifc or .glb"),
    "tower.rvt": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "Revit files cannot be read; export as .ifc"),
    "tower.blend": (b"BLENDER-v300" + bytes(99), "Blender files cannot be read; export as .glb"),
    "tower.max": (bytes(99), "3ds Max files cannot be read"),
    "tower.las": (b"LASF" + bytes(99), "point clouds cannot be read"),
    "tower.exe": (b"MZ" + bytes(99), "neither a 3D model nor a drawing; accepted are"),
    "tower": (b"\x7fELF" + bytes(99), "neither a 3D model nor a drawing"),
    "tower.glb": (b"\x7fELF" + bytes(99), "not GLB inside but content of another kind"),
    "tower.ply": (b"AC1032" + bytes(99), "DWG files cannot be read"),
}

CASES = [
    *(_upload(f"foreign-{n.replace('.', '-')}", [(n, data)], said) for n, (data, said) in _FOREIGN.items()),
    _upload("nothing", [], "nothing: none is a design"),
    _upload("two-models", [("a.obj", _OBJ), ("b.obj", _OBJ)], "a.obj, b.obj: these are several designs"),
    _upload("no-design", [("a.mtl", b"newmtl a"), ("b.bin", b"x")], "none is a design"),
    _upload("65-files", [("a.obj", _OBJ), *((f"{i}.bin", b"") for i in range(64))], "in 65 files are too many"),
    _upload("name-twice", [("a.obj", _OBJ), ("b.bin", b""), ("B.BIN", b"")], "two files have one name"),
    _upload("name-above", [("../../../../evil.obj", _OBJ)], HOUSE),
    _upload("name-absolute", [("/etc/evil.obj", _OBJ)], HOUSE),
    _upload("name-drive", [("C:\\Windows\\evil.obj", _OBJ)], HOUSE),
    _upload("name-null", [("ev\0il.obj", _OBJ)], HOUSE),
    _upload("name-long", [("e" * 5000 + ".obj", _OBJ)], HOUSE),
    _upload("name-dots", [("...obj", _OBJ)], "obj: 'no extension' is not a 3D format"),
    _upload("name-record", [("a.obj", _OBJ), ("design.json", b'{"file": "/etc/passwd", "kind": "model"}')], HOUSE),
    _upload("name-module", [("a.obj", _OBJ), ("numpy.py", b"raise SystemExit('a stranger ran')")], HOUSE),
    _upload("picture-beside", [("plan.png", sheet()), ("../plan.txt", b"x")], Drawn((96, 64))),
    _upload("picture-above", [("../../../../plan.png", sheet())], Drawn((96, 64))),
]
