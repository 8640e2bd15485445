"""Decide who is answered: pages of the explorer itself, on the address that it serves, with the
token where there is one.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

COOKIE = "sim_explore"
TOKEN = "token"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What goes with every answer: the page may load its own script and style and ask its own server,
and nothing else; no other page may show it or read it."""


@dataclass(frozen=True)
class Guard:
    """Hold what is asked of every request.

    Without a token the names in `Host` are those of the loopback alone, so that no name that an
    attacker points there (DNS rebinding) is answered. With one, the token is the key, and `Host`
    may be any name of the machine.
    """

    port: int
    token: str = ""

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        """Return why a request is refused; nothing where it is not. The token is asked for
        apart.
        """
        host = headers.get("host", "").lower()
        if not self.token and host not in self._hosts():
            return "this is no address of the explorer; use the one that it printed"
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            return "requests from other pages are not answered"
        site = headers.get("sec-fetch-site", "none")
        is_link = path == "/" and headers.get("sec-fetch-dest") == "document" and method == "GET"
        if site not in ("same-origin", "none") and not is_link:
            return "requests from other pages are not answered"
        return ""

    def knows(self, given: str | None) -> bool:
        """Return whether the token is the right one; any is where none is asked for."""
        if not self.token:
            return True
        return secrets.compare_digest((given or "").encode(), self.token.encode())

    def _hosts(self) -> set[str]:
        with_port = {f"{name}:{self.port}" for name in LOOPBACK_NAMES}
        return with_port | (set(LOOPBACK_NAMES) if self.port == 80 else set())


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(24)
