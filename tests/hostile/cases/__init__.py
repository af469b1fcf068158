"""The whole set. A case more is a row in a table of one of these modules."""

from tests.hostile.case import Case
from tests.hostile.cases import archives, bim, fbx, gltf, meshes, pictures, plots, scans, step, uploads, usd, xml

CASES: tuple[Case, ...] = (
    *gltf.CASES,
    *meshes.CASES,
    *xml.CASES,
    *bim.CASES,
    *fbx.CASES,
    *step.CASES,
    *usd.CASES,
    *archives.CASES,
    *pictures.CASES,
    *scans.CASES,
    *plots.CASES,
    *uploads.CASES,
)
