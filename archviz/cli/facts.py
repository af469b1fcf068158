"""Commands that tell: inspect, presets, materials, cities, engines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from archviz.cli.console import Console
from archviz.cli.values import adjustments_from, classes_from
from archviz.core.errors import OptionError
from archviz.render.request import DEFAULT_SIZE, RenderRequest

__all__ = ["run_cities", "run_engines", "run_inspect", "run_materials", "run_presets"]

_LISTED_ELEMENTS = 40  # a screenful; --json lists all


def run_inspect(options: argparse.Namespace, console: Console) -> None:
    """``archviz inspect``."""
    from archviz.render.inputs import read_source

    request = RenderRequest(
        input=Path(options.input),
        unit=options.unit,
        up=options.up,
        hide=tuple(options.hide),
        show=tuple(options.show),
        classes=classes_from(options),
        adjustments=adjustments_from(options),
    )
    source = read_source(request)
    data = _model_facts(source.model) if source.model is not None else _drawing_facts(source.drawing)
    console.result(data, _lines(data))


def run_presets(options: argparse.Namespace, console: Console) -> None:
    """``archviz presets``."""
    from archviz.geometry.views import VIEW_PRESETS
    from archviz.presets import environments, lightings

    data: dict[str, Any] = {
        "environments": [_preset(p) for p in environments().values()],
        "lightings": [_preset(p) for p in lightings().values()],
        "views": [{"id": view} for view in VIEW_PRESETS],
    }
    lines: list[str] = []
    for kind, presets in data.items():
        lines += [f"{kind}:", *(_preset_line(p) for p in presets)]
    console.result(data, lines)


def run_materials(options: argparse.Namespace, console: Console) -> None:
    """``archviz materials``."""
    from archviz.presets import find_materials, near_material_names

    found = find_materials(options.name)
    if not found:
        near = near_material_names(options.name)
        advice = f"the nearest are {', '.join(near)}" if near else "none is near"
        raise OptionError(
            f"material {options.name!r} is not known, {advice}; archviz materials without a name lists all"
        )
    entries = [
        {
            "id": m.id,
            "kind": m.kind,
            "name_en": m.name_en,
            "name_vi": m.name_vi,
            "also": [*m.names_en[1:], *m.names_vi[1:]],
            "srgb": m.srgb,
            "family": m.family.name.lower(),
            "roughness": m.roughness,
            "metallic": m.metallic,
            "transmission": m.transmission,
            "uses": list(m.uses),
            "tint": m.tint,
        }
        for m in found
    ]
    lines = [f"{m.name_en:<24} {m.name_vi:<24} #{m.srgb}  {m.kind}" for m in found]
    console.result({"materials": entries}, lines)


def run_cities(options: argparse.Namespace, console: Console) -> None:
    """``archviz cities``."""
    from archviz.presets import find_cities

    found = find_cities(options.name)
    if not found:
        raise OptionError(f"city {options.name!r} is not known; archviz cities without a name lists all")
    cities = [
        {
            "name": c.name,
            "country": c.country,
            "latitude_deg": c.latitude_deg,
            "longitude_deg": c.longitude_deg,
            "time_zone": c.time_zone,
            "also": list(c.also),
        }
        for c in found
    ]
    lines = [
        f"{c.label:<28} {c.latitude_deg:>6.2f},{c.longitude_deg:<7.2f} {c.time_zone:<32} {' · '.join(c.also)}".rstrip()
        for c in found
    ]
    console.result({"cities": cities}, lines)


def run_engines(options: argparse.Namespace, console: Console) -> None:
    """``archviz engines``."""
    from archviz.diffusion import engine_specs, readiness

    engines = []
    for spec in engine_specs().values():
        state = readiness(spec)
        engines.append(
            {
                "id": spec.id,
                "name": spec.names["en"],
                "ready": state.ready,
                "message": state.message,
                "license": spec.license,
                "commercial_use": spec.commercial_use,
                "memory_gb": spec.memory_gb,
                "size_gb": round(sum(c.size_gb for c in spec.needed()), 3),
                "controls": list(spec.controls),
                "sides_px": [spec.size.smallest, spec.size.largest],
            }
        )
    lines = [
        f"{e['id']:<10} {'ready' if e['ready'] else 'not ready'}: {e['message']} ({e['license']})" for e in engines
    ]
    console.result({"engines": engines}, lines)


def _model_facts(model: Any) -> dict[str, Any]:
    from archviz.render.proposals import propose_materials

    table = model.scene.table
    place = model.place
    return {
        "kind": "model",
        "format": model.format,
        "unit": model.unit,
        "extents_m": [round(float(v), 4) for v in model.extents_m],
        "triangles": len(model.scene.faces),
        "elements": [
            {
                "name": e.name,
                "class": e.class_name if e.class_name not in ("", e.name) else e.part.name.lower(),
                "material": table.materials[e.material].name,
                "part": e.part.name.lower(),
                "proposed_material": proposal.text() if proposal else None,
            }
            for e, proposal in zip(table.elements, propose_materials(table), strict=True)
        ],
        "place": {"latitude_deg": place.latitude_deg, "longitude_deg": place.longitude_deg} if place else None,
        "north_deg": model.north_deg,
        "up_axis": model.up_axis,
        "hidden": list(model.hidden),
        "assumptions": list(model.assumptions),
        "warnings": list(model.warnings),
    }


def _drawing_facts(drawing: Any) -> dict[str, Any]:
    from archviz.render.relief import lift_drawing
    from archviz.render.relief_table import RELIEF_TABLE
    from archviz.sketch import diagnose

    height, width = drawing.array.shape[:2]
    findings = diagnose(drawing)
    relief = lift_drawing(drawing, drawing.size.with_longer(DEFAULT_SIZE.longer))
    seen = sorted(set(relief.scene.face_elements.tolist())) if relief is not None else []
    return {
        "kind": "sketch",
        "format": drawing.format,
        "drawing": drawing.kind,
        "size": [width, height],
        "elements": [
            {"name": RELIEF_TABLE.elements[row].name, "part": RELIEF_TABLE.elements[row].part.name.lower()}
            for row in seen
        ],
        "diagnosis": [found.text for found in findings],
        "diagnosis_vi": [found.in_words("vi") for found in findings],
        "assumptions": [*drawing.assumptions, *(relief.assumptions if relief is not None else ())],
        "warnings": list(drawing.warnings),
    }


def _preset(preset: Any) -> dict[str, str]:
    return {"id": preset.id, "name_en": preset.name_en, "name_vi": preset.name_vi, "prompt": preset.prompt}


def _preset_line(preset: dict[str, str]) -> str:
    names = " · ".join(preset[key] for key in ("name_en", "name_vi") if key in preset)
    return f"  {preset['id']:<18} {names}".rstrip()


def _lines(data: dict[str, Any]) -> list[str]:
    """Facts as lines; a list of parts is cut to a screenful and says so."""
    lines: list[str] = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{key}: {len(value)}")
            lines += [f"  {_item_line(item)}" for item in value[:_LISTED_ELEMENTS]]
            if len(value) > _LISTED_ELEMENTS:
                lines.append(f"  and {len(value) - _LISTED_ELEMENTS} more; --json lists all")
        elif isinstance(value, list) and value and isinstance(value[0], str):
            lines += [f"{key}: {text}" for text in value[:_LISTED_ELEMENTS]]
            if len(value) > _LISTED_ELEMENTS:
                lines.append(f"{key}: and {len(value) - _LISTED_ELEMENTS} more; --json lists all")
        elif isinstance(value, list):
            lines.append(f"{key}: {' x '.join(str(v) for v in value) or 'none'}")
        else:
            lines.append(f"{key}: {'none' if value is None else value}")
    return lines


def _item_line(item: dict[str, Any]) -> str:
    """One part's facts; what there is none of is left out."""
    return " · ".join(
        f"proposed: {value}" if key == "proposed_material" else str(value)
        for key, value in item.items()
        if value is not None
    )
