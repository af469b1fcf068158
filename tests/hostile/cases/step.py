"""STEP: parts of parts, references, and surfaces without end."""

from __future__ import annotations

import functools
from collections.abc import Callable

from tests.geometry.loaders.files import WALLS
from tests.geometry.loaders.step_files import step_text
from tests.hostile.case import Case, Lure, Read, case, luring

_END = "ENDSEC;\nEND-ISO-10303-21;\n"


@functools.cache
def house() -> str:
    """The walls, in metres."""
    return step_text({"Walls": (WALLS, (200, 190, 180))}, metres_per_unit=1.0)


def _step(name: str, change: Callable[[str], str], outcome: Read | str) -> Case:
    def content() -> bytes:
        changed = change(house())
        assert changed != house() or name == "good"
        return changed.encode()

    return case(f"step-{name}", "house.step", content, outcome)


def _with(*lines: str) -> Callable[[str], str]:
    return lambda text: text.replace(_END, "\n".join(lines) + f"\n{_END}")


def _row(kind: str, at: int = 0) -> str:
    """The number of an entity of a class, with its sign."""
    return [line.split("=")[0] for line in house().splitlines() if f"={kind}(" in line][at]


def _changed(kind: str, change: Callable[[str], str]) -> Callable[[str], str]:
    """The first entity of a class changed after its number."""

    def whole(text: str) -> str:
        line = next(line for line in text.splitlines() if f"={kind}(" in line)
        number, _, rest = line.partition("=")
        return text.replace(line, f"{number}={change(rest)}")

    return whole


