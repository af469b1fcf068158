"""The studio from a checkout: ``streamlit run app.py``."""

from archviz.ui.page import show_page

show_page()
