"""Drawings of lines: SVG and PDF."""

from __future__ import annotations

import base64
import functools
import zlib

from tests.hostile.case import Case, Drawn, Files, Lure, case, luring
from tests.hostile.cases.pictures import jpeg_of, png_header

_DAMAGED = "damaged|not a picture that can be read"
_TOO_MUCH = "MiB|cannot be drawn|too much time or memory|more than|crashed"
_PAGE = Drawn((2048, 1366))
_DRAWN_SVG = Drawn((2048, 1365))
_CUT_OFF = Drawn((2048, 1365), ("outside its file was left out",))
_LINES = '<g fill="none" stroke="black"><path d="M8 10H87V53H8Z M8 30H87"/></g>'


# SVG


def svg(inside: str = "", *, head: str = 'viewBox="0 0 96 64"', before: str = "") -> bytes:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {head}>{_LINES}{inside}</svg>".encode()


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    return svg("<text>&e12;</text>", before=f'<!DOCTYPE svg [<!ENTITY e0 "lol">{levels}]>')


def _copies(element: str, levels: int, each: int) -> bytes:
    defined = "".join(f'<g id="g{n + 1}">{f"""<use href="#g{n}"/>""" * each}</g>' for n in range(levels))
    return svg(f'<defs><g id="g0">{element}</g>{defined}</defs><use href="#g{levels}"/>')


def _embedded(picture: bytes, kind: str = "png") -> bytes:
    text = base64.b64encode(picture).decode()
    return svg(f'<image href="data:image/{kind};base64,{text}" width="40" height="40"/>')


def _luring_svg(template: str) -> list[Case]:
    """The same element that refers to a file, to one by steps up, and to a server."""

    def files(inside: str, lure: Lure, target: str) -> Files:
        where = {"file": f"file://{lure.file}", "path": lure.file, "above": lure.above, "web": lure.url}[target]
        return [("plan.svg", svg(inside.replace("LURE", where)))]

    name = "".join(c for c in template.partition(" ")[0] if c.isalpha()) or "element"
    return [
        luring(f"svg-{name}-{target}", lambda lure, t=target: files(template, lure, t), _CUT_OFF)
        for target in ("file", "path", "above", "web")
    ]


def _entity_file(lure: Lure) -> Files:
    before = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{lure.file}">]>'
    return [("plan.svg", svg("<text>&x;</text>", before=before))]


def _dtd(lure: Lure) -> Files:
    return [("plan.svg", svg(before=f'<!DOCTYPE svg SYSTEM "{lure.url}">'))]


_SELF = '<g id="a"><use href="#a"/></g>'
_NEST = '<pattern id="p" width="1" height="1"><rect width="9" height="9" fill="url(#p)"/></pattern>'
_FILTER = '<filter id="f" width="9" height="9"><feGaussianBlur stdDeviation="900"/></filter>'
_STUFF = '<rect width="90" height="60" fill="none" stroke="black" stroke-dasharray="0.00001"/>'

