"""What Streamlit runs: ``streamlit run archviz/ui/main.py``, or ``archviz app``."""

from archviz.ui.page import show_page

show_page()
