"""The building kit: meshes against closed forms, facades and roofs of every kind."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.material import Material
from archviz.core.seeds import derive_generator
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.training.scenes.builder import MeshBuilder, WallFrame, edge_frames, offset_polygon, triangulate
from archviz.training.scenes.construction import Construction
from archviz.training.scenes.facade import lay_out
from archviz.training.scenes.generate import build_building
from archviz.training.scenes.massing import KINDS
from archviz.training.scenes.massing_style import SIDES, all_sides
from archviz.training.scenes.palette import SLOTS, choose_palette
from archviz.training.scenes.phrases import MATERIAL_PHRASES, building_phrases
from archviz.training.scenes.plan import FacadeStyle, Massing, RoofSpec, Volume, rectangle

U_SHAPE = ((0.0, 0.0), (2.0, 0.0), (2.0, 3.0), (4.0, 3.0), (4.0, 0.0), (6.0, 0.0), (6.0, 5.0), (0.0, 5.0))
U_AREA = 6 * 5 - 2 * 3
ROOFS = ("flat", "slab", "gable", "hip", "shed", "butterfly", "vault", "sawtooth")
KIND_SEEDS = [(kind, seed) for kind in KINDS for seed in range(3)]


def volume_m3(scene: Scene) -> float:
    """Enclosed volume by the divergence theorem; right only where faces are closed and turned outwards."""
    a, b, c = (scene.triangles_m[:, i].astype(np.float64) for i in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def bench() -> tuple[MeshBuilder, str]:
    out = MeshBuilder({"m": Material(name="m")})
    return out, out.open("part", "m")


def simple_house(roof: RoofSpec, style: FacadeStyle | None = None, *, plinth: float = 0.3) -> Construction:
    volume = Volume(
        polygon=rectangle(-5, -4, 5, 4),
        base_m=plinth,
        storeys_m=(3.0,),
        styles=all_sides(style) if style else {},
        roof=roof,
    )
    massing = Massing(kind="detached", volumes=(volume,), entrance=None, plinth_m=plinth)
    return build_building(massing, choose_palette("detached", derive_generator(1)), derive_generator(2))


def built(kind: str, seed: int) -> tuple[Construction, Scene]:
    massing = KINDS[kind][0](derive_generator(seed, kind))
    con = build_building(massing, choose_palette(kind, derive_generator(seed)), derive_generator(seed, "d"))
    return con, con.builder.build()


def test_solids_are_closed_and_turned_outwards() -> None:
    out, part = bench()
    out.box(part, (0, 0, 0), (1, 2, 3))
    assert volume_m3(out.build()) == pytest.approx(6)
    out, part = bench()
    out.wall_box(part, WallFrame((1.0, 2.0, 0.5), (0.6, 0.8), 5.0), (0, 2), (0, 1), (-0.5, 0.5))
    assert volume_m3(out.build()) == pytest.approx(2)
    out, part = bench()
    out.prism(part, U_SHAPE, 1.0, 3.0)
    assert volume_m3(out.build()) == pytest.approx(2 * U_AREA)
    for end in ((3.0, 4.0, 0.0), (0.0, 0.0, 2.0), (-1.0, 2.0, 2.0)):
        out, part = bench()
        out.beam(part, (0, 0, 0), end, width_m=0.1, height_m=0.2)
        assert volume_m3(out.build()) == pytest.approx(0.02 * np.linalg.norm(end), rel=1e-5)


def test_a_concave_plan_is_cut_into_its_area() -> None:
    points = np.array(U_SHAPE)
    areas = []
    for a, b, c in triangulate(U_SHAPE):
        (ux, uy), (vx, vy) = points[b] - points[a], points[c] - points[a]
        areas.append((ux * vy - uy * vx) / 2)
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(U_AREA)


def test_offset_moves_every_edge_outwards() -> None:
    assert offset_polygon(rectangle(0, 0, 2, 1), 0.5) == pytest.approx(np.array(rectangle(-0.5, -0.5, 2.5, 1.5)))
    moved = np.array(offset_polygon(U_SHAPE, 0.25))
    # The court between the arms gets narrower by twice the distance.
    assert moved[4, 0] - moved[1, 0] == pytest.approx(2.0 - 0.5)


def test_wall_frames_face_outwards() -> None:
    frames = edge_frames(rectangle(-1, -1, 1, 1), 0.0)
    assert [f.side for f in frames] == ["south", "east", "north", "west"]
    assert frames[0].points([(0.5, 2.0, 0.25)])[0] == pytest.approx([-0.5, -1.25, 2.0])


def test_bands_close_their_corners_without_overlap() -> None:
    con = simple_house(RoofSpec(kind="none"))
    out = con.builder = MeshBuilder(con.palette.materials)
    con.edge_boxes(con.open("band", "trim", ""), U_SHAPE, (0.0, 1.0), inner_m=0.2, outer_m=0.1)
    outer, inner = np.array(offset_polygon(U_SHAPE, 0.1)), np.array(offset_polygon(U_SHAPE, -0.2))

    def area(p: np.ndarray) -> float:
        return float(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1]) / 2)

    assert volume_m3(out.build()) == pytest.approx(area(outer) - area(inner), rel=1e-5)


def test_punched_windows_stand_on_the_axes_of_their_bays() -> None:
    style = FacadeStyle(bay_m=3.0, window_m=1.2, sill_m=0.9, head_m=2.3)
    holes = lay_out(9.0, 3.0, style, derive_generator(0))
    assert [h.u for h in holes] == [pytest.approx(u) for u in ((0.9, 2.1), (3.9, 5.1), (6.9, 8.1))]
    assert {h.v for h in holes} == {(0.9, 2.3)}


def test_ribbon_and_curtain_share_one_hole_and_leave_no_gap() -> None:
    for kind in ("ribbon", "curtain"):
        (hole,) = lay_out(10.0, 3.2, FacadeStyle(kind=kind, bay_m=1.9, head_m=9.0), derive_generator(0))
        assert len(hole.panes) == 5
        assert hole.u == (hole.panes[0][0], hole.panes[-1][1])
        assert all(a[1] == b[0] for a, b in zip(hole.panes, hole.panes[1:], strict=False))
        assert hole.v[1] < 3.2


def test_walls_without_a_bay_stay_blank() -> None:
    assert lay_out(1.0, 3.0, FacadeStyle(), derive_generator(0)) == []
    assert lay_out(9.0, 3.0, FacadeStyle(kind="blank"), derive_generator(0)) == []


@pytest.mark.parametrize("kind", ROOFS)
def test_every_roof_keeps_the_rain_out(kind: str) -> None:
    """From above, no ray gets past the roof into the house; under it the walls are closed."""
    con = simple_house(RoofSpec(kind=kind, pitch_deg=20.0, overhang_m=0.4))
    scene = con.builder.build()
    caster = RayCaster(scene)
    x, y = np.meshgrid(np.linspace(-4.93, 4.97, 34), np.linspace(-3.93, 3.97, 27))
    above = np.stack([x.ravel(), y.ravel(), np.full(x.size, 20.0)], axis=1)
    hits = caster.first_hits(above, np.tile([0.0, 0.0, -1.0], (x.size, 1)))
    assert (20.0 - hits.distances_m).min() > 3.3
    # From inside, every direction but down ends at the house's own surface.
    rng = derive_generator(3)
    rays = rng.normal(size=(2000, 3))
    rays[:, 2] = np.abs(rays[:, 2])
    assert (caster.first_hits(np.array([0.4, 0.3, 0.5]), rays).faces >= 0).all()


@pytest.mark.parametrize("kind", ("gable", "shed", "butterfly", "vault"))
@pytest.mark.parametrize("axis", ("x", "y"))
def test_slopes_face_up_and_soffits_down(kind: str, axis: str) -> None:
    con = simple_house(RoofSpec(kind=kind, axis=axis, pitch_deg=25.0))
    scene = con.builder.build()
    corners = scene.triangles_m
    up = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2]
    names = np.array([e.name for e in scene.table.elements])[scene.face_elements]
    assert (up[names == "roof"] > 0).all()
    assert (up[names == "roof.soffit"] < 0).all()


def test_a_gable_has_its_pitch() -> None:
    scene = simple_house(RoofSpec(kind="gable", pitch_deg=30.0, thickness_m=0.2)).builder.build()
    rise = 4 * np.tan(np.radians(30)) + 0.2 / np.cos(np.radians(30))
    assert scene.building_bounds().high[2] == pytest.approx(3.3 + rise, abs=1e-3)


@pytest.mark.parametrize(("kind", "seed"), KIND_SEEDS)
def test_buildings_stand_on_the_ground_and_face_outwards(kind: str, seed: int) -> None:
    _, scene = built(kind, seed)
    assert scene.building_bounds().low[2] == pytest.approx(0.0, abs=1e-6)
    caster = RayCaster(scene)
    low, high = (np.array(b) for b in (scene.building_bounds().low, scene.building_bounds().high))
    rng = derive_generator(seed)
    reach = float(np.linalg.norm(high - low))
    targets = rng.uniform(low, high, (1500, 3))
    away = rng.normal(size=(1500, 3))
    away[:, 2] = np.abs(away[:, 2]) * 0.4
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    hits = caster.first_hits(targets + away * reach, -away)
    seen = hits.faces[hits.faces >= 0]
    backwards = (caster.face_normals[seen] * -away[hits.faces >= 0]).sum(axis=1) > 1e-4
    names = {scene.table.elements[scene.face_elements[f]].name for f in seen[backwards]}
    assert not names, f"seen from behind: {names}"


@pytest.mark.parametrize(("kind", "seed"), KIND_SEEDS)
def test_panes_are_the_glass_elements_seen_from_outside(kind: str, seed: int) -> None:
    con, scene = built(kind, seed)
    glass = {e.name for e in scene.table.elements if e.name.endswith(".glass")}
    assert {p.element for p in con.panes} == glass
    assert len(con.panes) == len(glass) >= 2
    rows = {e.name: i for i, e in enumerate(scene.table.elements)}
    frames = [f for v in con.massing.volumes for f in v.frames]
    for pane in con.panes:
        element = scene.table.elements[rows[pane.element]]
        assert element.part == Part.OPENING
        assert scene.table.materials[element.material].transmission > 0.5
        own = scene.triangles_m[scene.face_elements == rows[pane.element]].reshape(-1, 3)
        assert np.abs(own[:, None] - pane.corners_m[None]).max(-1).min(1).max() < 1e-4
        a, b, c, d = pane.corners_m
        normal = np.cross(b - a, d - a) / (np.linalg.norm(b - a) * np.linalg.norm(d - a))
        assert normal[2] == pytest.approx(0.0, abs=1e-9)
        assert b - a == pytest.approx(c - d)
        # It lies 5 to 15 cm behind the face of a wall that looks the same way.
        behind = [-float(np.dot(a - f.origin_m, f.normal)) for f in frames if np.dot(f.normal, normal) > 0.9999]
        assert any(0.049 < distance < 0.151 for distance in behind)
        assert 1.0 < pane.room_depth_m <= 6.0


@pytest.mark.parametrize("kind", KINDS)
def test_windows_can_be_seen_from_outside(kind: str) -> None:
    """At most a few panes hide behind screens, and none inside another volume."""
    con, scene = built(kind, 1)
    caster = RayCaster(scene)
    for pane in con.panes:
        a, b, _, d = pane.corners_m
        normal = np.cross(b - a, d - a)
        normal /= np.linalg.norm(normal)
        shares = derive_generator(0).uniform(0.1, 0.9, (16, 2))
        points = a + shares[:, :1] * (b - a) + shares[:, 1:] * (d - a)
        hits = caster.first_hits(points + 0.2 * normal, np.tile(-normal, (16, 1)))
        names = [scene.table.elements[scene.face_elements[f]].name for f in hits.faces]
        assert pane.element in names, pane.element


def test_columns_of_a_pavilion_stand_under_its_roof() -> None:
    roofs = set()
    for seed in range(14):
        con, scene = built("pavilion", seed)
        roofs.add(con.massing.roof)
        names = np.array([e.name for e in scene.table.elements])[scene.face_elements]
        columns = scene.triangles_m[names == "column"].reshape(-1, 3)
        caster = RayCaster(scene)
        above = columns * [1.0, 1.0, 0.0] + [0.0, 0.0, 30.0]
        hits = caster.first_hits(above, np.tile([0.0, 0.0, -1.0], (len(above), 1)))
        assert {n.split(".")[0] for n in names[hits.faces]} == {"roof"}
        # Their tops end inside the roof: neither short of it nor through it.
        assert (columns[:, 2] < 30.0 - hits.distances_m).all()
    assert len(roofs) >= 4


def test_element_names_tell_what_they_are() -> None:
    _, scene = built("tube", 0)
    names = {e.name for e in scene.table.elements}
    assert {"wall.south.1", "roof", "window.2.1.glass", "window.2.1.frame", "plinth"} <= names
    classes = {e.name: e.class_name for e in scene.table.elements}
    assert classes["wall.south.1"] == "IfcWall"
    assert classes["window.2.1.glass"] == "IfcWindow"


@pytest.mark.parametrize("kind", KINDS)
def test_palettes_fill_every_slot_and_describe_every_finish(kind: str) -> None:
    for seed in range(30):
        palette = choose_palette(kind, derive_generator(seed))
        assert set(palette.materials) == set(SLOTS)
        names = [m.name for m in palette.materials.values()]
        assert len(set(names)) == len(names)
        assert set(palette.detail) == {m.name for m in palette.materials.values() if m.transmission == 0}
        assert all(0 <= d["wear"] <= 1 and d["scale_m"] > 0 for d in palette.detail.values())


def test_a_tenth_of_the_palettes_is_plain_white() -> None:
    kinds = [choose_palette("detached", derive_generator(seed)).wall_kind for seed in range(600)]
    assert 0.06 < kinds.count("massing") / 600 < 0.14


def test_phrases_come_from_the_known_ones() -> None:
    seen = set()
    for kind in KINDS:
        for seed in range(25):
            massing = KINDS[kind][0](derive_generator(seed, kind))
            phrases = building_phrases(massing, choose_palette(kind, derive_generator(seed)))
            assert set(phrases) <= set(MATERIAL_PHRASES)
            assert len(phrases) >= 2
            seen |= set(phrases)
    assert len(seen) >= 0.85 * len(MATERIAL_PHRASES)


def test_plans_are_plausible() -> None:
    for kind in KINDS:
        for seed in range(40):
            massing = KINDS[kind][0](derive_generator(seed, kind))
            for volume in massing.volumes:
                heights = volume.storeys_m if kind != "hall" else ()
                assert all(2.8 <= h <= 4.8 or h == 1.8 for h in heights)
                x0, y0, x1, y1 = volume.box
                assert min(x1 - x0, y1 - y0) > 1.5
                assert set(volume.styles) <= set(SIDES)
