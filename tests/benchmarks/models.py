"""Prints how long a model of a million triangles takes to read and to see: ``python -m tests.benchmarks.models``."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from archviz.isolation.server import Ended
from tests.benchmarks.__main__ import _blocks
from tests.hostile.upload import watching

_BOXES = 83_334
_FORMATS = (".glb", ".obj", ".stl", ".ply")
_LOAD_S, _VIEW_S, _MEMORY_MIB = 10.0, 1.5, 2048


def main() -> int:
    """Write one town in each format, read it in a child process, and make its G-buffer with edges."""
    from archviz.core.size import Size
    from archviz.geometry import load_isolated
    from archviz.geometry.gbuffer import rasterize
    from archviz.geometry.raycast import RayCaster
    from archviz.geometry.views import view_camera

    with tempfile.TemporaryDirectory() as name:
        for extension in _FORMATS:
            path = Path(name) / f"town{extension}"
            _write(path)
            ended: list[Ended] = []
            started = time.perf_counter()
            with watching(ended):
                model = load_isolated(path)
            _show(f"load {extension}, {len(model.scene.faces)} triangles", time.perf_counter() - started, _LOAD_S)
            _show("  of which the reading process worked", ended[-1].cpu_s, _LOAD_S)
            print(f"{'  its most memory':<40} {ended[-1].memory_bytes >> 20:7d} MiB (under {_MEMORY_MIB})", flush=True)
    camera = view_camera(model.scene, "aerial", Size(height=1024, width=1024))
    caster = RayCaster(model.scene)
    times, work = [], []
    for _ in range(4):
        started, worked = time.perf_counter(), time.process_time()
        rasterize(model.scene, camera, caster=caster)
        times.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    _show("G-buffer with edges, warm", min(times[1:]), _VIEW_S)
    _show("  of which this processor worked", min(work[1:]), _VIEW_S)
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'parent, most memory':<40} {taken:7.0f} MiB (under {_MEMORY_MIB})")
    return 0


def _write(path: Path) -> None:
    import trimesh

    town = _blocks(_BOXES)
    scene = trimesh.Scene()
    for row, element in enumerate(town.table.elements):
        mesh = trimesh.Trimesh(town.vertices_m, town.faces[town.face_elements == row], process=False)
        mesh.remove_unreferenced_vertices()
        scene.add_geometry(mesh, node_name=element.name, geom_name=element.name)
    merged = path.suffix in (".stl", ".ply")
    (scene.to_geometry() if merged else scene).export(str(path))


def _show(name: str, seconds: float, limit: float) -> None:
    print(f"{name:<40} {seconds:7.2f} s (under {limit:g} s: {'yes' if seconds < limit else 'NO'})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
