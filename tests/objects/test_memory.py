"""A large object through the wire costs the server little memory."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SIZE = 256 << 20
SERVER = """
import socket, sys
from pathlib import Path

import uvicorn

from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.api.sigv4 import UNSIGNED, Signature
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.wire import s3_app

store = ObjectStore(Path(sys.argv[1]))
store.buckets.create("bucket", "1", "us-east-1")
signature = Signature("K", "", "us-east-1", "s3", (), "", "", payload=UNSIGNED)
application = s3_app(store)

async def signed(scope, receive, send):
    scope["smkit.caller"] = S3Caller("1", "us-east-1", "K", "S", signature)
    if scope["path"] == "/memory":
        status = Path("/proc/self/status").read_text()
        peak = status.partition("VmHWM:")[2].split()[0].encode()
        head = [(b"content-length", b"%d" % len(peak))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": peak})
        return
    await application(scope, receive, send)

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
config = uvicorn.Config(signed, loop="uvloop", http="httptools", lifespan="off", log_level="error")
uvicorn.Server(config).run(sockets=[listening])
"""


def test_a_quarter_of_a_gigabyte(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(server.stdout.readline()))

        def peak() -> int:
            """The server's largest memory so far, in KiB."""
            connection.request("GET", "/memory")
            return int(connection.getresponse().read())

        def pieces() -> Iterator[bytes]:
            for _ in range(SIZE >> 20):
                yield bytes(1 << 20)

        before = peak()
        connection.request("PUT", "/bucket/large", pieces(), {"Content-Length": str(SIZE)})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        connection.request("GET", "/bucket/large")
        answer = connection.getresponse()
        received = 0
        while piece := answer.read(1 << 20):
            received += len(piece)
        assert received == SIZE
        assert peak() - before < 40 << 10
        connection.close()
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()  # type: ignore[union-attr]
