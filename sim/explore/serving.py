"""Start the explorer: two processes that run scenarios, and a server on one address."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack

from sim.engine.load import load
from sim.errors import InputError
from sim.explore.desk import QUICK, Desk
from sim.explore.guard import Guard, is_loopback, new_token
from sim.files.text import printable
from sim.study.executors import lane

MISSING = "sim explore needs a web server: pip install 'supply-substitution[explore]'"
Say = Callable[[str], None]


def serve(path: str, *, members: int, host: str, port: int, with_token: bool, say: Say) -> None:
    """Serve the explorer of a scenario until it is interrupted.

    Raises InputError where the scenario is faulty, where the address cannot be had, where others
    could reach it and no token is asked for, and where the extra is not installed.
    """
    if members < QUICK:
        raise InputError(f"members: {members} is below {QUICK}, those of the first answer")
    if not host.strip("[] "):
        raise InputError("--host: expected an address, as 127.0.0.1, found nothing")
    if not is_loopback(host) and not with_token:
        raise InputError(
            f"--host {printable(host)}: others could reach it, and run what they like; add --token,"
            " which makes a key for the address"
        )
    try:
        import uvicorn

        from sim.explore.web import app
    except ImportError as error:
        raise InputError(MISSING) from error
    load(path)  # a faulty one is told of before any process starts
    with ExitStack() as stack:
        listening = stack.enter_context(_listening(host, port))
        bound = listening.getsockname()[1]
        guard = Guard(bound, new_token() if with_token else "")
        quick, full = (stack.enter_context(lane()) for _ in range(2))
        desk = Desk(path, quick, full, members)
        menu = desk.warmed()
        say(f"{menu.scenario.title}\n{address(host, bound, guard.token)}\nCtrl-C ends it")
        config = uvicorn.Config(
            app(desk, guard),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listening])


def address(host: str, port: int, token: str) -> str:
    """Write the address to open."""
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")


def _listening(host: str, port: int) -> socket.socket:
    """Take an address. Raises InputError where it cannot be had."""
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((name, port))
        found.listen()  # before the address is printed: whoever opens it at once waits
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{printable(host)}:{port}: cannot be served: {reason}; give another --port"
        ) from error
    return found