_SVG = [
    case("svg-good", "plan.svg", svg, _DRAWN_SVG),
    case("svg-cut-half", "plan.svg", lambda: svg()[: len(svg()) // 2], _DAMAGED),
    case("svg-entity-bomb", "plan.svg", _entities, "entities"),
    luring("svg-entity-file", _entity_file, "entities"),
    luring("svg-dtd-web", _dtd, _DRAWN_SVG),
    *_luring_svg('<image href="LURE" width="40" height="40"/>'),
    *_luring_svg('<use xlink:href="LURE#a"/>'),
    *_luring_svg('<rect width="9" height="9" fill="url(LURE#a)"/>'),
    *_luring_svg('<style>@import url("LURE");</style>'),
    *_luring_svg('<feImage href="LURE"/>'),
    case("svg-script", "plan.svg", lambda: svg("<script>while(1);</script>"), _DRAWN_SVG),
    case("svg-foreign", "plan.svg", lambda: svg("<foreignObject><p xmlns=''/></foreignObject>"), _DRAWN_SVG),
    case("svg-copy-of-itself", "plan.svg", lambda: svg(_SELF), _DRAWN_SVG),
    case("svg-pattern-of-itself", "plan.svg", lambda: svg(f'{_NEST}<path d="M0 0h9v9" fill="url(#p)"/>'), _DRAWN_SVG),
    case("svg-copies-12-9", "plan.svg", lambda: _copies('<path d="M0 0h9"/>', 9, 12), _TOO_MUCH),
    case("svg-deep", "plan.svg", lambda: svg("<g>" * 5000 + "</g>" * 5000), _DAMAGED),
    case("svg-blur", "plan.svg", lambda: svg(f'{_FILTER}<path d="M0 0h9v9z" filter="url(#f)"/>'), _DRAWN_SVG),
    case("svg-dashes", "plan.svg", lambda: svg(_STUFF), _DRAWN_SVG),
    case("svg-far", "plan.svg", lambda: svg('<path d="M-1e38 -1e38L1e38 1e38" stroke="black"/>'), _DRAWN_SVG),
    case("svg-no-size", "plan.svg", lambda: svg(head=""), "states no size"),
    case("svg-nan", "plan.svg", lambda: svg(head='viewBox="0 0 nan 9"'), "viewBox"),
    case("svg-thin", "plan.svg", lambda: svg(head='viewBox="0 0 1e9 9"'), "too small"),
    case("svg-png-bomb", "plan.svg", lambda: _embedded(png_header(60_000, 60_000)), _TOO_MUCH),
    case("svg-jpeg-bomb", "plan.svg", lambda: _embedded(jpeg_of(65_535, 65_535), "jpeg"), _DRAWN_SVG),
    case("svg-in-svg", "plan.svg", lambda: _embedded(svg(_SELF), "svg+xml"), _CUT_OFF),
    case(
        "svg-other-space", "plan.svg", '<svg xmlns="http://example.org/x" viewBox="0 0 9 9"/>', "first element is not"
    ),
    case("svg-gzip", "plan.svg", b"\x1f\x8b\x08" + bytes(60), "neither a 3D model nor a drawing"),
    case("svg-bytes", "plan.svg", lambda: svg() + b"\xff\xfe\0", _DAMAGED),
]


# PDF


def pdf(
    *,
    content: bytes = b"8 10 79 43 re S 8 30 m 87 30 l S",
    box: str = "0 0 96 64",
    page: str = "",
    catalog: str = "",
    tree: str = "/Kids [3 0 R] /Count 1",
    more: tuple[bytes, ...] = (),
    stream: str = "",
) -> bytes:
    """A PDF of one page; ``more`` are its objects from number 5."""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages {tree} >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R {page} >>".encode(),
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), stream.encode(), content),
        *more,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, rows)
    return made + end + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(made))


def _stream(head: str, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head.encode(), len(data), data)


def _picture(width: int, height: int, data: bytes, *, head: str = "") -> bytes:
    """A page with a picture that declares a size."""
    form = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
    return pdf(
        content=b"8 10 79 43 re S q 40 0 0 40 20 12 cm /I Do Q",
        page="/Resources << /XObject << /I 5 0 R >> >>",
        more=(_stream(f"{form} /BitsPerComponent 8 {head}", data),),
    )


