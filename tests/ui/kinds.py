"""A file of each kind that an architect brings, and of those that only a foe would."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box
from tests.hostile.cases.archives import packed
from tests.hostile.cases.meshes import OBJ
from tests.hostile.cases.pictures import png_header
from tests.houses import write_drawing, write_house
from tests.sketch.test_formats import pdf, svg

__all__ = ["HOSTILE", "KINDS", "write_kind"]

KINDS = ("model", "ifc", "zip", "raster", "vector", "pdf")
# What is uploaded, and what is said of it.
HOSTILE = {
    "bomb.zip": (packed(("house.obj", "#" * 40_000_000)), "unpacks to more than 50 times its size"),
    "climbing.zip": (packed(("house.obj", OBJ), ("../../evil.sh", "x")), "which is not read; pack it again"),
    "plan.png": (png_header(60_000, 60_000), "plan.png: far over 40 megapixels"),
    "house.glb": (b"MZ" + bytes(200), "house.glb: not GLB inside"),
    "<img src=x onerror=alert(1)>.skp": (
        b"SketchUp",
        "_img src=x onerror=alert(1)_.skp: SketchUp files cannot be read",
    ),
}


def write_kind(folder: Path, kind: str) -> Path:
    """A small building as a file of a kind."""
    if kind == "raster":
        return write_drawing(folder / "front.png")
    if kind == "pdf":
        return pdf(folder / "front.pdf")
    if kind == "vector":
        (folder / "front.svg").write_text(svg(), encoding="utf-8")
        return folder / "front.svg"
    if kind == "ifc":
        building = IfcBuilding("IFC4")
        building.add("IfcWall", "Wall", box((0, 0, 0), (10, 8, 6)), color=(204, 178, 153))
        building.file.write(str(folder / "house.ifc"))
        return folder / "house.ifc"
    house = write_house(folder / "house.glb")
    if kind == "zip":
        with zipfile.ZipFile(folder / "delivery.zip", "w") as archive:
            archive.write(house, "delivery/house.glb")
        return folder / "delivery.zip"
    return house
