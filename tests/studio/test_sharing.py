"""The password of a shared studio, how often it may be tried, and what it opens."""

from __future__ import annotations

import pytest

from archviz.core.errors import OptionError
from archviz.studio.sharing import Grants, PasswordHash, Throttle, check_local_address

PASSWORD = "mái ngói đỏ"


def test_a_password_is_checked_and_cannot_be_read() -> None:
    kept = PasswordHash.of(PASSWORD)
    again = PasswordHash.from_text(kept.to_text())
    assert again == kept and again.fits(PASSWORD) and not again.fits(PASSWORD[:-1])
    assert PASSWORD not in kept.to_text() and PasswordHash.of(PASSWORD) != kept, "salted"
    assert not again.fits("x" * 10_000)


@pytest.mark.parametrize("password", ["", "ninechars", "x" * 2000])
def test_a_short_password_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(OptionError, match=f"of {len(password)} letters is not accepted; give 10 to 1024") as refused:
        PasswordHash.of(password)
    assert not password or password not in str(refused.value)


def test_a_broken_hash_is_said() -> None:
    with pytest.raises(OptionError, match="archviz app --share"):
        PasswordHash.from_text("xyz")


def test_slips_cost_ever_more_and_a_right_one_clears_them() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    waits = []
    for _ in range(7):
        throttle.begun("a")
        waits.append(throttle.wait_s("a"))
    assert waits == [0.0, 0.0, 0.0, 0.0, 2.0, 4.0, 8.0]
    assert throttle.wait_s("b") == 0.0
    now[0] = 8.0
    assert throttle.wait_s("a") == 0.0
    throttle.passed("a")
    throttle.begun("a")
    assert throttle.wait_s("a") == 0.0


def test_many_addresses_gain_nothing() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for number in range(40):
        assert throttle.wait_s(f"10.0.0.{number}") == 0.0
        throttle.begun(f"10.0.0.{number}")
    assert throttle.wait_s("10.0.1.1") == 600.0
    now[0] = 600.0
    assert throttle.wait_s("10.0.1.1") == 0.0


def test_a_grant_ends() -> None:
    now = [0.0]
    grants = Grants(lambda: now[0])
    first, second = grants.give(), grants.give()
    assert first != second and grants.holds(first) and not grants.holds(None) and not grants.holds(first[:-1])
    now[0] = 12 * 3600.0
    assert not grants.holds(first)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("0.0.0.0", "not in a local network"),
        ("127.0.0.1", "not in a local network"),
        ("8.8.8.8", "not in a local network"),
        ("192.168.255.253", "not this computer's"),
        ("myhost", "no IPv4 address"),
    ],
)
def test_only_an_own_address_in_a_local_network(address: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        check_local_address(address)
