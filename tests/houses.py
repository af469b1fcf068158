"""Small models and drawings on disk, built for the tests of the ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["write_drawing", "write_house"]


def write_house(path: Path) -> Path:
    """A 10 x 8 x 6 m house, Y up as glTF wants it: walls, a roof slab, two windows and a door in front (+Z)."""
    import trimesh

    scene = trimesh.Scene()
    parts = {
        "Walls": ((10.0, 6.0, 8.0), (0.0, 3.0, 0.0), (0.8, 0.78, 0.74, 1.0)),
        "Roof": ((11.0, 0.4, 9.0), (0.0, 6.2, 0.0), (0.5, 0.2, 0.15, 1.0)),
        "Window left": ((2.0, 1.6, 0.1), (-3.0, 3.5, 4.05), (0.2, 0.3, 0.35, 1.0)),
        "Window right": ((2.0, 1.6, 0.1), (3.0, 3.5, 4.05), (0.2, 0.3, 0.35, 1.0)),
        "Door": ((1.2, 2.2, 0.1), (0.0, 1.1, 4.05), (0.3, 0.2, 0.1, 1.0)),
    }
    for name, (extents, center, color) in parts.items():
        box = trimesh.creation.box(extents=extents)
        box.apply_translation(center)
        material = trimesh.visual.material.PBRMaterial(
            name=f"{name} material", baseColorFactor=color, metallicFactor=0.0, roughnessFactor=0.8
        )
        box.visual = trimesh.visual.TextureVisuals(material=material)
        scene.add_geometry(box, node_name=name, geom_name=name)
    path.write_bytes(scene.export(file_type="glb"))
    return path


def write_drawing(path: Path, *, height: int = 300, width: int = 400) -> Path:
    """Black lines on white: the front of a house."""
    from PIL import Image, ImageDraw

    picture = Image.fromarray(np.full((height, width), 255, dtype=np.uint8))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((80, 120, 320, 260), outline=0, width=2)
    pen.line((60, 120, 200, 40, 340, 120), fill=0, width=2)
    for left in (110, 230):
        pen.rectangle((left, 150, left + 60, 210), outline=0, width=2)
    picture.save(path)
    return path
