"""The built-in model server on its own socket, without an edge."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
from pathlib import Path

import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from .conftest import House, environment, until


class Client(http.client.HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("model", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self._path)

    def ask(self, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
        self.request(method, target, body, {"content-type": "text/csv"})
        answer = self.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("iris")
    rows, target = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=2000).fit(rows, target), directory / "model.joblib")
    return directory


def test_ping_and_invocations(house: House, iris: Path) -> None:
    house.worker("iris", iris)
    client = Client(house.socket("iris"))
    until(lambda: client.ask("GET", "/ping")[0] == 200)
    assert client.ask("POST", "/invocations", b"5.1,3.5,1.4,0.2\n6,3,5,2") == (200, b"0\n2\n")
    assert client.ask("POST", "/invocations", b"1,2")[0] == 400
    assert client.ask("GET", "/invocations")[0] == 404


def test_it_listens_before_the_model_is_loaded(house: House, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    (tmp_path / "inference.py").write_text(
        "import time\nfrom pathlib import Path\n"
        f"def model_fn(d):\n    while not Path({str(gate)!r}).exists():\n        time.sleep(0.01)\n"
        "def input_fn(body, kind):\n    return body\n"
        "def predict_fn(data, model):\n    return data + '!'\n"
        "def output_fn(found, accept):\n    return found\n"
    )
    house.worker("late", tmp_path)
    client = Client(house.socket("late"))
    assert client.ask("GET", "/ping")[0] == 503
    answers: list[tuple[int, bytes]] = []
    early = threading.Thread(
        target=lambda: answers.append(
            Client(house.socket("late")).ask("POST", "/invocations", b"early")
        )
    )
    early.start()
    assert client.ask("GET", "/ping")[0] == 503
    gate.touch()
    early.join(20)
    assert answers == [(200, b"early!")]
    assert client.ask("GET", "/ping")[0] == 200


def test_a_model_that_cannot_be_loaded_ends_the_process(house: House, tmp_path: Path) -> None:
    (tmp_path / "model.joblib").write_bytes(b"nonsense")
    ended = subprocess.run(
        [sys.executable, "-m", "jupyter_smkit.serving.worker"],
        env=environment(SMKIT_BIND=house.socket("broken"), SM_MODEL_DIR=str(tmp_path)),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert b"could not be loaded" in ended.stderr
    assert not Path(house.socket("broken")).exists()


def test_sigterm_lets_a_prediction_end(house: House, script: Path, tmp_path: Path) -> None:
    worker = house.worker("ends", script)
    client = Client(house.socket("ends"))
    until(lambda: client.ask("GET", "/ping")[0] == 200)
    gate = tmp_path / "gate"
    client.request("POST", "/invocations", f"hang {gate}".encode(), {"content-type": "text/plain"})
    # One connection's request is read before the next one's ping is answered.
    Client(house.socket("ends")).ask("GET", "/ping")
    worker.terminate()
    until(lambda: _refuses(house.socket("ends")))
    gate.touch()
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (200, f"{worker.pid} hang {gate}".encode())
    assert worker.wait(10) == 0


def _refuses(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) != 0


def test_it_needs_nothing_but_httptools_to_listen() -> None:
    heavy = "{'pydantic', 'starlette', 'polars', 'pandas', 'numpy', 'sqlalchemy', 'botocore'}"
    code = (
        f"import sys, jupyter_smkit.serving.worker as w; sys.exit(bool({heavy} & {{*sys.modules}}))"
    )
    assert subprocess.run([sys.executable, "-c", code], env=environment()).returncode == 0
