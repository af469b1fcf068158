# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves on the crowns of the plain trees, blades on the lawns near the cameras."""

from __future__ import annotations

import numpy as np


def add_crowns(record, leafy, cameras, rng) -> None:
    pass

def add_grass(record, grassy, cameras, rng) -> None:
    pass
