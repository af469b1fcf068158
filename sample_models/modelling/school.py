"""A village school (trường làng): two storeys behind a colonnade, tiled hip roof, portico; names in Vietnamese."""

from __future__ import annotations

import itertools

import numpy as np

from modelling.mesh import Model, Paint, Place, Polygon, box, cylinder, frustum
from modelling.parts import VIETNAMESE, Hole, breeze_blocks, door, gable, steps, wall, window
from modelling.planting import row_of_shrubs, tree
from modelling.roofs import gable_roof, hip_roof

__all__ = ["school"]

_PAINTS = {
    "sơn vàng": Paint(color="#d9b878", roughness=0.9),
    "sơn trắng": Paint(color="#ece7da", roughness=0.9),
    "sơn xanh": Paint(color="#3f6f5c", roughness=0.6),
    "mái ngói": Paint(color="#9a5c48", roughness=0.85),
    "gỗ": Paint(color="#6f4a2f", roughness=0.7),
    "bê tông": Paint(color="#9b968d", roughness=0.9),
    "gạch lát": Paint(color="#b77a5b", roughness=0.8),
    "đá": Paint(color="#77726b", roughness=0.8),
    "gạch bông gió": Paint(color="#d8cdb8", roughness=0.9),
    "kính": Paint(color="#9db2b6", roughness=0.05, alpha=0.25),
    "sắt": Paint(color="#b9bcbd", roughness=0.4, metallic=0.8),
    "cờ đỏ": Paint(color="#b03038", roughness=0.8),
    "lá cây": Paint(color="#4d6f33", roughness=0.85),
    "lá phượng": Paint(color="#a65a48", roughness=0.85),
    "thân cây": Paint(color="#6b5846", roughness=0.95),
}

_BAY, _BAYS = 4.0, 10
_HALF = _BAY * _BAYS / 2
_GALLERY, _DEPTH = 2.5, 10.3
_FLOOR, _UPPER, _EAVES = 0.45, 4.05, 7.6
_PORTICO = 4.0


def school() -> Model:
    """The school; metres, front to -Y."""
    model = Model("school", _PAINTS)
    rng = np.random.default_rng(7)
    _plinth(model)
    for storey, (low, high) in enumerate(((_FLOOR, _UPPER), (_UPPER, _EAVES)), start=1):
        _classrooms(model, storey, low, high)
        _colonnade(model, storey, low, high)
    _ends(model)
    _roof(model)
    _portico(model)
    _yard(model, rng)
    return model


def _plinth(model: Model) -> None:
    for k in range(3):
        reach = 0.35 * (2 - k)
        z0, z1 = k * _FLOOR / 3, (k + 1) * _FLOOR / 3
        model.add("nền", "đá", box((-_HALF - reach, -0.35 - reach, z0), (_HALF + reach, _DEPTH + 0.1, z1)))
    model.add("sàn.1", "gạch lát", box((-_HALF, -0.3, _FLOOR), (_HALF, _DEPTH, _FLOOR + 0.02)))
    model.add("sàn.2", "sơn trắng", box((-_HALF - 0.1, -0.3, _UPPER - 0.3), (_HALF + 0.1, _DEPTH, _UPPER)))
    model.add("sàn.2.gờ", "sơn trắng", box((-_HALF - 0.18, -0.38, _UPPER - 0.1), (_HALF + 0.18, -0.3, _UPPER)))
    model.add("trần", "sơn trắng", box((-_HALF, -0.25, _EAVES - 0.25), (_HALF, _DEPTH, _EAVES)))