def _forms(*, itself: bool) -> bytes:
    """Forms that draw others ten times over, or themselves."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 96 64] /Resources << /XObject << /F {} 0 R >> >>"
    count = 1 if itself else 12
    more = [_stream(form.format(5 if itself else 6 + n), b"/F Do " * 10) for n in range(count)]
    if not itself:
        more.append(_stream("/Type /XObject /Subtype /Form /BBox [0 0 96 64]", b"0 0 m 9 9 l S"))
    return pdf(content=b"8 10 79 43 re S /F Do", page="/Resources << /XObject << /F 5 0 R >> >>", more=tuple(more))


def _action(action: str) -> list[Case]:
    """An action on opening, and behind a link."""
    name = action.partition("/S /")[2].partition(" ")[0].lower()

    def filled(lure: Lure) -> str:
        return action.replace("FILE", lure.file).replace("URL", lure.url)

    return [
        luring(f"pdf-open-{name}", lambda u: [("plan.pdf", pdf(catalog=f"/OpenAction << {filled(u)} >>"))], _PAGE),
        luring(
            f"pdf-link-{name}",
            lambda u: [
                (
                    "plan.pdf",
                    pdf(
                        page=f"/AA << /O << {filled(u)} >> >> /Annots [<< /Type /Annot /Subtype /Link"
                        f" /Rect [0 0 96 64] /A << {filled(u)} >> >>]"
                    ),
                )
            ],
            _PAGE,
        ),
    ]


_ATTACHED = "/Names << /EmbeddedFiles << /Names [(a.exe) << /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>] >> >>"


def _packed(piece: bytes, megabytes: int) -> bytes:
    """Deflated repetitions of a piece."""
    packer = zlib.compressobj(6)
    block = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


_LOCK = b"/ID [(a) (a)] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >>" % (b"x" * 32, b"y" * 32)
_STROKES = b"0 0 m 9 9 l S\n"

_PDF = [
    case("pdf-good", "plan.pdf", pdf, _PAGE),
    case("pdf-cut-half", "plan.pdf", lambda: pdf()[: len(pdf()) // 2], _DAMAGED),
    case("pdf-cut-9", "plan.pdf", b"%PDF-1.7\n", _DAMAGED),
    case("pdf-no-table", "plan.pdf", lambda: pdf().replace(b"startxref", b"startxxxx"), _PAGE),
    *_action("/S /JavaScript /JS (while(1); app.launchURL\\('URL'\\))"),
    *_action("/S /Launch /F (FILE)"),
    *_action("/S /URI /URI (URL)"),
    *_action("/S /GoToR /F (FILE) /D [0 /Fit]"),
    *_action("/S /SubmitForm /F << /FS /URL /F (URL) >>"),
    *_action("/S /ImportData /F (FILE)"),
    case(
        "pdf-attached",
        "plan.pdf",
        lambda: pdf(catalog=_ATTACHED, more=(_stream("/Type /EmbeddedFile", b"MZ" + bytes(900)),)),
        _PAGE,
    ),
    luring(
        "pdf-stream-elsewhere",
        lambda lure: [("plan.pdf", pdf(stream=f"/F << /Type /Filespec /F ({lure.file}) >>"))],
        _PAGE,
    ),
    case("pdf-form-of-itself", "plan.pdf", lambda: _forms(itself=True), _TOO_MUCH),
    case("pdf-form-bomb", "plan.pdf", lambda: _forms(itself=False), _TOO_MUCH),
    case(
        "pdf-stream-bomb",
        "plan.pdf",
        lambda: pdf(content=_packed(_STROKES, 280), stream="/Filter /FlateDecode"),
        _TOO_MUCH,
    ),
    case("pdf-tree-loop", "plan.pdf", lambda: pdf(tree="/Kids [2 0 R] /Count 1"), _DAMAGED + "|does not exist"),
    case(
        "pdf-lying-count",
        "plan.pdf",
        lambda: pdf(tree="/Kids [3 0 R] /Count 2000000000"),
        _PAGE,
    ),
    case("pdf-no-pages", "plan.pdf", lambda: pdf(tree="/Kids [] /Count 0"), "does not exist|damaged"),
    case("pdf-box-huge", "plan.pdf", lambda: pdf(box="0 0 960000000 640000000"), Drawn((2048, 1366))),
    case("pdf-box-thin", "plan.pdf", lambda: pdf(box="0 0 96000 1"), "too small"),
    case("pdf-lying-picture", "plan.pdf", lambda: _picture(60_000, 60_000, bytes(90)), _PAGE),
    case("pdf-lying-picture-2-31", "plan.pdf", lambda: _picture(2**31 - 1, 2**31 - 1, bytes(90)), _PAGE),
    case(
        "pdf-picture-bomb",
        "plan.pdf",
        lambda: _picture(20_000, 15_000, _packed(b"\0", 300), head="/Filter /FlateDecode"),
        _PAGE,
    ),
    case(
        "pdf-filters-in-filters",
        "plan.pdf",
        lambda: pdf(
            content=functools.reduce(lambda data, _: zlib.compress(data, 9), range(2), _packed(b"\0", 200)),
            stream="/Filter [/FlateDecode /FlateDecode /FlateDecode]",
        ),
        _PAGE,
    ),
    case(
        "pdf-locked",
        "plan.pdf",
        lambda: pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R " + _LOCK),
        "locked by a password; save it without",
    ),
]

CASES: list[Case] = [*_SVG, *_PDF]
