"""A JupyterLab as a user starts it, and what a notebook does with its kernels, without a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import websocket

from jupyter_smkit.config import Home
from tests.server.conftest import TOKEN, address_of


@dataclass
class Lab:
    """A running JupyterLab, without a browser, and the home of its smkit."""

    url: str
    root: Path
    home: Home
    process: subprocess.Popen[str]

    def api(self, method: str, path: str, /, **body: Any) -> Any:
        answer = httpx.request(
            method,
            self.url + path,
            headers={"Authorization": f"token {TOKEN}"},
            json=body or None,
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def kernel(self, folder: str) -> Kernel:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        return Kernel(self, self.api("POST", "/api/kernels", name="python3", path=folder)["id"])


@dataclass
class Kernel:
    lab: Lab
    id: str

    def run(self, code: str) -> str:
        """What the code printed, or its error."""
        return "".join(self.said(code)).strip()

    def said(self, code: str) -> Iterator[str]:
        """The same as it comes; the code is sent at once, however far the kernel has come."""
        url = f"{self.lab.url.replace('http', 'ws', 1)}/api/kernels/{self.id}/channels"
        socket = websocket.create_connection(
            url, header=[f"Authorization: token {TOKEN}"], timeout=60
        )
        header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "s"}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        asked = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        socket.send(json.dumps({**asked, "channel": "shell"}))
        return _answers(socket)


def _answers(socket: websocket.WebSocket) -> Iterator[str]:
    try:
        while True:
            answer = json.loads(socket.recv())
            if answer["parent_header"].get("msg_id") != "1":
                continue
            match answer["msg_type"], answer["content"]:
                case "stream", part:
                    yield part["text"]
                case "error", error:
                    yield f"{error['ename']}: {error['evalue']}"
                case "status", {"execution_state": "idle"}:
                    return
    finally:
        socket.close()


def start_lab(tmp_path: Path, home: Home, **environ: str) -> Lab:
    root = tmp_path / "root"
    root.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "SMKIT_HOME": str(home.path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        **environ,
    }
    options = {
        "ServerApp.port": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": root,
        "IdentityProvider.token": TOKEN,
    }
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    return Lab(address_of(process).removesuffix("/lab"), root, home, process)


def end(lab: Lab) -> None:
    lab.process.terminate()
    try:
        lab.process.wait(15)
    finally:
        lab.process.kill()