def _classrooms(model: Model, storey: int, low: float, high: float) -> None:
    """The gallery's inner wall with a door and windows for each room, and the back wall under its hoods."""
    tall = high - low - 0.28
    front, back = Place(-_HALF, _GALLERY, low), Place(_HALF, _DEPTH, low, 180)
    doors, windows, rear = [], [], []
    for bay in range(_BAYS):
        x = bay * _BAY
        if bay in (4, 5):
            continue
        if bay % 2 == 0:
            doors.append(Hole(x + 0.5, x + 1.9, 0.02, 2.5))
            windows.append(Hole(x + 2.3, x + 3.7, 0.95, 2.5))
        else:
            windows += [Hole(x + 0.35, x + 1.75, 0.95, 2.5), Hole(x + 2.3, x + 3.7, 0.95, 2.5)]
    hall = Hole(4 * _BAY + 1.2, 6 * _BAY - 1.2, 0.02, 2.9)
    for bay in range(_BAYS):
        if bay not in (4, 5):
            rear.append(Hole(bay * _BAY + 0.8, bay * _BAY + 3.2, 0.95, 2.5))
    model.add(f"tường.trước.{storey}", "sơn vàng", wall(2 * _HALF, tall, 0.22, [*doors, *windows, hall]), front)
    light = Hole(4.6 * _BAY, 5.4 * _BAY, 1.2, 2.8)
    model.add(f"tường.sau.{storey}", "sơn vàng", wall(2 * _HALF, tall, 0.22, [*rear, light]), back)
    model.add(
        f"bông_gió.sau.{storey}",
        "gạch bông gió",
        breeze_blocks(light.width, light.height, size=0.4),
        back.at(light.x0, 0.05, light.z0),
    )
    first = 1 + (storey - 1) * 8
    for k, hole in enumerate(doors):
        door(
            model,
            f"cửa.{10 * storey + k}",
            front,
            hole,
            leaf="sơn xanh",
            frame="sơn trắng",
            leaves=2,
            recess=0.04,
            panels=4,
            handle="sắt",
            words=VIETNAMESE,
        )
    for k, hole in enumerate(windows):
        name = f"cửa_sổ.{100 * storey + k + 1}"
        window(
            model,
            name,
            front,
            hole,
            frame="sơn xanh",
            glass="kính",
            columns=2,
            transom=1.05,
            recess=0.1,
            sill="sơn trắng",
            words=VIETNAMESE,
        )
        _shutters(model, name, front, hole)
    for k, hole in enumerate(rear):
        name = f"cửa_sổ.{100 * storey + 50 + k + first}"
        window(
            model,
            name,
            back,
            hole,
            frame="sơn xanh",
            glass="kính",
            columns=4,
            transom=1.05,
            recess=0.1,
            sill="sơn trắng",
            words=VIETNAMESE,
        )
        model.add(
            f"ô_văng.{storey}",
            "sơn trắng",
            box((hole.x0 - 0.2, -0.55, hole.z1 + 0.08), (hole.x1 + 0.2, 0.0, hole.z1 + 0.17)),
            back,
        )
    window(
        model,
        f"cửa_sảnh.{storey}",
        front,
        hall,
        frame="sơn xanh",
        glass="kính",
        columns=4,
        transom=2.3,
        recess=0.1,
        bar=0.07,
        words=VIETNAMESE,
    )


def _shutters(model: Model, name: str, place: Place, hole: Hole) -> None:
    """Louvred shutters that stand open against the wall, as wide as the pier allows."""
    wide = 0.26
    for x in (hole.x0 - wide - 0.02, hole.x1 + 0.02):
        at = place.at(x, -0.05, hole.z0)
        slats = [
            p for k in range(10) for p in box((0.03, 0.0, 0.06 + 0.145 * k), (wide - 0.03, 0.03, 0.15 + 0.145 * k))
        ]
        model.add(f"{name}.chớp", "sơn xanh", box((0, 0.012, 0), (wide, 0.05, hole.height)) + slats, at)


def _colonnade(model: Model, storey: int, low: float, high: float) -> None:
    """Columns with base and capital, a beam, and a balustrade upstairs."""
    for i in range(_BAYS + 1):
        x = -_HALF + i * _BAY
        if abs(x) < _PORTICO - 0.1 and x == 0:
            continue
        w = 0.17
        model.add(f"cột.{storey}", "sơn trắng", box((x - w, -0.2, low), (x + w, -0.2 + 2 * w, high - 0.3)))
        for z, reach, tall in ((low, 0.06, 0.22), (high - 0.62, 0.05, 0.1), (high - 0.5, 0.09, 0.2)):
            model.add(
                f"cột.{storey}",
                "sơn trắng",
                box((x - w - reach, -0.2 - reach, z), (x + w + reach, -0.2 + 2 * w + reach, z + tall)),
            )
    model.add(f"dầm.{storey}", "sơn trắng", box((-_HALF - 0.15, -0.2, high - 0.55), (_HALF + 0.15, 0.1, high - 0.3)))
    if storey == 2:
        for i in range(_BAYS):
            if i in (4, 5):
                continue
            _balustrade(model, Place(-_HALF + i * _BAY + 0.17, -0.12, low), _BAY - 0.34)
        for x, turn in ((-_HALF, 270), (_HALF, 90)):
            at = Place(x, 2.3, low, 270) if turn == 270 else Place(x, 0.2, low, 90)
            _balustrade(model, at, 2.1)