def _replaced(old: str, new: str, count: int = -1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def _used(parent: str, child: str, name: str) -> str:
    return f"NEXT_ASSEMBLY_USAGE_OCCURRENCE('{name}','{name}','',{parent},{child},$);"


def _in_itself(text: str) -> str:
    """A product that is a part of itself."""
    own = _row("PRODUCT_DEFINITION")
    return _with(f"#90000={_used(own, own, 'again')}")(text)


def _doubling(text: str) -> str:
    """Each assembly holds the one before it twice: 2^30 copies of the walls."""
    context, design = _row("PRODUCT_CONTEXT"), _row("PRODUCT_DEFINITION_CONTEXT")
    shape, place = _row("ADVANCED_BREP_SHAPE_REPRESENTATION"), _row("AXIS2_PLACEMENT_3D")
    units = next(line.split("=")[0] for line in text.splitlines() if "GLOBAL_UNIT_ASSIGNED" in line)
    lines, inner = [], (_row("PRODUCT_DEFINITION"), shape)
    for level in range(30):
        n = 90000 + 100 * level
        lines += [
            f"#{n}=PRODUCT('a{level}','a{level}','',({context}));",
            f"#{n + 1}=PRODUCT_DEFINITION_FORMATION('','',#{n});",
            f"#{n + 2}=PRODUCT_DEFINITION('','',#{n + 1},{design});",
            f"#{n + 3}=PRODUCT_DEFINITION_SHAPE('','',#{n + 2});",
            f"#{n + 4}=SHAPE_REPRESENTATION('',({place}),{units});",
            f"#{n + 5}=SHAPE_DEFINITION_REPRESENTATION(#{n + 3},#{n + 4});",
        ]
        for copy in range(2):
            k = n + 10 * (copy + 1)
            lines += [
                f"#{k}={_used(f'#{n + 2}', inner[0], str(copy))}",
                f"#{k + 1}=PRODUCT_DEFINITION_SHAPE('','',#{k});",
                f"#{k + 2}=ITEM_DEFINED_TRANSFORMATION('','',{place},{place});",
                f"#{k + 3}=(REPRESENTATION_RELATIONSHIP('','',{inner[1]},#{n + 4})"
                f"REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION(#{k + 2})SHAPE_REPRESENTATION_RELATIONSHIP());",
                f"#{k + 4}=CONTEXT_DEPENDENT_SHAPE_REPRESENTATION(#{k + 3},#{k + 1});",
            ]
        inner = (f"#{n + 2}", f"#{n + 4}")
    return _with(*lines)(text)


def _ball(radius: str) -> Callable[[str], str]:
    """A sphere as the walls' only face: within 5 mm of it lie more triangles the larger it is."""

    def whole(text: str) -> str:
        place = _row("AXIS2_PLACEMENT_3D")
        shell = next(line for line in text.splitlines() if "=CLOSED_SHELL(" in line)
        number = shell.split("=")[0]
        new = "\n".join(
            [
                f"#90000=SPHERICAL_SURFACE('',{place},{radius});",
                "#90003=ADVANCED_FACE('',(),#90000,.T.);",
                f"{number}=CLOSED_SHELL('',(#90003));",
            ]
        )
        return text.replace(shell, new)

    return whole


def _elsewhere(lure: Lure) -> list[tuple[str, bytes]]:
    """A product whose shape is said to lie in another file."""
    definition = _row("PRODUCT_DEFINITION")
    lines = [
        "#90000=DOCUMENT_TYPE('geometry');",
        f"#90001=DOCUMENT_FILE('{lure.file}','','',#90000,'',$);",
        f"#90002=APPLIED_DOCUMENT_REFERENCE(#90001,'',({definition}));",
        "#90003=IDENTIFICATION_ROLE('external document id and location',$);",
        f"#90004=EXTERNAL_SOURCE(IDENTIFIER('{lure.file}'));",
        f"#90005=APPLIED_EXTERNAL_IDENTIFICATION_ASSIGNMENT('{lure.file}',#90003,#90004,(#90001));",
    ]
    return [("house.step", _with(*lines)(house()).encode())]


_DAMAGED = "lines of the STEP are damaged"
_TORN = "a surface of 'Walls' cannot be read and is left out"
_BROKEN = "cannot be read|damaged|crashed|no triangles"
CASES = [
    _step("good", lambda t: t, Read()),
    case("stp-good", "house.stp", lambda: house().encode(), Read()),
    _step("cut", lambda t: t[: len(t) // 2], "the STEP ends before END-ISO-10303-21"),
    _step("cut-and-ended", lambda t: t[: len(t) // 2] + f"\n{_END}", _BROKEN),
    _step("header-only", lambda t: t[: t.index("DATA;")] + f"DATA;\n{_END}", _BROKEN),
    _step("no-data", lambda t: t[: t.index("DATA;")] + "END-ISO-10303-21;\n", _BROKEN),
    _step("schema-unknown", _replaced("AUTOMOTIVE_DESIGN", "SPACE_DESIGN"), Read()),
    _step("class-unknown", _with("#90000=SPACESHIP('x',$,$);"), Read()),
    _step("brackets", _with("#90000=CARTESIAN_POINT(" + "(" * 100_000 + ")" * 100_000 + ");"), _BROKEN),
    _step("number-huge", _with(f"#{'9' * 400}=CARTESIAN_POINT('',(0.,0.,0.));"), Read()),
    _step("text-endless", _with("#90000=PRODUCT('" + "x" * 1_000_000), _BROKEN),
    _step("null-bytes", _with("#90000=CARTESIAN_POINT('',(\0\0\0,1.));"), _DAMAGED),
    _step("rows-endless", _with(*(f"#{90000 + i}=CARTESIAN_POINT('',(0.,{i}.,0.));" for i in range(20_000))), Read()),
    _step(
        "id-twice", lambda t: _with(f"{_row('PLANE')}=PLANE('',$);")(t), Read(says=("1 lines of the STEP name others",))
    ),
    _step(
        "point-missing",
        _replaced("(-5.000000000E+00,-4.000000000E+00,0.000000000E+00)", "()", 1),
        Read(triangles=6, says=(_TORN,)),
    ),
    _step("point-short", _changed("VERTEX_POINT", lambda _: "VERTEX_POINT('',$);"), _BROKEN),
    _step("point-words", _replaced("5.000000000E+00", "'five'"), _DAMAGED),
    _step("overflow", _replaced("5.000000000E+00", "5.E999"), "time or memory|" + _BROKEN),
    _step("light-years", _replaced("5.000000000E+00", "5.E30"), _BROKEN + "|finite|m long"),
    _step(
        "edge-of-nothing",
        _changed("EDGE_CURVE", lambda s: s.replace("#", "#8")),
        Read(triangles=10, says=("3 lines", _TORN)),
    ),
    _step(
        "loop-of-itself",
        _changed("EDGE_LOOP", lambda _: f"EDGE_LOOP('',({_row('EDGE_LOOP')}));"),
        Read(triangles=11, says=(_TORN,)),
    ),
    _step(
        "shell-of-itself", _changed("CLOSED_SHELL", lambda _: f"CLOSED_SHELL('',({_row('CLOSED_SHELL')}));"), _BROKEN
    ),
    _step("shell-empty", _changed("CLOSED_SHELL", lambda _: "CLOSED_SHELL('',());"), _BROKEN),
    _step(
        "placement-of-itself",
        _changed("PLANE", lambda _: f"PLANE('',{_row('PLANE')});"),
        Read(triangles=11, says=(_TORN,)),
    ),
    _step("product-in-itself", _in_itself, _BROKEN),
    _step("doubling", _doubling, "time or memory"),
    _step("ball-endless", _ball("1.E+06"), "time or memory|MiB|too many|crashed"),
    luring("step-elsewhere", _elsewhere, Read()),
    case("step-is-text", "house.step", "STEP by STEP\n" * 30, "not STEP inside but content of another kind"),
    case(
        "step-is-ifc",
        "house.step",
        "ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\n",
        "not STEP inside but IFC",
    ),
]
