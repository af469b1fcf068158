"""Valid files damaged by a seeded hand: bytes flipped, ends cut, pieces moved, numbers changed."""

from __future__ import annotations

import functools
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np

from tests.geometry.loaders.files import house_gltf
from tests.hostile.cases import archives, fbx, meshes, pictures, plots, scans, step, usd, xml

Hand = Callable[[bytes, np.random.Generator], bytes]
# Numbers that have broken readers before.
_NUMBERS = (b"0", b"-1", b"1e308", b"nan", b"inf", b"4294967295", b"2147483648", b"99999999999999999999", b"0.5", b"")
_WORDS = (b"\0", b"\xff\xff\xff\xff", b"\x80", b"\n", b"<", b"(", b"{", b'"', b"%n", b"../", b"\xc0\xaf")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def _repacked(name: str, hand: Hand) -> Hand:
    """The same done to a member of an archive, which is packed again: its sums are right."""

    def whole(data: bytes, rng: np.random.Generator) -> bytes:
        buffer = BytesIO()
        with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.namelist():
                content = old.read(member)
                damaged = hand(content, rng) if member.endswith(name) else content
                # Of no particular day.
                new.writestr(zipfile.ZipInfo(member), damaged, old.getinfo(member).compress_type)
        return buffer.getvalue()

    return whole


def in_glb(data: bytes, rng: np.random.Generator) -> bytes:
    """A number changed within the JSON or the bytes of a GLB, whose lengths are right afterwards."""
    (length,) = struct.unpack_from("<I", data, 12)
    text, binary = data[20 : 20 + length], data[28 + length :]
    if rng.random() < 0.6:
        text = change_number(text, rng)
    else:
        binary = change_number(binary, rng)
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Up to eight bytes changed."""
    damaged = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        damaged[rng.integers(len(damaged))] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """The end lost."""
    return data[: rng.integers(len(data))]


def splice(data: bytes, rng: np.random.Generator) -> bytes:
    """A piece copied over another, put in, or taken out."""
    start, to = (int(n) for n in rng.integers(len(data), size=2))
    piece = data[start : start + int(rng.integers(1, 200))]
    length = (len(piece), 0, len(piece))[kind := int(rng.integers(3))]
    return data[:to] + (b"" if kind == 2 else piece) + data[to + length :]


def change_number(data: bytes, rng: np.random.Generator) -> bytes:
    """A number of a text made another, or four bytes made a great one."""
    found = list(_NUMBER.finditer(data))
    if len(found) > 20 and b"\0" not in data[:64]:
        spot = found[rng.integers(len(found))]
        return data[: spot.start()] + _NUMBERS[rng.integers(len(_NUMBERS))] + data[spot.end() :]
    at = int(rng.integers(max(len(data) - 4, 1)))
    return (
        data[:at] + int(rng.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x7F800000])).to_bytes(4, "little") + data[at + 4 :]
    )


def put_word(data: bytes, rng: np.random.Generator) -> bytes:
    """A word that readers stumble over put in, up to a hundred times."""
    at = int(rng.integers(len(data)))
    return data[:at] + _WORDS[rng.integers(len(_WORDS))] * int(rng.choice([1, 3, 100])) + data[at:]


# What leaves most of a file in order goes deeper into its reader.
_HANDS: tuple[Hand, ...] = (flip, cut, splice, put_word, change_number, change_number, change_number)


@functools.cache
def seeds() -> Mapping[str, bytes]:
    """A valid file of each format."""
    gltf = house_gltf()
    return {
        "house.glb": house_gltf().glb_bytes(),
        "house.gltf": _embedded(gltf),
        "house.obj": meshes.OBJ.encode(),
        "house.stl": meshes.STL,
        "solid.stl": meshes.SOLID.encode(),
        "house.ply": meshes.PLY.encode(),
        "binary.ply": meshes.binary_ply(),
        "house.off": meshes.OFF.encode(),
        "house.dae": xml.DAE.encode(),
        "house.3mf": xml.packed(xml.model()),
        "house.ifc": _kept("house.ifc"),
        "house.3dm": _kept("house.3dm"),
        "house.dxf": _kept("house.dxf"),
        "house.fbx": fbx.house().text(),
        "binary.fbx": fbx.house().binary(),
        "garden.fbx": _kept("garden.fbx"),
        "house.step": step.house().encode(),
        "house.usda": usd.HOUSE.encode(),
        "house.usdc": usd.binary(),
        "house.usdz": usd.package(("house.usda", usd.HOUSE)),
        "house.zip": archives.packed(("house.obj", meshes.OBJ)),
        "house.ifczip": archives.packed(("house.ifc", _kept("house.ifc"))),
        "plan.png": pictures.sheet(),
        "plan.jpg": pictures.sheet("JPEG"),
        "plan.webp": pictures.sheet("WEBP"),
        "plan.tif": scans.tiff(),
        "plan.heic": scans.heic(),
        "plan.bmp": scans.bmp(),
        "plan.svg": plots.svg("<text x='9' y='20'>plan</text><use href='#a'/><g id='a'><path d='M9 9h9'/></g>"),
        "plan.pdf": plots.pdf(page="/Rotate 90", catalog="/Lang (en)"),
    }


def _kept(name: str) -> bytes:
    """A file whose library writes other ids and times into it each day."""
    return (Path(__file__).with_name("seeds") / name).read_bytes()


def _embedded(writer) -> bytes:
    import json
    from base64 import b64encode

    uri = "data:application/octet-stream;base64," + b64encode(writer.binary).decode()
    writer.tree["buffers"] = [{"byteLength": len(writer.binary), "uri": uri}]
    return json.dumps(writer.tree).encode()


def mutation(number: int) -> tuple[str, bytes]:
    """The name and the bytes of one damaged file; the same for the same number."""
    rng = np.random.default_rng([20_26, number])
    names = list(seeds())
    name = names[number % len(names)]
    hand = _HANDS[rng.integers(len(_HANDS))]
    member = {"house.3mf": ".model", "house.usdz": ".usda", "house.zip": ".obj", "house.ifczip": ".ifc"}.get(name)
    if member and rng.random() < 0.7:
        hand = _repacked(member, hand)
    elif name == "house.glb" and rng.random() < 0.7:
        hand = in_glb
    data = hand(seeds()[name], rng)
    # One damage in six comes with another.
    return name, flip(data, rng) if data and rng.random() < 0.16 else data
