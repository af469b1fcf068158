# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Panes with the sky on them and a room behind them."""

from __future__ import annotations

import numpy as np


def add_panes(record: dict, rng: np.random.Generator) -> None:
    pass
