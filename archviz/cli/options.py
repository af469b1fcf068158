"""The options of every command. Standard library only: ``archviz --help`` must not wait for torch."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from archviz import __version__
from archviz.core.errors import OptionError

__all__ = ["build_parser", "join_negative_values"]

_NEGATIVE_VALUE = re.compile(r"-\d[\d.,-]*|-\.\d[\d.,-]*")


class _Parser(argparse.ArgumentParser):
    """Raises our errors instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message}; {self.prog} --help lists what is accepted")


def join_negative_values(words: Sequence[str]) -> list[str]:
    """``--place -33.86,151.2`` as ``--place=-33.86,151.2``: argparse takes it for an option otherwise."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in ("--place", "--north", "--turn") and _NEGATIVE_VALUE.fullmatch(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; the chosen command stands in ``module`` and ``command``."""
    parser = _Parser(
        prog="archviz",
        description="A building in, a rendered picture out: 3D model or drawing, any light, offline.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"archviz {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_render(_command(commands, "render", "pictures", "render a picture of a model, a drawing or a text"))
    _add_lightset(
        _command(commands, "lightset", "lightset", "render a set: designs, environments, views, lights, seeds")
    )
    _add_maps(_command(commands, "maps", "pictures", "write every map of a view as PNG and as float arrays"))
    _add_edit(_command(commands, "edit", "edit", "paint a part of a finished picture anew, and leave the rest"))
    _add_replay(_command(commands, "replay", "pictures", "render the picture of a recipe again"))
    _add_check(_command(commands, "check", "check", "score a picture from any tool against the model it shows"))
    inspect = _command(commands, "inspect", "facts", "what was understood of a file, assumed, left out")
    _add_input(inspect, nargs=None)
    _add_reading(inspect)
    _add_drawing(inspect)
    _add_sun(_command(commands, "sun", "sun", "where the sun stands; with INPUT, a sun study of the building"))
    _command(commands, "presets", "facts", "environments, lightings and views")
    cities = _command(commands, "cities", "facts", "cities that --city knows, with their time zones")
    cities.add_argument("name", nargs="?", default="", metavar="NAME", help="part of a name, or a country such as VN")
    materials = _command(commands, "materials", "facts", "materials that --material knows, English and Vietnamese")
    materials.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="part of a name, or a kind such as stone"
    )
    _command(commands, "engines", "facts", "engines, their licences, what they need, whether they are ready")
    app = _command(
        commands, "app", "studio", "the studio in a browser, on this computer only unless shared", json=False
    )
    app.add_argument("--port", type=int, default=8501, metavar="N", help="port on this computer (default %(default)s)")
    app.add_argument(
        "--share",
        nargs="?",
        const="auto",
        metavar="ADDRESS",
        help="for the local network, with a password (asked for, or ARCHVIZ_SHARE_PASSWORD); ADDRESS is this"
        " computer's there, found by itself where left out",
    )
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, module: str, summary: str, *, json: bool = True
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    parser.set_defaults(module=module, command=f"run_{name}")
    if json:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _add_input(parser: argparse.ArgumentParser, *, nargs: str | None = "?") -> None:
    parser.add_argument(
        "input",
        nargs=nargs,
        metavar="INPUT",
        help="3D model (.glb .gltf .obj .dae .ifc .3dm .dxf .fbx .step .stp .usd .usda .usdc .usdz .stl .ply .off .3mf,"
        " packed as .zip or .ifczip too) or drawing (.png .jpg .webp .tif .heic .bmp .svg .pdf), told apart by content",
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading the model")
    group.add_argument("--unit", metavar="U", help="unit of the file: mm, cm, m, in or ft")
    group.add_argument("--up", choices=("y", "z"), metavar="AXIS", help="up axis of the file: y or z")
    group.add_argument(
        "--hide",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="elements, classes or layers not to draw; * and ? stand for letters",
    )
    group.add_argument(
        "--show",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="draw these though the file, what they are (rooms, grids, notes) or --hide hides them",
    )
    group.add_argument(
        "--class",
        nargs="+",
        action="extend",
        default=[],
        dest="classes",
        metavar="NAME=CLASS",
        help="what these are, where names say it wrong: building, opening, glass, ground, vegetation or surroundings",
    )


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading a drawing")
    group.add_argument("--page", default="1", metavar="N", help="page of a PDF or TIFF (default %(default)s)")
    group.add_argument(
        "--paper",
        default="straighten",
        metavar="HOW",
        help="straighten (default): a photographed sheet is found and flattened; as-is",
    )
    group.add_argument(
        "--corners",
        metavar="X,Y,...",
        help="a photographed sheet's four corners, clockwise from its top left, in shares of the picture",
    )
    group.add_argument(
        "--notes", default="drop", metavar="HOW", help="drop (default): coloured pencil and writing are no lines; keep"
    )
    group.add_argument(
        "--shows", default="auto", metavar="WHAT", help="auto (default): a floor plan is refused; view: it is drawn"
    )
    group.add_argument(
        "--repair", metavar="WHERE", help="auto: tears, stains, faded places; or a mask image, white where to mend"
    )
    group.add_argument("--turn", default="0", metavar="DEG", help="turn the page clockwise")
    group.add_argument(
        "--crop", metavar="L,T,R,B", help="keep this part of the page, in shares of it, such as 0.1,0,0.9,1"
    )


def _add_place(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--place", metavar="LAT,LON", help="degrees, north and east positive")
    group.add_argument("--city", metavar="NAME", help="in place of --place (archviz cities lists them)")
    group.add_argument(
        "--when", metavar="ISO8601", help="for example 2025-06-21T15:30+07:00; with --city the offset may be left out"
    )


def _add_north(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--north", metavar="DEG", help="azimuth of true north in the model, clockwise from +Y")


def _add_scene(parser: argparse.ArgumentParser, *, many: bool = False) -> None:
    """What decides the maps of a view; with ``many``, lists of it."""
    more = ",.." if many else ""
    group = parser.add_argument_group("scene")
    group.add_argument("--environment", metavar=f"ID{more}", help="where it stands (archviz presets lists them)")
    group.add_argument("--lighting", metavar=f"ID{more}", help="hour, sky and lamps")
    group.add_argument("--view", metavar=f"ID{more}", help="view preset")
    group.add_argument("--camera", metavar="FILE", help="camera file (JSON) in place of a view preset")
    group.add_argument(
        "--material",
        nargs="+",
        action="extend",
        default=[],
        metavar="ELEMENT=TEXT",
        help='such as "roof=red tiles"; "*=proposed" takes what inspect proposes',
    )
    group.add_argument(
        "--surroundings",
        metavar="HOW",
        help="geometry (default): built; imagined: the ground is, the rest left to the engine; none",
    )
    group.add_argument("--size", metavar="WxH", help="picture size in pixels (default 768x512)")
    group.add_argument(
        "--seed", metavar=f"N{more}", default=None if many else "0", help="another one, other surroundings and textures"
    )
    sun = parser.add_argument_group("sun")
    _add_place(sun)
    if many:
        sun.add_argument("--date", metavar="YYYY-MM-DD", help="the day of --hours")
        sun.add_argument("--hours", metavar="HH:MM,..", help="hours of that day, in place of lightings")
    _add_north(sun)
    _add_reading(parser)
    _add_drawing(parser)


def _add_render(parser: argparse.ArgumentParser) -> None:
    _add_input(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT.png", help="the picture; its recipe goes beside")
    _add_scene(parser)
    _add_engine(parser)


def _add_lightset(parser: argparse.ArgumentParser) -> None:
    _add_input(parser, nargs="*")
    parser.add_argument(
        "-o", "--output", required=True, metavar="DIR", help="folder for pictures, recipes, manifest and contact sheet"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the set that the folder holds")
    _add_scene(parser, many=True)
    _add_engine(parser)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="the picture (.png .jpg .webp)")
    parser.add_argument("--model", required=True, metavar="INPUT", help="the 3D model or the drawing that it shows")
    parser.add_argument("--camera", metavar="FILE", help="camera file (JSON) of the picture")
    parser.add_argument("--view", metavar="ID", help="view preset in place of a camera file")
    parser.add_argument(
        "--threshold", metavar="SCORE", help="edge recall that is asked for, 0 to 1; exit code 1 for a picture below it"
    )
    parser.add_argument("--heatmap", metavar="OUT.png", help="the picture with what was found of the building on it")
    sun = parser.add_argument_group("sun", "shadows are judged where a moment or a lighting is given")
    _add_place(sun)
    _add_north(sun)
    sun.add_argument("--lighting", metavar="ID", help="hour, sky and lamps")
    _add_reading(parser)


def _add_engine(parser: argparse.ArgumentParser) -> None:
    """What decides the picture beside its maps."""
    group = parser.add_argument_group("engine")
    group.add_argument("--engine", default="mini", metavar="ID", help="engine (default %(default)s)")
    group.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="your own words, English or Vietnamese; they choose an open environment and lighting",
    )
    group.add_argument("--steps", metavar="N", help="diffusion steps")
    group.add_argument(
        "--geometry", default="strict", metavar="HOW", help="strict (default), balanced or free: how close to the maps"
    )
    group.add_argument(
        "--control", nargs="+", action="extend", default=[], metavar="NAME=SCALE", help="weight of one control, 0 to 2"
    )
    group.add_argument(
        "--min-fidelity",
        metavar="X",
        help="edge recall, 0 to 1, under which a picture is rendered again by rule; exit code 1 if none has it",
    )
    group.add_argument("--few-step", action="store_true", help="few steps with the engine's distilled LoRA")
    group.add_argument("--weights", metavar="DIR", help="folder of the engine's checkpoints (default: the hub's cache)")
    group.add_argument("--device", metavar="D", help="cpu or cuda (default: what there is)")
    group.add_argument("--author", default="", metavar="TEXT", help="written into the picture")


def _add_maps(parser: argparse.ArgumentParser) -> None:
    _add_input(parser, nargs=None)
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder for the maps")
    _add_scene(parser)


def _add_sun(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", nargs="?", metavar="INPUT", help="3D model of any kind that inspect reads")
    sun = parser.add_argument_group("sun")
    _add_place(sun)
    group = parser.add_argument_group("sun study")
    group.add_argument("-o", "--output", metavar="DIR", help="folder for pictures, diagram and table")
    group.add_argument("--date", metavar="YYYY-MM-DD", help="the day, beside equinox and solstices of its year")
    _add_north(group)
    group.add_argument("--view", metavar="ID", help="view preset (default aerial)")
    group.add_argument("--size", metavar="WxH", help="picture size in pixels (default 768x512)")
    _add_reading(parser)


def _add_edit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE.png", help="a picture that archviz wrote")
    parser.add_argument("-o", "--output", required=True, metavar="OUT.png", help="the picture; its recipe goes beside")
    group = parser.add_argument_group("part", "elements or a mask")
    group.add_argument(
        "--element", nargs="+", action="extend", default=[], metavar="NAME", help='what is seen of them, "roof*" too'
    )
    group.add_argument("--mask", metavar="MASK.png", help="a picture of the same size, white where it is to change")
    group.add_argument(
        "--feather", default="6", metavar="PX", help="width of the rim into the rest (default %(default)s)"
    )
    becomes = parser.add_argument_group("what it becomes", "a material, words, or both")
    becomes.add_argument("--material", default="", metavar="TEXT", help='such as "red brick"')
    becomes.add_argument("--prompt", default="", metavar="TEXT", help="your own words, English or Vietnamese")
    parser.add_argument("--input", metavar="FILE", help="the model or drawing, where it has moved")
    parser.add_argument("--weights", metavar="DIR", help="folder of the engine's checkpoints")
    parser.add_argument("--device", metavar="D", help="cpu or cuda")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help="a picture that archviz wrote, or the JSON beside it")
    parser.add_argument("--input", metavar="FILE", help="the model or drawing, where it has moved")
    parser.add_argument("-o", "--output", metavar="OUT.png", help="the new picture (default: RECIPE.replay.png)")
    parser.add_argument("--weights", metavar="DIR", help="folder of the engine's checkpoints")
    parser.add_argument("--device", metavar="D", help="cpu or cuda")
