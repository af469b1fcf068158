"""Drawings in formats beside PNG, JPEG and WebP: pages, vectors, scans, phones."""

from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from PIL import Image, ImageCms

from archviz.core.errors import FileFormatError
from archviz.core.size import Size
from archviz.geometry import sniff_kind
from archviz.sketch import MAX_SIDE_PX, Adjustments, extract_lines
from archviz.sketch.isolated import load_drawing_isolated
from tests.sketch.drawings import HOUSE, agreement, sheet, strokes

AS_IS = Adjustments(paper="as-is")
# Width and height of the drawings below, in their own units.
WIDTH, HEIGHT = 640, 480


def svg(inside="", head='viewBox="0 0 640 480"'):
    """The house as SVG."""
    lines = "".join(
        f'<polyline points="{" ".join(f"{x * WIDTH:.2f},{y * HEIGHT:.2f}" for x, y in line)}"/>' for line in HOUSE
    )
    group = f'<g fill="none" stroke="black" stroke-width="2">{lines}</g>'
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {spaces} {head}>{group}{inside}</svg>"


def pdf(path, *, pages=1, text=None):
    """The house on the last page of a PDF; the others are empty."""
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        page = document.new_page(WIDTH, HEIGHT)
    for line in HOUSE:
        (x, y), *rest = [(x * WIDTH, HEIGHT - y * HEIGHT) for x, y in line]
        item = raw.FPDFPageObj_CreateNewPath(x, y)
        for x, y in rest:
            raw.FPDFPath_LineTo(item, x, y)
        raw.FPDFPageObj_SetStrokeColor(item, 0, 0, 0, 255)
        raw.FPDFPageObj_SetStrokeWidth(item, 2.0)
        raw.FPDFPath_SetDrawMode(item, 0, True)
        raw.FPDFPage_InsertObject(page.raw, item)
    if text:
        item = raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", 30.0)
        coded = (text + "\0").encode("utf-16-le")
        buffer = (raw.FPDF_WCHAR * (len(text) + 1)).from_buffer_copy(coded)
        raw.FPDFText_SetText(item, buffer)
        raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 300, 430)
        raw.FPDFPage_InsertObject(page.raw, item)
    page.gen_content()
    document.save(path)
    return path


@pytest.fixture(scope="module")
def truth():
    from skimage.morphology import skeletonize

    return skeletonize(strokes(960, 1280, thickness=4) > 127)


def check_lines(drawing, truth):
    lines = extract_lines(drawing, Size(height=960, width=1280)).array > 0
    recall, precision = agreement(lines, truth, 2)
    assert recall > 0.98 and precision > 0.98


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_lines_of_vectors_are_drawn_at_full_size(tmp_path, truth, suffix):
    path = tmp_path / f"house.{suffix}"
    path = pdf(path) if suffix == "pdf" else path
    if suffix == "svg":
        path.write_text(svg())
    path = path.rename(tmp_path / "house.bin")
    assert sniff_kind(path) == "sketch"
    drawing = load_drawing_isolated(path)
    assert (drawing.format, drawing.kind, drawing.size.longer) == (suffix.upper(), "line-drawing", 2048)
    check_lines(drawing, truth)


def test_the_part_of_a_vector_that_is_kept_is_drawn_at_full_size(tmp_path):
    path = tmp_path / "house.svg"
    path.write_text(svg())
    drawing = load_drawing_isolated(path, Adjustments(crop=(0.25, 0.25, 0.75, 0.75)))
    assert drawing.size == Size(height=1536, width=2048)


@pytest.mark.parametrize("suffix", ["tif", "bmp", "heic"])
def test_pictures_are_told_by_their_content(tmp_path, suffix):
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = tmp_path / f"drawing.{suffix}"
    Image.fromarray(sheet()).save(path, **({"quality": 95} if suffix == "heic" else {}))
    path = path.rename(tmp_path / "drawing.jpg")
    drawing = load_drawing_isolated(path, AS_IS)
    assert drawing.format == {"tif": "TIFF"}.get(suffix, suffix.upper())
    assert np.abs(drawing.array.astype(int) - sheet()).mean() < (2.0 if suffix == "heic" else 1e-9)


def test_a_page_is_chosen_and_the_others_are_stated(tmp_path, truth):
    path = pdf(tmp_path / "set.pdf", pages=3)
    first = load_drawing_isolated(path)
    assert "page 1 of 3" in first.assumptions[0] and first.array.min() == 255
    check_lines(load_drawing_isolated(path, Adjustments(page=3)), truth)
    with pytest.raises(FileFormatError, match="page 4 does not exist; the file has 3"):
        load_drawing_isolated(path, Adjustments(page=4))


