from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

import httpx


def test_an_object_goes_in_and_out(browser: httpx.Client) -> None:
    content = os.urandom(3 << 20)
    put = browser.put("s3/data/a%20b/ü.bin", content=content, headers={"Content-Type": "x/y"})
    assert put.status_code == 200, put.text
    got = browser.get("s3/data/a%20b/ü.bin")
    assert got.content == content
    assert got.headers["content-type"] == "x/y"
    assert got.headers["etag"] == '"e"'
    assert got.headers["x-amz-meta-colour"] == "red"
    head = browser.head("s3/data/a%20b/ü.bin")
    assert head.headers["content-length"] == str(len(content))
    assert browser.delete("s3/data/a%20b/ü.bin").status_code == 204
    assert browser.get("s3/data/a%20b/ü.bin").status_code == 404


def test_an_empty_object(browser: httpx.Client) -> None:
    assert browser.put("s3/data/empty", content=b"").status_code == 200
    got = browser.get("s3/data/empty")
    assert (got.content, got.headers["etag"]) == (b"", '"e"')


def test_a_stored_page_cannot_act_as_the_user(browser: httpx.Client) -> None:
    browser.put("s3/data/page.html", content="<p>", headers={"Content-Type": "text/html"})
    got = browser.get("s3/data/page.html")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"
    saved = browser.get("s3/data/page.html?download=1")
    assert saved.headers["content-disposition"].startswith("attachment")


def test_an_upload_of_another_site_is_refused_before_its_body_is_read(jupyter: str) -> None:
    where = urlsplit(jupyter)
    with socket.create_connection((where.hostname, where.port)) as raw:
        raw.sendall(
            f"PUT {where.path}/smkit/s3/data/big HTTP/1.1\r\nHost: {where.netloc}\r\n"
            "Content-Length: 4000000000\r\n\r\n".encode()
        )
        assert b" 403 " in raw.recv(100)