def _balustrade(model: Model, place: Place, length: float) -> None:
    """A rail over turned balusters."""
    rails = box((0, 0, 0.05), (length, 0.18, 0.15)) + box((0, -0.03, 0.82), (length, 0.21, 0.94))
    balusters: list[Polygon] = []
    count = round(length / 0.26)
    for k in range(count):
        x = (k + 0.5) * length / count
        for a, b, radii in ((0.15, 0.32, (0.045, 0.075)), (0.32, 0.6, (0.075, 0.035)), (0.6, 0.82, (0.035, 0.055))):
            balusters += frustum((x, 0.09, a), (x, 0.09, b), radii, sides=6)[:-2]
    model.add("lan_can", "sơn trắng", rails + balusters, place)


def _ends(model: Model) -> None:
    """End walls with a strip of ventilation blocks and a window for each storey, and bands."""
    for side, place in (("tây", Place(-_HALF, _DEPTH, _FLOOR, 270)), ("đông", Place(_HALF, _GALLERY, _FLOOR, 90))):
        length, tall = _DEPTH - _GALLERY, _EAVES - _FLOOR
        holes = []
        for low in (0.0, _UPPER - _FLOOR):
            holes += [Hole(1.1, 2.9, low + 0.95, low + 2.5), Hole(4.9, 6.7, low + 0.95, low + 2.5)]
        model.add(f"tường.{side}", "sơn vàng", wall(length, tall, 0.22, holes), place)
        model.add(
            f"băng.{side}", "sơn trắng", box((0, -0.05, _UPPER - _FLOOR - 0.3), (length, 0, _UPPER - _FLOOR)), place
        )
        for k, hole in enumerate(holes):
            name = f"cửa_sổ.{(300 if side == 'tây' else 400) + k + 1}"
            window(
                model,
                name,
                place,
                hole,
                frame="sơn xanh",
                glass="kính",
                columns=3,
                transom=1.05,
                recess=0.1,
                sill="sơn trắng",
                words=VIETNAMESE,
            )
            model.add(
                "ô_văng.hồi",
                "sơn trắng",
                box((hole.x0 - 0.2, -0.5, hole.z1 + 0.08), (hole.x1 + 0.2, 0, hole.z1 + 0.17)),
                place,
            )


def _roof(model: Model) -> None:
    over = 0.9
    at = Place(-_HALF - over, -0.2 - over, _EAVES)
    width = _DEPTH + 0.2 + 2 * over
    hip_roof(model, "mái", at, length=2 * _HALF + 2 * over, width=width, rise=3.5, tile="mái ngói", board="gỗ")
    for x0 in (-_HALF - over,):
        for y, depth in ((-0.2 - over - 0.16, 0.16), (_DEPTH + over, 0.16)):
            model.add("máng_nước", "sắt", box((x0, y, _EAVES - 0.02), (-x0, y + depth, _EAVES + 0.12)))
    for x in (-_HALF + 0.35, _HALF - 0.45):
        model.add("ống_nước", "sắt", cylinder((x, _DEPTH + 0.12, 0.1), (x, _DEPTH + 0.12, _EAVES), 0.06, sides=8))


