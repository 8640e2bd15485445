"""Test whom the explorer answers: its own page, on its own address, with the token where there is
one; and how it starts.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.errors import InputError
from sim.explore.desk import LeftError, _waited
from sim.explore.guard import HEADERS, Guard, is_loopback, new_token
from sim.explore.serving import address
from sim.explore.web import app
from tests.explored import HOST, client, desk, written

ROOT = Path(__file__).parent.parent
PATHS = ("/", "/answer?members=16", "/version", "/scenario.yaml", "/library.js", "/explore.js")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("guarded"))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8642"},
        {"host": "127.0.0.1:80"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-dest": "image"},
    ],
)
def test_others_are_refused(small: Path, path: str, headers: dict[str, str]) -> None:
    """Whatever name was pointed at the machine, and whichever page asks."""
    reply = client(small).get(path, headers=headers)
    assert reply.status_code == 403
    assert "small" not in reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:8642"},
        {"host": "[::1]:8642"},
        {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none", "sec-fetch-dest": "document"},
    ],
)
def test_the_own_page_is_answered(small: Path, headers: dict[str, str]) -> None:
    for path in ("/version", "/explore.css"):
        assert client(small).get(path, headers=headers).status_code == 200


def test_a_link_from_elsewhere_opens_the_page_and_nothing_else(small: Path) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    assert client(small).get("/", headers=link).status_code == 200
    assert client(small).get("/scenario.yaml", headers=link).status_code == 403


def test_nothing_but_reading(small: Path) -> None:
    for method in ("post", "put", "delete", "options"):
        assert getattr(client(small), method)("/answer").status_code in (403, 405)
    assert client(small).get("/etc/passwd").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_the_page_may_do(small: Path, path: str) -> None:
    for headers in ({}, {"host": "evil.example"}):
        reply = client(small).get(path, headers=headers)
        for name, value in HEADERS.items():
            if name != "cache-control":
                assert reply.headers[name] == value
        assert "access-control-allow-origin" not in reply.headers
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_a_token_is_the_key(small: Path) -> None:
    """It is taken once, kept in a cookie that scripts do not see, and leaves the address."""
    token = new_token()
    page = client(small, token, follow_redirects=False)
    for path in ("/", "/version", "/?token=", "/?token=x", f"/?token={token[:-1]}"):
        assert page.get(path).status_code == 401
    reply = page.get(f"/?events.ban.share=0.5&token={token}")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?events.ban.share=0.5")
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert page.get("/version").status_code == 200
    assert page.get("/version", headers={"host": "any.name:1"}).status_code == 200
    assert page.get("/version", headers={"origin": "http://evil.example"}).status_code == 403
    assert client(small, "other").get("/version").status_code == 401


def test_tokens_are_long_and_never_the_same() -> None:
    assert len({new_token() for _ in range(9)}) == 9
    assert len(new_token()) >= 32
    assert Guard(1, "é").knows("é")
    assert not Guard(1, "é").knows(None)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_what_only_this_machine_reaches(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.0.0.1.x"])
def test_anything_else_needs_a_token(
    small: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_loopback(host)
    assert main(["explore", str(small), f"--host={host}"]) == 2
    assert "others could reach it" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["", " ", "[]"])
def test_an_address_that_is_empty_is_refused(
    small: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be all addresses of the machine."""
    assert main(["explore", str(small), f"--host={host}", "--token"]) == 2
    assert "--host: expected an address" in capsys.readouterr().err


def test_faults_end_the_command(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["explore", str(small), "--port", str(port)]) == 2
    assert "give another --port" in capsys.readouterr().err
    assert main(["explore", str(tmp_path / "none.yaml"), "--port", "0"]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main(["explore", str(small), "--members", "8"]) == 2


def test_a_missing_extra_is_named(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["explore", str(small)]) == 2
    told = capsys.readouterr().err
    assert told == "sim explore needs a web server: pip install 'supply-substitution[explore]'\n"


def test_the_command_stays_light() -> None:
    heavy = {"starlette", "uvicorn", "altair", "numpy"}
    code = f"import sim.cli.main, sys; print({heavy} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "set()\n"


def test_addresses_are_written_to_be_opened() -> None:
    assert address("127.0.0.1", 80, "") == "http://127.0.0.1:80/"
    assert address("[::1]", 80, "t") == address("::1", 80, "t") == "http://[::1]:80/?token=t"


def test_an_answer_that_nobody_waits_for_leaves_the_queue() -> None:
    queued: Future[dict[str, Any]] = Future()

    async def gone() -> bool:
        return True

    with pytest.raises(LeftError):
        asyncio.run(_waited(queued, gone))
    assert queued.cancelled()


@contextmanager
def served(path: Path) -> Iterator[int]:
    """Serve the explorer on a free port, in this process."""
    import uvicorn

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            app(desk(path), Guard(port)), log_level="error", lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        listening.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


def test_a_slow_client_keeps_nobody_waiting(small: Path) -> None:
    """One asks for much and reads nothing, one never ends its question; others are served."""
    with served(small) as port, socket.socket() as idle, socket.socket() as half:
        for each in (idle, half):
            each.connect(("127.0.0.1", port))
        idle.sendall(f"GET /library.js HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        half.sendall(b"GET /answer?memb")
        for _ in range(2):
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/answer?members=16", timeout=30
            ) as reply:
                assert json.load(reply)["members"] == 16


@pytest.mark.parametrize("words", [[], ["--token"]])
def test_it_serves_until_it_is_interrupted(small: Path, words: list[str]) -> None:
    """The command, with its own processes: it answers, and Ctrl-C ends all of it quietly."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "explore", str(small), "--port=0", "--members=16", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "A seller stops selling\n"
        place = process.stdout.readline().strip()
        assert ("?token=" in place) == bool(words)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(place, timeout=30) as reply:
            assert b"A seller stops selling" in reply.read()
        asked = f"{place.partition('?')[0]}answer?events.ban.share=0.5&members=16"
        with opener.open(asked, timeout=30) as reply:
            assert json.load(reply)["members"] == 16
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=30)[1]
        assert (process.returncode, told.strip()) == (130, "sim: interrupted")
    finally:
        process.kill()
        process.communicate()


def test_a_scenario_that_is_gone_is_a_fault_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        desk(tmp_path / "none.yaml").warmed()
