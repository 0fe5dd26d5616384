"""Downloads against a server of our own: whole, continued, replaced, wrong."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from twoside.errors import DataError
from twoside.store.download import fetch

BODY = bytes(range(256)) * 4000
SHA = hashlib.sha256(BODY).hexdigest()


class Files(BaseHTTPRequestHandler):
    """Serves BODY; the server's attributes say how."""

    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        body, start = server.body, 0
        if self.path != "/file.bin":
            self.send_error(404)
            return
        wanted = self.headers.get("Range")
        if wanted and server.ranges and self.headers.get("If-Range") == server.etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
        else:
            self.send_response(200)
        if server.etag:
            self.send_header("ETag", server.etag)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = min(len(body), start + server.cut) if server.cut else len(body)
        self.wfile.write(body[start:end])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    served = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    served.body, served.etag, served.ranges, served.cut, served.asked = BODY, '"1"', True, 0, []
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def address(server, name="file.bin"):
    return f"http://127.0.0.1:{server.server_port}/{name}"


def test_a_file_comes_whole_and_is_not_fetched_again(server, tmp_path):
    told = []
    path = fetch(address(server), tmp_path / "f", SHA, told.append)
    assert path.read_bytes() == BODY
    assert told == sorted(told)
    assert told[-1] == 1.0
    fetch(address(server), tmp_path / "f", SHA)
    assert len(server.asked) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_broken_download_is_continued(server, tmp_path):
    server.cut = 300_000
    with pytest.raises(DataError, match="Try again: what has come is kept"):
        fetch(address(server), tmp_path / "f", SHA)
    have = (tmp_path / "f.part").stat().st_size
    assert 0 < have <= 300_000
    server.cut = 0
    assert fetch(address(server), tmp_path / "f", SHA).read_bytes() == BODY
    assert server.asked == [None, f"bytes={have}-"]


def test_a_file_that_changed_meanwhile_is_fetched_from_the_beginning(server, tmp_path):
    server.cut, server.body = 300_000, b"old" * 200_000
    with pytest.raises(DataError):
        fetch(address(server), tmp_path / "f", SHA)
    server.cut, server.body, server.etag = 0, BODY, '"2"'
    assert fetch(address(server), tmp_path / "f", SHA).read_bytes() == BODY


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_strong_tag_nothing_is_continued(server, tmp_path, etag):
    server.cut, server.etag = 300_000, etag
    with pytest.raises(DataError):
        fetch(address(server), tmp_path / "f", SHA)
    server.cut = 0
    assert fetch(address(server), tmp_path / "f", SHA).read_bytes() == BODY
    assert server.asked == [None, None]


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    server.cut, server.ranges = 300_000, False
    with pytest.raises(DataError):
        fetch(address(server), tmp_path / "f", SHA)
    server.cut = 0
    assert fetch(address(server), tmp_path / "f", SHA).read_bytes() == BODY


def test_all_bytes_there_but_not_renamed_is_finished_without_fetching(server, tmp_path):
    (tmp_path / "f.part").write_bytes(BODY)
    (tmp_path / "f.etag").write_text('"1"')
    assert fetch(address(server), tmp_path / "f", SHA).read_bytes() == BODY


def test_another_file_than_expected_is_removed(server, tmp_path):
    with pytest.raises(DataError, match=f"sha256 {SHA}, expected 00. The file was removed"):
        fetch(address(server), tmp_path / "f", "00")
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".etag"] == []


def test_a_missing_address_is_named(server, tmp_path):
    with pytest.raises(DataError, match=r"/nothing: .*404"):
        fetch(address(server, "nothing"), tmp_path / "f", SHA)
