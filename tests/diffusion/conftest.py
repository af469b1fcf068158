"""No test of the engines reaches for the network, and each runs on one thread."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.diffusion.tiny import save_tiny_large, save_tiny_mini


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a test reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def mini_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_mini(tmp_path_factory.mktemp("weights") / "mini")


@pytest.fixture(scope="session")
def large_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both large engines' repositories in one folder, as a user's folder may hold them."""
    folder = tmp_path_factory.mktemp("large")
    save_tiny_large("sd15", folder)
    return save_tiny_large("sdxl", folder)
