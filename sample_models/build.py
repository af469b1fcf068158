"""Build the sample models and drawings: ``python sample_models/build.py [FOLDER]``.

Everything beside this script but the README is made by it, the same at every run. The models need
numpy; the drawings look at the finished models through archviz.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from modelling import files
from modelling.coplanar import lift_coplanar
from modelling.gable_house import gable_house
from modelling.mesh import Model
from modelling.pavilion import pavilion
from modelling.school import school
from modelling.tower import tower_massing
from modelling.tube_house import tube_house
from modelling.villa import garden_villa

MODELS: Mapping[str, tuple[Callable[[], Model], Callable[[Model, Path], None]]] = {
    "tube-house.glb": (tube_house, files.write_glb),
    "garden-villa.obj": (garden_villa, files.write_obj),
    "school.dae": (school, files.write_dae),
    "pavilion.ply": (pavilion, files.write_ply),
    "gable-house.gltf": (gable_house, files.write_gltf),
    "tower-massing.stl": (tower_massing, files.write_stl),
}


def build_models(folder: Path) -> None:
    """Write the models into a folder."""
    for name, (design, write) in MODELS.items():
        model = design()
        lift_coplanar(model)
        write(model, folder / name)
        print(folder / name)


def build_drawings(folder: Path) -> None:
    """Write the drawings beside the models of a folder."""
    from modelling import drawings

    for name, draw in (
        ("sketch-villa.png", drawings.draw_villa),
        ("sketch-tube-house.jpg", drawings.draw_tube_house),
        ("sketch-street.webp", drawings.draw_street),
    ):
        draw(folder, folder / name)
        print(folder / name)


def main() -> None:
    """Write all samples into the folder given, or beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    build_models(folder)
    build_drawings(folder)


if __name__ == "__main__":
    main()
