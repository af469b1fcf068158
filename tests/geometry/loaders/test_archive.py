"""ZIP archives: what is read from them, and every trick that is refused."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated, sniff_kind
from archviz.geometry.loaders.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES
from tests.geometry.loaders.files import WALLS, dae_text, obj_text
from tests.geometry.loaders.reference import HOUSE, WRITERS

OBJ = obj_text({"walls": (WALLS, "brick")}, library="house.mtl")
MTL = "newmtl brick\nmap_Kd textures/brick.png\n"


def picture(color: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


def pack(folder: Path, members: dict[str, str | bytes], *, name: str = "house.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


@pytest.mark.parametrize(
    "texture", ["textures/brick.png", "../textures/brick.png", "C:\\office\\maps\\brick.png", "BRICK.png"]
)
def test_a_model_comes_with_its_textures_wherever_they_lie(tmp_path: Path, texture: str) -> None:
    library = f"newmtl brick\nKd 1 1 1\nmap_Kd {texture}\n"
    inside = {"scene/house.obj": OBJ, "scene/house.mtl": library, "textures/brick.png": picture((150, 60, 45))}
    if texture.startswith("textures"):
        inside["scene/textures/brick.png"] = inside.pop("textures/brick.png")
    path = pack(tmp_path, inside | {"__MACOSX/scene/._house.obj": "x", "scene/.hidden.obj": "x", "read me.txt": "x"})
    model = load_isolated(path)
    assert (model.format, model.extents_m, model.warnings) == ("OBJ", (10, 8, 6), ())
    color = model.scene.table.materials[0].base_color
    np.testing.assert_allclose(color, srgb_to_linear(np.array((150, 60, 45)) / 255), atol=1e-3)
    assert sniff_kind(path) == "model"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["house.zip"]


def test_outside_an_archive_a_parent_folder_stays_shut(tmp_path: Path) -> None:
    (tmp_path / "scene").mkdir()
    (tmp_path / "brick.png").write_bytes(picture((150, 60, 45)))
    (tmp_path / "scene" / "house.obj").write_text(OBJ)
    (tmp_path / "scene" / "house.mtl").write_text("newmtl brick\nmap_Kd ../brick.png\n")
    assert "is missing or cannot be read" in load_isolated(tmp_path / "scene" / "house.obj").warnings[0]


def test_ifczip(tmp_path: Path) -> None:
    WRITERS[".ifc"](tmp_path / "house.ifc", HOUSE)
    path = pack(tmp_path, {"house.ifc": (tmp_path / "house.ifc").read_bytes()}, name="house.ifczip")
    model = load_isolated(path)
    assert (model.format, model.unit, len(model.scene.table.elements)) == ("IFC", "mm", len(HOUSE))


def test_options_and_errors_speak_of_the_archive(tmp_path: Path) -> None:
    path = pack(tmp_path, {"scene/house.obj": OBJ})
    assert load_isolated(path, unit="ft").extents_m == pytest.approx((3.048, 2.4384, 1.8288), abs=1e-4)
    with pytest.raises(OptionError, match="no element is called 'door'"):
        load_isolated(path, hide=["door"])
    path = pack(tmp_path, {"scene/house.obj": OBJ.replace("f 1", "f 99")})
    with pytest.raises(FileFormatError) as caught:
        load_isolated(path)
    assert caught.value.message.startswith(f"{path}/scene/house.obj: ")
    path = pack(tmp_path, {"house.glb": "no model"})
    with pytest.raises(FileFormatError) as caught:
        load_isolated(path)
    assert caught.value.message == (
        f"{path}/house.glb: not GLB inside but content of another kind; export the model again"
    )


TRICKS: list[tuple[str, str]] = [
    ("../evil.obj", "the path '../evil.obj', which is not read"),
    ("/etc/evil.obj", "the path '/etc/evil.obj'"),
    ("C:/evil.obj", "the path 'C:/evil.obj'"),
    ("a/../../evil.obj", "the path"),
    ("a\\..\\evil.obj", "the path|holds no model"),
    ("x" * 300 + ".obj", "the path"),
]


@pytest.mark.parametrize(("name", "message"), TRICKS, ids=[t[0][:20] for t in TRICKS])
def test_paths_that_lead_out_are_refused(tmp_path: Path, name: str, message: str) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    with pytest.raises(FileFormatError, match=message):
        load_isolated(pack(folder, {name: OBJ, "house.obj": OBJ}))
    assert [p.name for p in folder.iterdir()] == ["house.zip"] and [p.name for p in tmp_path.iterdir()] == ["models"]


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "house.zip"
    link = zipfile.ZipInfo("house.mtl")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("house.obj", OBJ)
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FileFormatError, match=r"holds the link 'house\.mtl'"):
        load_isolated(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"read me.txt": "x"}, r"holds no model; accepted are \.glb, \.gltf"),
        ({"inner.zip": "PK"}, "holds no model"),
        ({"a.obj": OBJ, "b.obj": OBJ}, r"holds several models \(a\.obj, b\.obj\); pack one"),
        ({f"{i}.txt": "" for i in range(MAX_MEMBERS + 1)}, "1001 files in the archive are too many; up to 1000"),
        ({"house.obj": "# " + " " * 2_000_000}, "unpacks to more than 50 times its size"),
    ],
    ids=["none", "nested", "several", "members", "ratio"],
)
def test_other_archives_are_refused(tmp_path: Path, members: dict[str, str], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        load_isolated(pack(tmp_path, members))


def test_the_ceilings_hold_at_their_limit(tmp_path: Path) -> None:
    inside = {"house.obj": OBJ, **{f"{i}.txt": "" for i in range(MAX_MEMBERS - 1)}}
    assert load_isolated(pack(tmp_path, inside)).extents_m == (10, 8, 6)
    path = tmp_path / "house.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("house.obj", OBJ)
    data = bytearray(path.read_bytes())
    # The list of members claims one byte more than may be unpacked.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (MAX_UNPACKED_BYTES + 1).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="holds 200 MB; up to 200 MB are unpacked"):
        load_isolated(path)


def test_damaged_and_encrypted_archives_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path, {"house.obj": os.urandom(2000)})
    data = bytearray(path.read_bytes())
    data[500] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=r"'house\.obj' in the archive is damaged \(Bad CRC-32"):
        load_isolated(path)
    path.write_bytes(data[:300])
    with pytest.raises(FileFormatError, match="the archive is damaged"):
        load_isolated(path)
    path = pack(tmp_path, {"house.obj": OBJ})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="is encrypted; pack it without a password"):
        load_isolated(path)


def test_a_zip_under_another_name_and_another_file_named_zip(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"not OBJ inside but ZIP content; rename it to \.zip"):
        load_isolated(pack(tmp_path, {"house.obj": OBJ}, name="house.obj"))
    path = tmp_path / "house.zip"
    path.write_text(dae_text(WALLS[0], WALLS[1], unit=1.0, up="Z_UP"))
    with pytest.raises(FileFormatError, match=r"not ZIP inside but Collada content; rename it to \.dae"):
        load_isolated(path)
