"""IFC files, written by IfcOpenShell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.geometry.shapes import Mesh


class IfcBuilding:
    """A project with one site, one building and one storey, to which elements are added.

    Parameters
    ----------
    schema
        ``IFC2X3``, ``IFC4`` or ``IFC4X3_ADD2``.
    unit
        ``MILLIMETERS`` or another SI length; coordinates are given in metres all the same.
    """

    def __init__(self, schema: str, *, unit: str = "MILLIMETERS") -> None:
        import ifcopenshell.api.aggregate
        import ifcopenshell.api.context
        import ifcopenshell.api.feature
        import ifcopenshell.api.geometry
        import ifcopenshell.api.georeference
        import ifcopenshell.api.material
        import ifcopenshell.api.owner.settings
        import ifcopenshell.api.project
        import ifcopenshell.api.root
        import ifcopenshell.api.spatial
        import ifcopenshell.api.style
        import ifcopenshell.api.unit

        self.api = ifcopenshell.api
        # IFC 2x3 wants to know who wrote it.
        self.api.owner.settings.get_user = _user
        self.api.owner.settings.get_application = _application
        self.file = self.api.project.create_file(version=schema)
        self.schema = schema
        self.project = self.make("IfcProject", "Project")
        self.api.unit.assign_unit(self.file, length={"is_metric": True, "raw": unit})
        self.model = self.api.context.add_context(self.file, context_type="Model")
        self.body = self.api.context.add_context(
            self.file, context_type="Model", context_identifier="Body", target_view="MODEL_VIEW", parent=self.model
        )
        self.site, building, self.storey = (
            self.make(kind, kind) for kind in ("IfcSite", "IfcBuilding", "IfcBuildingStorey")
        )
        for whole, part in ((self.project, self.site), (self.site, building), (building, self.storey)):
            self.api.aggregate.assign_object(self.file, products=[part], relating_object=whole)

    def make(self, kind: str, name: str | None) -> Any:
        """An entity without a shape."""
        return self.api.root.create_entity(self.file, ifc_class=kind, name=name)

    def shape(self, element: Any, *meshes: tuple[Mesh, Any]) -> None:
        """Give an element meshes, each with its style or None."""
        items = []
        for (points, faces), style in meshes:
            representation = self.api.geometry.add_mesh_representation(
                self.file,
                context=self.body,
                vertices=[[tuple(map(float, p)) for p in points]],
                faces=[[tuple(map(int, f)) for f in faces]],
            )
            if style is not None:
                self.api.style.assign_representation_styles(
                    self.file, shape_representation=representation, styles=[style]
                )
            items.append(representation)
        whole = items[0]
        for other in items[1:]:
            whole.Items = (*whole.Items, *other.Items)
        self.api.geometry.assign_representation(self.file, product=element, representation=whole)

    def style(self, name: str, color: Sequence[int], *, transparency: float = 0.0) -> Any:
        """A surface style of an sRGB colour of 8 bits."""
        style = self.api.style.add_style(self.file, name=name)
        r, g, b = (c / 255 for c in color)
        attributes: dict[str, Any] = {"SurfaceColour": {"Name": None, "Red": r, "Green": g, "Blue": b}}
        kind = "IfcSurfaceStyleShading"
        if transparency:
            attributes |= {"Transparency": transparency, "ReflectanceMethod": "NOTDEFINED"}
            kind = "IfcSurfaceStyleRendering"
        self.api.style.add_surface_style(self.file, style=style, ifc_class=kind, attributes=attributes)
        return style

    def add(
        self,
        kind: str,
        name: str | None,
        mesh: Mesh,
        *,
        color: Sequence[int] | None = None,
        style: Any = None,
        material: str | None = None,
        inside: Any = None,
        at_m: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> Any:
        """An element with a shape, placed in the storey or as part of another."""
        element = self.make(kind, name)
        matrix = np.eye(4)
        matrix[:3, 3] = at_m
        self.api.geometry.edit_object_placement(self.file, product=element, matrix=matrix)
        self.shape(element, (mesh, style or (self.style(f"paint {tuple(color)}", color) if color else None)))
        if material is not None:
            entity = self.api.material.add_material(self.file, name=material)
            self.api.material.assign_material(self.file, products=[element], material=entity)
        if inside is not None or kind in ("IfcSpace", "IfcSite"):
            self.api.aggregate.assign_object(self.file, products=[element], relating_object=inside or self.storey)
        elif kind not in ("IfcOpeningElement",):
            self.api.spatial.assign_container(self.file, products=[element], relating_structure=self.storey)
        return element


def _user(file: Any) -> Any:
    found = file.by_type("IfcPersonAndOrganization")
    if found:
        return found[0]
    return file.createIfcPersonAndOrganization(
        file.createIfcPerson(FamilyName="Author"), file.createIfcOrganization(Name="Office")
    )


def _application(file: Any) -> Any:
    found = file.by_type("IfcApplication")
    return found[0] if found else file.createIfcApplication(file.createIfcOrganization(Name="Office"), "1", "a", "a")
