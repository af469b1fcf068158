"""Procedural buildings in their surroundings: the scenes that the embedded engine learns from.

A scene folder ``<cache>/scenes/<seed>/`` holds ``plain.glb`` (one node and mesh for each element,
named by its row, Z up) and ``scene.json``:

``building``        kind, roof, storeys, facade, wall finish, features
``split``           ``train`` or ``holdout``: every tenth seed, one kind of building, one of roof
``environment``     id of the environment preset
``elements``        name, class, part and material row
``materials``       flat materials, colours in linear light
``panes``           window glass: element, four corners counter-clockwise from outside, lit, room depth
``plants``, ``figures``, ``lamps_m``   what stands around
``suns``            a low and a high one
``cameras``         camera file object and kind of view
``facade_detail``   by material name, what the detailed picture shows on it
``caption``         facts for the prompt
"""

from archviz.training.scenes.generate import HOLDOUT_EVERY, generate, main_scenes, write_new
from archviz.training.scenes.phrases import MATERIAL_PHRASES
from archviz.training.scenes.record import TrainingScene, read_scene, write

__all__ = [
    "HOLDOUT_EVERY", "MATERIAL_PHRASES", "TrainingScene", "generate", "main_scenes", "read_scene", "write", "write_new",
]  # fmt: skip
