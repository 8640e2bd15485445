"""Speak with the YAML language server, as an editor does: what it marks, and what it offers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.waiting import wait_until

SERVER = Path(sys.prefix, "node", "node_modules", "yaml-language-server", "bin")
"""Where `make` installs the npm package `yaml-language-server`."""


def found() -> str | None:
    """Return why the language server cannot be used here, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not SERVER.exists():
        return f"the npm package yaml-language-server is not in {SERVER.parents[2]}"
    return None


class LanguageServer:
    """Run the server with one schema for all YAML files."""

    def __init__(self, schema: Path) -> None:
        self.process = subprocess.Popen(
            ["node", str(SERVER / "yaml-language-server"), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.settings = {
            "yaml": {
                "schemas": {schema.as_uri(): "*.yaml"},
                "schemaStore": {"enable": False},
                "validate": True,
                "completion": True,
                "hover": True,
            }
        }
        self.last = 0

    def __enter__(self) -> LanguageServer:
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": self.settings})
        self._wait_for_the_schema()
        return self

    def _wait_for_the_schema(self) -> None:
        """The server takes new settings up while it already answers: ask until it knows them."""
        wait_until(lambda: self.marks("no_such_key: 1\n"), "the server never read the schema")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def marks(self, text: str) -> list[str]:
        """Open a file with this text and return the messages that the editor would underline."""
        uri = self._open(text)
        while True:
            message = self._read()
            params = message.get("params") or {}
            is_answer = message.get("method") == "textDocument/publishDiagnostics"
            if is_answer and params["uri"] == uri:
                return [each["message"] for each in params["diagnostics"]]

    def offers(self, text: str) -> list[str]:
        """Return what the editor would offer at the mark `|` in this text."""
        before, _, after = text.partition("|")
        uri = self._open(before + after)
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        answer = self.ask(
            "textDocument/completion", {"textDocument": {"uri": uri}, "position": place}
        )
        return [each["label"] for each in answer["items"]]

    def _open(self, text: str) -> str:
        self.last += 1
        uri = f"file:///made_up_{self.last}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and return its result."""
        self.last += 1
        number = self.last
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                return message["result"]

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """Read a message; questions of the server are answered on the way."""
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        assert length, "the language server has ended"
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            items = message["params"].get("items", []) if message.get("params") else []
            answer = [self.settings.get(item.get("section"), {}) for item in items]
            self._send({"id": message["id"], "result": answer or None})
        return message
