import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import FileFormatError
from archviz.sketch import MAX_PIXELS, MAX_SIDE_PX, Adjustments, Drawing, load_drawing
from tests.fidelity.scenes import view
from tests.sketch.drawings import sheet, strokes


def saved(tmp_path, image, name="drawing.png", **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def upright():
    """An unmistakable picture: a dark bar along the top, wider than high."""
    array = np.full((60, 90, 3), 255, np.uint8)
    array[:10] = 20
    return array


@pytest.mark.parametrize(("suffix", "format_name"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WebP")])
def test_each_format_is_told_by_its_content(tmp_path, suffix, format_name):
    lossless = {"lossless": True} if suffix == "webp" else {}
    path = saved(tmp_path, Image.fromarray(sheet()), f"drawing.{suffix}", **lossless)
    renamed = path.rename(tmp_path / "drawing.bin")
    drawing = load_drawing(renamed)
    assert (drawing.format, drawing.kind) == (format_name, "line-drawing")
    assert np.abs(drawing.array.astype(int) - sheet()).mean() < (1.5 if suffix == "jpg" else 1e-9)
    assert drawing.warnings == () and drawing.assumptions == ()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_turn_is_undone(tmp_path, orientation):
    # What a camera stores so that the note brings it upright: the inverse of each turn.
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = Image.fromarray(upright())
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(inverse[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    drawing = load_drawing(saved(tmp_path, stored, exif=exif))
    np.testing.assert_array_equal(drawing.array, upright())
    assert any("turned upright" in a for a in drawing.assumptions) == (orientation > 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "tRNS"])
def test_transparency_lies_on_white(tmp_path, mode):
    ink = strokes(120, 160)
    expected = 255 - ink
    if mode == "tRNS":
        grey = np.where(ink > 127, 0, 200).astype(np.uint8)
        path = saved(tmp_path, Image.fromarray(grey), transparency=200)
        expected = np.where(ink > 127, 0, 255)
    elif mode == "PA":
        palette = Image.fromarray((ink > 127).astype(np.uint8))
        palette.putpalette([255, 0, 255, 0, 0, 0])
        path = saved(tmp_path, palette, transparency=0)
        expected = np.where(ink > 127, 0, 255)
    else:
        black = np.zeros_like(ink)
        bands = [black] * (3 if mode == "RGBA" else 1) + [ink]
        path = saved(tmp_path, Image.merge(mode, [Image.fromarray(b) for b in bands]))
    drawing = load_drawing(path)
    assert np.abs(drawing.array.astype(int) - expected[..., None]).max() <= 1
    assert "transparency laid on white" in drawing.assumptions


def test_an_opaque_alpha_channel_is_not_worth_a_word(tmp_path):
    assert load_drawing(saved(tmp_path, Image.fromarray(sheet()).convert("RGBA"))).assumptions == ()


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path):
    ramp = np.linspace(0, 65535, 64).round().astype(np.uint16)[None].repeat(32, 0)
    # A ramp is uneven light, which would be evened out.
    drawing = load_drawing(saved(tmp_path, Image.fromarray(ramp)), Adjustments(paper="as-is"))
    np.testing.assert_allclose(drawing.array[0, :, 1], np.linspace(0, 255, 64), atol=0.51)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_other_modes_keep_their_colours(tmp_path, mode):
    colours = np.zeros((32, 64, 3), np.uint8)
    colours[:, :32] = 255
    if mode in ("P", "CMYK"):
        colours[:, 32:] = (200, 30, 60)
    name = "drawing.jpg" if mode == "CMYK" else "drawing.png"
    image = Image.fromarray(colours)
    image = image.quantize(4) if mode == "P" else image.convert(mode)
    drawing = load_drawing(saved(tmp_path, image, name))
    difference = np.abs(drawing.array.astype(int) - colours)
    # JPEG rings at the border between the colours.
    difference[:, 24:40] = 0
    assert difference.max() <= (8 if mode == "CMYK" else 1)
    assert any("CMYK" in a for a in drawing.assumptions) == (mode == "CMYK")


def test_the_first_picture_of_an_animation_is_taken_and_said(tmp_path):
    frames = [Image.fromarray(sheet()), Image.fromarray(255 - sheet())]
    drawing = load_drawing(saved(tmp_path, frames[0], save_all=True, append_images=frames[1:]))
    np.testing.assert_array_equal(drawing.array, sheet())
    assert any("animation" in a for a in drawing.assumptions)


def test_a_damaged_note_of_the_turn_costs_the_turn_and_not_the_picture(tmp_path):
    path = saved(tmp_path, Image.fromarray(sheet()), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7fgarbage")
    drawing = load_drawing(path)
    np.testing.assert_array_equal(drawing.array, sheet())


def test_a_shaded_picture_is_a_photograph_and_said_so(tmp_path):
    for seed in range(4):
        drawing = load_drawing(saved(tmp_path, Image.fromarray(view(seed).picture)))
        assert drawing.kind == "photograph" and "photograph" in drawing.assumptions[-1]


def _png_header(width, height):
    """A PNG that declares a size and holds next to nothing."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(8000, 5001), (MAX_SIDE_PX + 1, 20), (20, MAX_SIDE_PX + 1), (12000, 9000), (60000, 60000)]
)
def test_one_past_the_ceiling_is_refused_before_it_is_unpacked(tmp_path, size):
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(*size))
    with pytest.raises(FileFormatError, match="40 megapixels") as refusal:
        load_drawing(path)
    assert "scale it down" in refusal.value.message


def test_the_ceiling_itself_is_accepted(tmp_path):
    assert MAX_PIXELS == 8000 * 5000
    path = saved(tmp_path, Image.new("1", (8000, 5000), 1))
    assert load_drawing(path).array.shape == (5000, 8000, 3)
    path = saved(tmp_path, Image.new("1", (MAX_SIDE_PX, 16), 1))
    assert load_drawing(path).size.width == MAX_SIDE_PX


def test_a_stamp_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="too small"):
        load_drawing(saved(tmp_path, Image.new("L", (15, 200))))


def _encoded(format_name):
    buffer = io.BytesIO()
    Image.fromarray(sheet()).save(buffer, format_name)
    return buffer.getvalue()


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9])
def test_a_file_cut_short_is_refused_in_one_sentence(tmp_path, format_name, share):
    data = _encoded(format_name)
    path = tmp_path / "cut.png"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FileFormatError) as refusal:
        load_drawing(path)
    assert refusal.value.message.startswith(str(path)) and "\n" not in refusal.value.message
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP"])
def test_flipped_bytes_end_in_a_picture_or_in_a_refusal(tmp_path, format_name):
    data = np.frombuffer(_encoded(format_name), np.uint8)
    rng = np.random.default_rng(7)
    path = tmp_path / "flipped"
    for _ in range(40):
        damaged = data.copy()
        damaged[rng.integers(0, len(data), 8)] = rng.integers(0, 256, 8)
        path.write_bytes(damaged.tobytes())
        try:
            assert isinstance(load_drawing(path), Drawing)
        except FileFormatError as refusal:
            assert refusal.message.startswith(str(path))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello, this is text", "SVG and PDF are accepted"),
        (b"", "SVG and PDF are accepted"),
        (b"glTF\x02\x00\x00\x00", "SVG and PDF are accepted"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "SVG and PDF are accepted"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, data, words):
    path = tmp_path / "drawing.png"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=words):
        load_drawing(path)


def test_formats_outside_the_list_are_refused_though_pillow_reads_them(tmp_path):
    for name in ("drawing.gif", "drawing.ppm", "drawing.tga"):
        with pytest.raises(FileFormatError, match="are accepted"):
            load_drawing(saved(tmp_path, Image.fromarray(sheet()), name))


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "nothing.png", tmp_path):
        with pytest.raises(FileFormatError, match="give the path of a drawing"):
            load_drawing(path)


def test_a_drawing_checks_itself():
    with pytest.raises(ValueError, match="uint8"):
        Drawing(array=np.zeros((8, 8, 3)), kind="line-drawing", format="PNG")
    with pytest.raises(ValueError, match="read-only"):
        Drawing(array=sheet(), kind="line-drawing", format="PNG").array[0] = 1
