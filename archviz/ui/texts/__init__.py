"""The texts of the page: one catalogue a language."""

from archviz.ui.texts.catalogue import LANGUAGES, Language, Texts

__all__ = ["LANGUAGES", "Language", "Texts"]