def _portico(model: Model) -> None:
    """A gabled portico of two storeys over the entrance, with clock and steps."""
    out, half = -3.4, _PORTICO
    model.add("tiền_sảnh.nền", "đá", box((-half - 0.3, out - 0.3, 0), (half + 0.3, -0.3, _FLOOR)))
    model.add("tiền_sảnh.bậc", "đá", steps(5.2, 3, rise=_FLOOR / 3, tread=0.34), Place(-2.6, out - 0.3 - 3 * 0.34, 0))
    model.add("tiền_sảnh.sàn", "sơn trắng", box((-half - 0.25, out - 0.1, _UPPER - 0.3), (half + 0.25, -0.3, _UPPER)))
    for x in (-half, -1.45, 1.45, half):
        for low, high in ((_FLOOR, _UPPER - 0.3), (_UPPER, _EAVES - 0.1)):
            model.add(
                "tiền_sảnh.cột",
                "sơn trắng",
                cylinder((x, out + 0.2, low + 0.2), (x, out + 0.2, high - 0.2), 0.2, sides=16),
            )
            for z in (low, high - 0.2):
                model.add("tiền_sảnh.cột", "sơn trắng", box((x - 0.28, out - 0.08, z), (x + 0.28, out + 0.48, z + 0.2)))
    for x0, x1 in ((-half + 0.25, -1.7), (-1.2, 1.2), (1.7, half - 0.25)):
        _balustrade(model, Place(x0, out + 0.1, _UPPER), x1 - x0)
    for x, turn, y in ((-half - 0.05, 270, -0.45), (half + 0.05, 90, out + 0.45)):
        _balustrade(model, Place(x, y, _UPPER, turn), 2.5)
    model.add(
        "tiền_sảnh.dầm", "sơn trắng", box((-half - 0.3, out - 0.1, _EAVES - 0.1), (half + 0.3, -0.2, _EAVES + 0.25))
    )
    rise, width = 2.3, 2 * half + 0.6
    triangle = Place(-half - 0.3, out, _EAVES + 0.25)
    opening = Hole(width / 2 - 0.45, width / 2 + 0.45, 0.35, 1.25)
    model.add("đầu_hồi", "sơn vàng", gable(width, rise, 0.2, [opening]), triangle)
    model.add(
        "mặt_giờ", "sơn trắng", cylinder((0, out - 0.06, _EAVES + 1.05), (0, out + 0.1, _EAVES + 1.05), 0.52, sides=28)
    )
    hands = box((-0.02, -0.09, 0), (0.02, -0.065, 0.4)) + box((0, -0.09, -0.02), (0.3, -0.065, 0.02))
    model.add("mặt_giờ.kim", "gỗ", hands, Place(0, out, _EAVES + 1.05))
    model.add("bảng_tên", "sơn xanh", box((-2.1, out - 0.15, _EAVES - 0.06), (2.1, out - 0.1, _EAVES + 0.21)))
    gable_roof(
        model,
        "mái.tiền_sảnh",
        Place(half + 0.3, out - 0.1, _EAVES + 0.25, 90),
        length=6.0,
        width=width,
        rise=rise,
        eaves=0.45,
        verge=0.35,
        tile="mái ngói",
        board="gỗ",
    )


def _yard(model: Model, rng: np.random.Generator) -> None:
    """A flagpole, two flame trees, shrubs along the plinth, a paved yard."""
    model.add("sân", "gạch lát", box((-8.0, -12.0, 0.0), (8.0, -4.6, 0.05)))
    pole = (-6.2, -8.6)
    model.add(
        "cột_cờ",
        "bê tông",
        [
            p
            for k in range(3)
            for p in box(
                (pole[0] - 0.9 + 0.3 * k, pole[1] - 0.9 + 0.3 * k, 0.05 + 0.15 * k),
                (pole[0] + 0.9 - 0.3 * k, pole[1] + 0.9 - 0.3 * k, 0.2 + 0.15 * k),
            )
        ],
    )
    model.add("cột_cờ.cán", "sắt", frustum((*pole, 0.5), (*pole, 8.2), (0.06, 0.035), sides=10))
    folds = [(pole[0] + 0.05 + 0.25 * k, pole[1] + 0.1 * (-1) ** k * (k > 0)) for k in range(7)]
    for (xa, ya), (xb, yb) in itertools.pairwise(folds):
        cloth = np.array([[xa, ya, 7.0], [xb, yb, 7.0], [xb, yb, 8.1], [xa, ya, 8.1]])
        model.add("cờ", "cờ đỏ", [cloth, cloth[::-1]])
    tree(model, "cây.1", Place(-23.6, 5.0, 0), rng, height=8.2, spread=7.4, leaves="lá cây", bark="thân cây")
    tree(model, "cây.2", Place(16.5, -8.2, 0), rng, height=6.2, spread=6.6, leaves="lá phượng", bark="thân cây")
    for k, (x0, length) in enumerate(((-19.4, 14.0), (5.4, 14.0))):
        model.add(
            f"bồn_cây.{k + 1}",
            "đá",
            box((x0, -2.0, 0), (x0 + length, -1.9, 0.3)) + box((x0, -1.3, 0), (x0 + length, -1.2, 0.3)),
        )
        model.add(f"cây_bụi.{k + 1}", "lá cây", row_of_shrubs(length, 0.7, 0.7, rng, detail=1), Place(x0, -1.95, 0.1))