def test_a_page_of_a_tiff_is_chosen(tmp_path):
    path = tmp_path / "scan.tif"
    pages = [Image.fromarray(sheet()), Image.fromarray(255 - sheet())]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    drawing = load_drawing_isolated(path, Adjustments(page=2, paper="as-is", notes="keep"))
    np.testing.assert_array_equal(drawing.array, 255 - sheet())
    assert "page 2 of 2" in drawing.assumptions[0]


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_writing_in_a_vector_is_no_line(tmp_path, suffix):
    plain, noted = tmp_path / f"plain.{suffix}", tmp_path / f"noted.{suffix}"
    if suffix == "pdf":
        pdf(plain)
        pdf(noted, text="Facade 1:100")
    else:
        plain.write_text(svg())
        noted.write_text(svg('<text x="300" y="50" font-size="30">Facade 1:100</text>'))
    drawing = load_drawing_isolated(noted)
    np.testing.assert_array_equal(drawing.array, load_drawing_isolated(plain).array)
    assert any("writing was left out" in text for text in drawing.assumptions)
    if suffix == "pdf":
        assert (load_drawing_isolated(noted, Adjustments(notes="keep")).array != drawing.array).any()


def test_an_svg_reads_nothing_beside_itself(tmp_path):
    Image.new("RGB", (64, 64), (255, 0, 0)).save(tmp_path / "red.png")
    outside = [
        f'<image xlink:href="{tmp_path}/red.png" width="300" height="300"/>',
        f'<image href="file://{tmp_path}/red.png" width="300" height="300"/>',
        '<use href="other.svg#a"/>',
        "<style>@import 'other.css';</style>",
        '<rect width="9" height="9" fill="url(http://127.0.0.1/a.svg#b)"/>',
    ]
    path, plain = tmp_path / "house.svg", tmp_path / "plain.svg"
    plain.write_text(svg())
    for element in outside[:4]:
        path.write_text(svg(element))
        drawing = load_drawing_isolated(path)
        assert any("outside its file was left out" in text for text in drawing.assumptions), element
        np.testing.assert_array_equal(drawing.array, load_drawing_isolated(plain).array)
    path.write_text(svg(outside[4]))
    assert any("outside its file was left out" in text for text in load_drawing_isolated(path).assumptions)


def test_entities_are_refused(tmp_path):
    path = tmp_path / "bomb.svg"
    entities = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    path.write_text(f"<!DOCTYPE svg [{entities}]>" + svg("<text>&h;</text>"))
    with pytest.raises(FileFormatError, match="entities"):
        load_drawing_isolated(path)


def test_copies_of_copies_do_not_fill_the_memory(tmp_path):
    levels = "".join(f'<g id="g{i + 1}">{f"""<use href="#g{i}"/>""" * 12}</g>' for i in range(9))
    path = tmp_path / "bomb.svg"
    path.write_text(svg(f'<defs><path id="g0" d="M0 0h9"/>{levels}</defs><use href="#g9"/>'))
    with pytest.raises(FileFormatError, match=r"too much time or memory|cannot be drawn|MiB"):
        load_drawing_isolated(path)


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('width="320mm" height="240mm" viewBox="0 0 640 480"', (1536, 2048)),
        ('width="640" height="480"', (1536, 2048)),
        ('width="100%" height="100%" viewBox="0 0 640 480"', (1536, 2048)),
    ],
)
def test_an_svg_has_the_size_that_it_states(tmp_path, head, size):
    path = tmp_path / "house.svg"
    path.write_text(svg(head=head))
    assert load_drawing_isolated(path).array.shape[:2] == size


@pytest.mark.parametrize("head", ["", 'viewBox="0 0 0 480"', 'viewBox="0 0 1e9 10"', 'viewBox="0 0 nan 10"'])
def test_an_svg_without_an_area_is_refused(tmp_path, head):
    path = tmp_path / "house.svg"
    path.write_text(svg(head=head))
    with pytest.raises(FileFormatError, match=r"viewBox|too small"):
        load_drawing_isolated(path)


@pytest.mark.parametrize("suffix", ["svg", "pdf", "tif", "heic"])
def test_a_file_cut_short_is_refused_in_one_sentence(tmp_path, suffix):
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = tmp_path / f"cut.{suffix}"
    if suffix == "pdf":
        pdf(path)
    elif suffix == "svg":
        path.write_text(svg())
    else:
        Image.fromarray(sheet()).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.5)])
    with pytest.raises(FileFormatError) as refusal:
        load_drawing_isolated(path)
    assert refusal.value.message.startswith(str(path)) and "\n" not in refusal.value.message


def test_one_past_the_ceiling_is_refused(tmp_path):
    path = tmp_path / "wide.tif"
    Image.new("1", (MAX_SIDE_PX + 1, 20)).save(path, compression="group4")
    with pytest.raises(FileFormatError, match="16384 px a side"):
        load_drawing_isolated(path)


def test_a_colour_profile_is_applied(tmp_path):
    path = tmp_path / "lab.tif"
    red = Image.new("RGB", (64, 64), (200, 40, 40))
    lab = ImageCms.profileToProfile(
        red, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    lab.save(path)
    np.testing.assert_allclose(load_drawing_isolated(path, AS_IS).array[0, 0], (200, 40, 40), atol=4)


def test_floats_from_zero_to_one_are_grey_and_not_black(tmp_path):
    path = tmp_path / "float.tif"
    Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(32, 0)).save(path)
    np.testing.assert_allclose(load_drawing_isolated(path, AS_IS).array[0, :, 1], np.linspace(0, 255, 64), atol=0.51)
