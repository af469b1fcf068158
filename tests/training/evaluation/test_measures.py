"""Differences and colours on pictures whose answers are known; the table, its card, and what is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.fidelity import Interval
from archviz.geometry.scene import Scene
from archviz.presets import linear_color, materials
from archviz.training.evaluation.colours import (
    TEST_MATERIALS,
    apart,
    largest_element,
    median_color,
    nearest,
    with_material,
)
from archviz.training.evaluation.differences import near_edges, psnr, seed_over_precision
from archviz.training.evaluation.kept import KeptValues
from archviz.training.evaluation.table import BEGIN, END, Line, markdown_table, write_into_card
from tests.fidelity.flat import GLASS, GROUND, PANE, TABLE, WALL, flat_view, wall_in_sky

GREY = np.full((40, 40, 3), 100, np.uint8)


def lab(material_id: str) -> np.ndarray:
    import cv2

    digits = materials()[material_id].srgb
    rgb = np.array([[[int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]]], np.float32)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0]


def test_signal_to_noise_of_a_constant_error_is_the_definition() -> None:
    off = GREY + 5
    assert psnr(off, GREY) == pytest.approx(20 * np.log10(255 / 5))
    left = np.zeros((40, 40), bool)
    left[:, :20] = True
    half = GREY.copy()
    half[:, :20] += 20
    assert psnr(half, GREY, where=left) == pytest.approx(20 * np.log10(255 / 20))
    assert psnr(half, GREY, where=~left) == pytest.approx(10 * np.log10(255**2 / 1e-9))
    assert psnr(half, GREY, where=np.zeros((40, 40), bool)) is None


def test_near_an_edge_is_within_two_pixels() -> None:
    edges = np.zeros((20, 20), np.float32)
    edges[:, 10] = 1
    np.testing.assert_array_equal(near_edges(edges)[5], np.abs(np.arange(20) - 10) <= 2)


def test_a_seed_that_changes_six_times_what_the_precision_does_is_six() -> None:
    where = np.ones((40, 40), bool)
    where[:5] = False
    seed, precision = GREY + 12, GREY + 2
    seed[:5], precision[:5] = 0, 255
    assert seed_over_precision(GREY, seed, precision, where) == pytest.approx(6)
    assert seed_over_precision(GREY, seed, GREY, where) == pytest.approx(1200)
    assert seed_over_precision(GREY, seed, precision, where & (np.arange(40) < 2)) is None


def test_the_test_materials_are_told_apart() -> None:
    colors = [lab(material) for material in TEST_MATERIALS]
    assert len(set(TEST_MATERIALS)) == 8
    assert apart(colors) >= 12
    least = min(deltaE_ciede2000(a, b) for i, a in enumerate(colors) for b in colors[:i])
    assert apart(colors) == pytest.approx(least, abs=1e-4)
    for row, color in enumerate(colors):
        assert nearest(color + np.float32(2), colors) == row


def test_the_nearest_colour_is_that_of_ciede2000_not_of_the_plain_distance() -> None:
    # Pair 1 of Sharma, Wu and Dalal (2005), "The CIEDE2000 Color-Difference Formula", Table 1: 2.0425 where the
    # plain distance is 4.0011, so a grey that is 3.5 lighter is farther.
    color = np.array([50, 2.6772, -79.7751], np.float32)
    others = [np.array([53.5, 2.6772, -79.7751], np.float32), np.array([50, 0, -82.7485], np.float32)]
    assert nearest(color, others) == 1
    assert apart([color, others[1]]) == pytest.approx(2.0425, abs=1e-4)


def view_of_all() -> np.ndarray:
    """Ids of a wall with a pane, glass that is larger than the wall, and ground that is larger still."""
    ids = np.full((200, 200), GROUND, np.int32)
    ids[:40] = GLASS
    ids[40:60] = WALL
    ids[60:63] = PANE
    return ids


def test_the_largest_element_is_the_buildings_and_opaque() -> None:
    assert largest_element(flat_view(view_of_all())) == WALL
    assert largest_element(flat_view(np.full((60, 60), GROUND, np.int32))) is None


def test_the_median_colour_is_the_elements_own_without_its_border() -> None:
    ids = wall_in_sky(height=30, width=30, margin=10)
    gbuffer = flat_view(ids)
    picture = np.random.default_rng(0).integers(0, 256, (*ids.shape, 3), dtype=np.uint8)
    digits = materials()["red-brick"].srgb
    # The border of two pixels keeps its noise.
    picture[12:-12, 12:-12] = [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    found = median_color(picture, gbuffer, WALL)
    assert found is not None
    np.testing.assert_allclose(found, lab("red-brick"), atol=0.05)
    assert median_color(picture, flat_view(wall_in_sky(height=8, width=8)), WALL) is None


def test_a_material_is_changed_on_one_element_alone() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    scene = Scene(
        vertices_m=corners,
        faces=np.array([[0, 1, 2]], np.int32),
        face_elements=np.zeros(1, np.int32),
        table=TABLE,
    )
    changed = with_material(scene, WALL, "red-brick").table
    names = [changed.materials[e.material].name for e in changed.elements]
    assert names == ["test red-brick", *(TABLE.materials[e.material].name for e in TABLE.elements[1:])]
    wall = changed.materials[changed.elements[WALL].material]
    assert wall.base_color == linear_color(materials()["red-brick"].srgb)
    assert wall.base_color[0] == pytest.approx(float(srgb_to_linear((0x9A / 255, 0, 0))[0]))


LINES = [
    Line(name="edges", reach=">= 0.95", cells={"mini": Interval(mean=0.5, low=0.4, high=0.6, scenes=3), "truth": None}),
    Line(name="none", reach="", cells={"clay": None}),
]


def test_the_table_shows_what_has_a_value_in_the_order_of_the_columns() -> None:
    assert markdown_table(LINES, ("truth", "mini")) == (
        "| figure | reach | scenes | mini |\n| --- | --- | --- | --- |\n"
        "| edges | >= 0.95 | 3 | 0.500 (0.400 to 0.600) |\n| none | - | - | - |\n"
    )


def test_a_cell_says_where_it_stands_on_fewer_scenes_than_its_line() -> None:
    known, fewer = (Interval(mean=0.5, low=0.25, high=0.75, scenes=scenes) for scenes in (9, 4))
    line = Line(name="edges", reach="", cells={"truth": known, "mini": fewer})
    assert markdown_table([line], ("truth", "mini")).splitlines()[-1] == (
        "| edges | - | 9 | 0.500 (0.250 to 0.750) | 0.500 (0.250 to 0.750; 4 scenes) |"
    )


def test_a_card_takes_the_table_between_its_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"# mini\n\n{BEGIN}\n\nold\n\n{END}\nafter\n", encoding="utf-8")
    write_into_card(card, "new\n")
    assert card.read_text(encoding="utf-8") == f"# mini\n\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    card.write_text("# mini\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="no place for the figures"):
        write_into_card(card, "new")
    assert card.read_text(encoding="utf-8") == "# mini\n"


def test_the_released_card_has_its_place_for_the_figures(tmp_path: Path) -> None:
    released = Path(__file__).parents[3] / "archviz" / "weights" / "mini" / "README.md"
    card = tmp_path / "README.md"
    card.write_bytes(released.read_bytes())
    write_into_card(card, "the figures")
    text = card.read_text(encoding="utf-8")
    assert f"{BEGIN}\n\nthe figures\n\n{END}" in text and "## Good and bad at" in text


def test_what_was_measured_is_not_measured_again_until_the_networks_change(tmp_path: Path) -> None:
    path, asked = tmp_path / "measured" / "row.json", []

    def measure(value: float) -> dict[str, dict[str, float | None]]:
        asked.append(value)
        return {"figure": {"truth": value, "mini": None}}

    first = KeptValues(path, basis="a")
    first.take("7-0", 7, lambda: measure(1.0))
    first.take("8-0", 8, lambda: measure(2.0))
    again = KeptValues(path, basis="a")
    again.take("8-0", 8, lambda: measure(9.0))
    assert asked == [1.0, 2.0]
    assert again.views == {"7-0": 7, "8-0": 8}
    assert again.column("figure") == ([7, 8], {"truth": [1.0, 2.0], "mini": [None, None]})
    other = KeptValues(path, basis="b")
    other.take("8-0", 8, lambda: measure(3.0))
    assert asked == [1.0, 2.0, 3.0] and other.column("figure")[1]["truth"] == [3.0]
    assert other.views == {"8-0": 8}


def test_released_values_count_and_another_edition_of_a_view_takes_its_place(tmp_path: Path) -> None:
    released, path = tmp_path / "released.json", tmp_path / "row.json"
    first = KeptValues(tmp_path / "first.json", basis="a")
    first.write(released)
    assert not released.exists(), "there is nothing to write yet"
    first.take("7-0.1.4", 7, lambda: {"figure": {"truth": 1.0}})
    first.take("8-0.1.4", 8, lambda: {"figure": {"truth": 2.0}})
    first.write(released)
    assert len(released.read_text().splitlines()) == 2 + 2 + 1, "a view is a line"
    again = KeptValues(path, basis="a", released=released)
    again.take("8-0.1.5", 8, lambda: {"figure": {"truth": 3.0}})
    again.take("9-0.1.5", 9, lambda: {"figure": {"truth": 4.0}})
    assert again.column("figure") == ([7, 8, 9], {"truth": [1.0, 3.0, 4.0]})
    assert KeptValues(path, basis="b", released=released).views == {}


def test_a_new_baseline_is_measured_on_every_view_and_none_leaves_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "row.json"
    KeptValues(path, basis="a", baseline="one").take("7-0", 7, lambda: {})
    without = KeptValues(path, basis="a")
    without.take("8-0", 8, lambda: {})
    assert without.views.keys() == KeptValues(path, basis="a", baseline="one").views.keys() == {"7-0", "8-0"}
    assert KeptValues(path, basis="a", baseline="other").views == {}
