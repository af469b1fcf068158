"""What Streamlit runs for ``archviz app --share``: the same page, behind the door."""

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from archviz.studio.sharing import ADDRESS_VARIABLE, HASH_VARIABLE, PasswordHash
from archviz.ui.gate import PasswordGate

# Taken out of the environment, which the worker and the readers inherit.
_PASSWORD = PasswordHash.from_text(os.environ.pop(HASH_VARIABLE, ""))

app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[Middleware(PasswordGate, password=_PASSWORD, address=os.environ[ADDRESS_VARIABLE])],
)
