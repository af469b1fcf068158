"""The look of the page: what the theme cannot say."""

from __future__ import annotations

import math
import re

from archviz.ui.texts import Texts

__all__ = ["STYLE", "chips", "plain", "sun_dial"]

STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding: 1.1rem 1.6rem 1rem; max-width: 1900px; }
[data-testid="stHeader"] { height: 2rem; background: transparent; }
[data-testid="stSidebarHeader"] { height: 1.6rem; min-height: 0; padding: 0.2rem 0.6rem; margin: 0; }
[data-testid="stSidebarContent"] { padding: 0; }
[data-testid="stSidebarUserContent"] { padding: 0 1.1rem 0; }
[data-testid="stSidebar"] [data-testid="stButtonGroup"] button { padding: 0.15rem 0.6rem; min-height: 1.9rem; }
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] { gap: 0.55rem; }
[data-testid="stMain"] h3 { font-size: 1.15rem; padding: 0.35rem 0 0.15rem; }
.archviz-mark { font-weight: 650; font-size: 1.25rem; letter-spacing: -0.02em; line-height: 2.2rem; }
.archviz-mark i { font-style: normal; color: #b4552d; }
.archviz-lead { opacity: 0.72; margin: -0.3rem 0 0.4rem; }
.archviz-label { font-size: 0.78rem; letter-spacing: 0.04em; text-transform: uppercase; opacity: 0.62; }
.archviz-chip { display: inline-block; padding: 0.1rem 0.55rem; margin: 0 0.25rem 0.25rem 0; border-radius: 999px;
  border: 1px solid rgba(128, 118, 104, 0.35); font-size: 0.82rem; }
.archviz-chip.no { opacity: 0.6; text-decoration: line-through; }
.archviz-empty { display: flex; align-items: center; justify-content: center; aspect-ratio: 16 / 9; opacity: 0.55;
  border: 1px dashed rgba(128, 118, 104, 0.5); border-radius: 6px; font-size: 0.85rem; }
.archviz-score { display: flex; justify-content: space-between; font-size: 0.88rem; padding: 0.05rem 0; }
[data-testid="stImage"] img { border-radius: 4px; }
/* The whole picture is seen without scrolling, on a wide screen too. */
.st-key-canvas [data-testid="stImage"] img { max-height: 74vh; object-fit: contain; object-position: left top; }
/* On the desk all of it is seen at once. */
[class*="st-key-desk_"] [data-testid="stImage"] img { object-fit: contain; object-position: left top; }
.st-key-desk_lines [data-testid="stImage"] img { max-height: 29vh; }
.st-key-desk_space [data-testid="stImage"] img { max-height: 17vh; }
.st-key-desk_picture [data-testid="stImage"] img { max-height: 24vh; }
:is(.st-key-stale, .st-key-desk_stale, [class*="st-key-stale_heat_"]) img {
  opacity: 0.55; filter: saturate(0.6); transition: opacity 0.2s;
}
/* A card is one button: it lies invisible over picture and name, and shows its outline to the keyboard. */
[class*="st-key-card_"] { position: relative; border-radius: 8px; padding: 0.35rem; gap: 0.15rem;
  border: 1px solid rgba(128, 118, 104, 0.25); }
[class*="st-key-card_"]:hover { border-color: #b4552d; }
[class*="st-key-card_"] img { aspect-ratio: 16 / 9; object-fit: cover; width: 100%; background: #fff; }
[class*="st-key-card_"] [class*="st-key-open_"] { position: absolute; inset: 0; width: 100%; height: 100%; z-index: 2; }
[class*="st-key-card_"] .stButton, [class*="st-key-card_"] .stButton button { width: 100%; height: 100%; }
[class*="st-key-card_"] .stButton > div { height: 100%; }
[class*="st-key-card_"] .stButton button { background: transparent; border-color: transparent; color: transparent; }
[class*="st-key-card_"] .stButton button:focus-visible { outline: 2px solid #b4552d; }
[class*="st-key-card_past_now"] { border: 2px solid #b4552d; }
.st-key-go { position: sticky; bottom: 0; z-index: 5; padding: 0.5rem 0 0.9rem;
  background: inherit; backdrop-filter: blur(8px); }
</style>
"""

_RADIUS = 40.0
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>:$~])")


def plain(text: str) -> str:
    """A name from a file as Markdown that says just that: it may not set a link, or a picture from elsewhere."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def chips(words: list[str], *, struck: bool = False) -> str:
    """Words as HTML in small frames."""
    import html

    kind = "archviz-chip no" if struck else "archviz-chip"
    return "".join(f'<span class="{kind}">{html.escape(word)}</span>' for word in words)


def sun_dial(altitude_deg: float, azimuth_deg: float, texts: Texts) -> str:
    """Where the sun stands, as SVG seen from above: north up, the zenith in the middle, the horizon the circle."""
    reach = _RADIUS * (1.0 - max(altitude_deg, 0.0) / 90.0)
    x = 50.0 + reach * math.sin(math.radians(azimuth_deg))
    y = 52.0 - reach * math.cos(math.radians(azimuth_deg))
    up = altitude_deg > 0
    fill = "#d98a2b" if up else "#6c7486"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="96" height="96">'
        f'<circle cx="50" cy="52" r="{_RADIUS}" fill="none" stroke="#8a8072" stroke-width="1"/>'
        f'<circle cx="50" cy="52" r="{_RADIUS / 2}" fill="none" stroke="#8a8072" stroke-width="0.5"'
        ' stroke-dasharray="2 3"/>'
        f'<line x1="50" y1="52" x2="{x:.1f}" y2="{y:.1f}" stroke="{fill}" stroke-width="1.5"/>'
        f'<text x="50" y="9" font-size="10" text-anchor="middle" fill="#8a8072">{texts("fact.north")}</text>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{fill}"/>'
        '<rect x="47" y="49" width="6" height="6" fill="#8a8072"/></svg>'
    )
