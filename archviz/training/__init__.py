"""How the embedded engine is made: scenes, path-traced pictures, data set, training, evaluation.

Run as ``python -m archviz.training``; no other room imports it.
"""
