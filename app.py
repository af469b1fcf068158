"""The studio from a checkout: ``streamlit run app.py``."""

import streamlit as st
from starlette.middleware import Middleware

from archviz.ui.loopback import LoopbackDoor, open_in_browser
from archviz.ui.page import show_page

if __name__ == "__main__":
    # Drawn: for each visitor, each time.
    show_page()
else:
    # Served: the same page, behind the door.
    app = st.App(__file__, middleware=[Middleware(LoopbackDoor)], lifespan=open_in_browser)
