"""How each score of fidelity answers known damage: the figures of ``docs/fidelity.md``."""
