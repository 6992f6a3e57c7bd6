"""Fetching from a server on this machine: checksums, broken transfers, archives, and what is refused."""

import errno
import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from textvae.corpora import Card, CorpusFile, check, fetch, locate
from textvae.corpora.archive import unpack
from textvae.corpora.fetch import folder_checksum, refuse_insecure
from textvae.errors import CorpusError, OutputError

Make = Callable[[dict[str, bytes]], bytes]
TEXT = "".join(f"sentence number {i}\n" for i in range(20_000)).encode()


@dataclass
class Server:
    """What the server holds, how often it breaks off in the middle, and what it was asked."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    breaks: int = 0
    ranges: bool = True
    redirect: str = ""
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.asked.append(asked)
            if state.redirect:
                self.send_response(302)
                self.send_header("Location", state.redirect)
                self.end_headers()
                return
            data = state.files.get(self.path)
            if data is None:
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.ranges else 0
            if start >= len(data):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            data = data[start:]
            if state.breaks:
                state.breaks -= 1
                data = data[: len(data) // 2]
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        state.address = f"http://127.0.0.1:{service.server_port}"
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        service.shutdown()
        thread.join()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_card(*files: CorpusFile) -> Card:
    return Card(
        "tiny", "Tiny", "text", "en", "CC0-1.0", "", "https://example.org", "no", {"name": "lines"}, files
    )


def make_file(server: Server, path: str = "a.txt", data: bytes = TEXT) -> CorpusFile:
    server.files[f"/{path}"] = data
    return CorpusFile(path, sha256(data), len(data), f"{server.address}/{path}")


def test_a_corpus_is_fetched_into_the_cache_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    monkeypatch.delenv("TEXTVAE_CORPORA", raising=False)
    card = make_card(make_file(server), make_file(server, "deep/b.txt", b"b\n"))
    assert [state.state for state in check(card)] == ["missing", "missing"]
    calls: list[tuple[str, int, int | None]] = []
    folder = tmp_path / "corpora" / "tiny"
    paths = fetch(card, progress=lambda *call: calls.append(call))
    assert paths == [folder / "a.txt", folder / "deep/b.txt"] == list(locate(card).values())
    assert paths[0].read_bytes() == TEXT
    assert calls[0] == ("a.txt", 0, len(TEXT))
    assert ("a.txt", len(TEXT), len(TEXT)) in calls
    assert [state.state for state in check(card)] == ["ok", "ok"]
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["a.txt", "b.txt"]
    asked = len(server.asked)
    assert fetch(card) == paths
    assert len(server.asked) == asked  # nothing is fetched twice
    paths[0].write_text("altered")
    assert [state.state for state in check(card)] == ["altered", "ok"]
    fetch(card)
    assert paths[0].read_bytes() == TEXT
    assert capfd.readouterr() == ("", "")


def test_a_broken_transfer_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    file = make_file(server)
    server.breaks = 1
    (path,) = fetch(make_card(file), tmp_path)
    assert path.read_bytes() == TEXT
    assert server.asked == [None, f"bytes={len(TEXT) // 2}-"]


def test_a_transfer_that_keeps_breaking_is_taken_up_by_the_next_command(
    server: Server, tmp_path: Path
) -> None:
    file = make_file(server)
    server.breaks = 3
    with pytest.raises(CorpusError, match=r"broke off after .* bytes .*goes on from there"):
        fetch(make_card(file), tmp_path)
    here = (tmp_path / "a.txt.part").stat().st_size
    assert 0 < here < len(TEXT)
    assert not (tmp_path / "a.txt").exists()
    server.asked.clear()
    (path,) = fetch(make_card(file), tmp_path)
    assert path.read_bytes() == TEXT
    assert server.asked == [f"bytes={here}-"]
    assert not (tmp_path / "a.txt.part").exists()


@pytest.mark.parametrize("kind", [OSError, ConnectionResetError, TimeoutError])
def test_a_network_that_fails_is_not_a_folder_that_cannot_be_written_to(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[OSError]
) -> None:
    file = make_file(server)

    def read(*_: object) -> bytes:
        raise kind(errno.EHOSTUNREACH, "No route to host")

    with monkeypatch.context() as patch:
        patch.setattr("http.client.HTTPResponse.read", read)
        with pytest.raises(CorpusError, match=r"broke off after 0 bytes \(.*No route to host\)"):
            fetch(make_card(file), tmp_path)
    assert fetch(make_card(file), tmp_path) == [tmp_path / "a.txt"]


def test_a_server_that_cannot_resume_sends_it_all_again(server: Server, tmp_path: Path) -> None:
    server.breaks, server.ranges = 1, False
    (path,) = fetch(make_card(make_file(server)), tmp_path)
    assert path.read_bytes() == TEXT


def test_a_part_that_is_too_long_is_dropped(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.txt.part").write_bytes(TEXT + b"more")
    (path,) = fetch(make_card(make_file(server)), tmp_path)
    assert path.read_bytes() == TEXT


def test_a_wrong_checksum_is_refused_and_nothing_is_kept(server: Server, tmp_path: Path) -> None:
    file = make_file(server)
    server.files["/a.txt"] = b"something else\n"
    with pytest.raises(CorpusError, match="SHA-256 differs"):
        fetch(make_card(file), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_fetched_says_why(server: Server, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="HTTP 404"):
        fetch(make_card(CorpusFile("x.txt", "0" * 64, 1, f"{server.address}/x.txt")), tmp_path)
    with pytest.raises(CorpusError, match=r"x\.txt of tiny has no address.*https://example\.org"):
        fetch(make_card(CorpusFile("x.txt", "0" * 64, 1)), tmp_path)
    assert fetch(make_card(CorpusFile("x.txt", "0" * 64, 1, optional=True)), tmp_path) == []
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written to"):
        fetch(make_card(make_file(server)), tmp_path / "file" / "folder")


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "http://127.0.0.1.example.org/a",
        "a",
    ],
)
def test_only_https_and_the_loopback_are_asked(address: str) -> None:
    with pytest.raises(CorpusError, match="over https only"):
        refuse_insecure(address)


def test_https_and_the_loopback_are_allowed() -> None:
    for address in ("https://example.org/a", "http://localhost:80/a", "http://[::1]:80/a"):
        refuse_insecure(address)


def test_a_redirect_to_an_open_address_is_refused(server: Server, tmp_path: Path) -> None:
    server.redirect = "http://example.org/a.txt"
    with pytest.raises(CorpusError, match=r"http://example\.org/a\.txt is not an https address"):
        fetch(make_card(make_file(server)), tmp_path)


def make_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return buffer.getvalue()


def make_tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tape:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tape.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "make"), [("c.zip", make_zip), ("c.tar.gz", make_tar)])
def test_files_and_folders_come_out_of_an_archive(
    server: Server,
    tmp_path: Path,
    name: str,
    make: Make,
) -> None:
    held = {
        "c/a.txt": b"a\n",
        "c/pos/1.txt": b"1\n",
        "c/pos/2.txt": b"2\n",
        "c/pos/README": b"no",
        "c/x": b"no",
    }
    server.files[f"/{name}"] = make(held)
    source = f"{server.address}/{name}"
    listing = "".join(f"{sha256(held[f'c/pos/{i}.txt'])}  {i}.txt\n" for i in (1, 2))
    card = make_card(
        CorpusFile("a.txt", sha256(b"a\n"), 2, source, "c/a.txt"),
        CorpusFile("pos", sha256(listing.encode()), 4, source, "c/pos", glob="*.txt", count=2),
    )
    assert fetch(card, tmp_path) == [tmp_path / "a.txt", tmp_path / "pos"]
    assert len(server.asked) == 1
    here = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert here == ["a.txt", "pos/1.txt", "pos/2.txt"]
    assert folder_checksum(tmp_path / "pos", "*.txt") == card.files[1].sha256
    assert [state.state for state in check(card, tmp_path)] == ["ok", "ok"]
    (tmp_path / "pos" / "2.txt").unlink()
    assert [state.state for state in check(card, tmp_path)] == ["ok", "altered"]


def test_an_archive_with_another_file_in_it_is_refused(server: Server, tmp_path: Path) -> None:
    server.files["/c.zip"] = make_zip({"c/a.txt": b"b\n"})
    file = CorpusFile("a.txt", sha256(b"a\n"), 2, f"{server.address}/c.zip", "c/a.txt")
    with pytest.raises(CorpusError, match="is not the file that its card describes"):
        fetch(make_card(file), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize(
    "name", ["../evil.txt", "c/../../evil.txt", "/evil.txt", "..\\evil.txt", "C:evil.txt"]
)
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, make: Make, name: str) -> None:
    archive = tmp_path / "in" / "c.archive"
    archive.parent.mkdir()
    archive.write_bytes(make({name: b"evil", "c/a.txt": b"a\n"}))
    with pytest.raises(CorpusError, match="leads out of the archive"):
        unpack(archive, CorpusFile("a.txt", "", 2, member="c/a.txt"), tmp_path / "out" / "a.txt")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    ("name", "spoilt"),
    [
        ("crc.zip", lambda data: data.replace(b"sentence number 7\n", b"sentence number 8\n")),
        ("cut.tar.gz", lambda data: data[: len(data) // 2]),
        ("ruin.tar.gz", lambda data: data[: len(data) // 2] + b"\xff" * (len(data) // 2)),
    ],
)
def test_a_damaged_archive_is_told_of_and_no_part_of_a_file_stays(
    tmp_path: Path, name: str, spoilt: Callable[[bytes], bytes]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:  # stored as it is
        bundle.writestr("c/a.txt", TEXT)
    data = buffer.getvalue() if name.endswith("zip") else make_tar({"c/a.txt": Random(1).randbytes(200_000)})
    (tmp_path / name).write_bytes(spoilt(data))
    file = CorpusFile("a.txt", "", len(TEXT), member="c/a.txt")
    with pytest.raises(CorpusError, match=f"{name} is not a whole zip or tar archive"):
        unpack(tmp_path / name, file, tmp_path / "out" / "a.txt")
    assert not (tmp_path / "out" / "a.txt").exists()


def test_links_bombs_and_ruins_are_refused(tmp_path: Path) -> None:
    file = CorpusFile("a.txt", "", 2, member="c/a.txt")
    with tarfile.open(tmp_path / "link.tar", "w") as tape:
        link = tarfile.TarInfo("c/a.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tape.addfile(link)
    with pytest.raises(CorpusError, match=r"does not hold c/a\.txt"):
        unpack(tmp_path / "link.tar", file, tmp_path / "a.txt")
    (tmp_path / "bomb.zip").write_bytes(make_zip({"c/a.txt": b"\0" * 1_000_000}))
    with pytest.raises(CorpusError, match="larger than the 2 bytes on the card"):
        unpack(tmp_path / "bomb.zip", file, tmp_path / "a.txt")
    (tmp_path / "ruin.zip").write_bytes(make_zip({"c/a.txt": b"a\n"})[:-30])
    with pytest.raises(CorpusError, match="not a whole zip or tar archive"):
        unpack(tmp_path / "ruin.zip", file, tmp_path / "a.txt")
