"""What a shared studio asks of a visitor: one password, not too often, and a grant until the server ends.

Nothing is kept on disk: the password's hash is handed to the server when it starts, grants end with it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from archviz.core.errors import OptionError

__all__ = [
    "ADDRESS_VARIABLE",
    "HASH_VARIABLE",
    "LEAST_LETTERS",
    "PASSWORD_VARIABLE",
    "Grants",
    "PasswordHash",
    "Throttle",
    "check_local_address",
    "find_local_address",
    "shared_at",
]

PASSWORD_VARIABLE = "ARCHVIZ_SHARE_PASSWORD"
HASH_VARIABLE = "ARCHVIZ_SHARE_HASH"
ADDRESS_VARIABLE = "ARCHVIZ_SHARE_ADDRESS"
LEAST_LETTERS = 10
_LONGEST = 1024
# RFC 7914; 64 MiB and some tenths of a second a guess.
_COST, _BLOCK, _LANES = 2**16, 8, 1
_MEMORY = 2 * 128 * _COST * _BLOCK
_SALT_BYTES = 16
_GRANT_S = 12 * 3600.0
_MOST_GRANTS = 1000
# Slips are free; then each costs twice the wait of the one before.
_FREE_SLIPS = 4
_LONGEST_WAIT_S = 900.0
# Of all addresses together: a network has many for whoever guesses.
_WINDOW_S, _MOST_SLIPS = 600.0, 40
# For documentation (RFC 5737): asking the system for its way there sends nothing.
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class PasswordHash:
    """A password that can be checked and not read.

    Parameters
    ----------
    salt, digest
        Of scrypt.
    """

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a new password.

        Raises
        ------
        OptionError
            It is too short or too long.
        """
        if not LEAST_LETTERS <= len(password) <= _LONGEST:
            raise OptionError(
                f"a password of {len(password)} letters is not accepted; give {LEAST_LETTERS} to {_LONGEST}"
            )
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(salt, _scrypt(password, salt))

    @classmethod
    def from_text(cls, text: str) -> PasswordHash:
        """Read :meth:`to_text` back.

        Raises
        ------
        OptionError
            It is something else.
        """
        salt, _, digest = text.partition(":")
        try:
            return cls(bytes.fromhex(salt), bytes.fromhex(digest))
        except ValueError:
            raise OptionError(f"{HASH_VARIABLE} is not a hash; start the studio with archviz app --share") from None

    def to_text(self) -> str:
        """For the server's environment."""
        return f"{self.salt.hex()}:{self.digest.hex()}"

    def fits(self, password: str) -> bool:
        """Whether it is the password; takes as long for every wrong one."""
        return len(password) <= _LONGEST and hmac.compare_digest(_scrypt(password, self.salt), self.digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=_MEMORY
    )


class Throttle:
    """How often a password may be tried.

    Parameters
    ----------
    clock
        Seconds; another for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._slips: dict[str, int] = defaultdict(int)
        self._until_s: dict[str, float] = {}
        self._recent: deque[float] = deque()

    def wait_s(self, client: str) -> float:
        """How long an address has to wait before its next try; 0 where it need not [s]."""
        now = self._clock()
        while self._recent and self._recent[0] <= now - _WINDOW_S:
            self._recent.popleft()
        all_of_them = self._recent[-_MOST_SLIPS] + _WINDOW_S - now if len(self._recent) >= _MOST_SLIPS else 0.0
        return max(0.0, self._until_s.get(client, 0.0) - now, all_of_them)

    def begun(self, client: str) -> None:
        """A try counts as a slip until it proves right, so that many at once gain nothing."""
        now = self._clock()
        self._slips[client] += 1
        self._recent.append(now)
        beyond = self._slips[client] - _FREE_SLIPS
        if beyond > 0:
            self._until_s[client] = now + min(2.0**beyond, _LONGEST_WAIT_S)

    def passed(self, client: str) -> None:
        """The password was right."""
        self._slips.pop(client, None)
        self._until_s.pop(client, None)
        if self._recent:
            self._recent.pop()


class Grants:
    """Who gave the password: random tokens, known by their hashes alone.

    Parameters
    ----------
    clock
        Seconds; another for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until_s: dict[bytes, float] = {}

    def give(self) -> str:
        """A new grant, for half a day."""
        now = self._clock()
        self._until_s = {key: end for key, end in self._until_s.items() if end > now}
        while len(self._until_s) >= _MOST_GRANTS:
            self._until_s.pop(next(iter(self._until_s)))
        token = secrets.token_urlsafe(32)
        self._until_s[_digest(token)] = now + _GRANT_S
        return token

    def holds(self, token: str | None) -> bool:
        """Whether a token was given and has not ended."""
        return token is not None and self._until_s.get(_digest(token), 0.0) > self._clock()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def find_local_address() -> str:
    """This computer's address in its local network, found without sending anything.

    Raises
    ------
    OptionError
        It has none.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect(_ELSEWHERE)
            found = str(way.getsockname()[0])
    except OSError:
        raise OptionError("share: this computer is in no network; connect it, or give --share ADDRESS") from None
    return check_local_address(found)


def check_local_address(address: str) -> str:
    """An address that the studio may be shared at: this computer's own, in a local network.

    Raises
    ------
    OptionError
        It is not.
    """
    wanted = "give an address of this computer in its local network, such as 192.168.1.20"
    try:
        parsed = ipaddress.IPv4Address(address)
    except ValueError:
        raise OptionError(f"share {address!r} is no IPv4 address; {wanted}") from None
    if parsed.is_unspecified or parsed.is_loopback or not parsed.is_private:
        raise OptionError(f"share {address} is not in a local network; {wanted}")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as own:
            own.bind((address, 0))
    except OSError:
        raise OptionError(f"share {address} is not this computer's; {wanted}") from None
    return address


def shared_at() -> str | None:
    """``HOST:PORT`` under which this server is shared; ``None`` where it is for this computer only."""
    return os.environ.get(ADDRESS_VARIABLE) or None
