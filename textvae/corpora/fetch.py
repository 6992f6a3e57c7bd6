"""Corpora fetched from their authors' addresses, and the checksums of what lies here.

A transfer that breaks off is taken up where it stopped; nothing takes its place among the corpus's files
before its SHA-256 is that of the card.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from textvae.corpora.archive import unpack
from textvae.corpora.card import Card, CorpusFile
from textvae.corpora.locate import cached_folder, candidate_folders
from textvae.errors import CorpusError, OutputError

CHUNK = 1 << 16
ATTEMPTS = 3
SECONDS = 30.0
BROKEN = (urllib.error.URLError, http.client.HTTPException)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes here and the bytes in all (None if the server does not say)."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a card and how it lies on this machine; `path` is None where it is missing."""

    file: CorpusFile
    state: Literal["ok", "missing", "altered"]
    path: Path | None


def check(card: Card, directory: str | Path | None = None) -> list[FileState]:
    """The state of each file of a corpus, in the first folder that holds any of them (see `locate`)."""
    folders = candidate_folders(card, directory)
    folder = next((f for f in folders if any((f / file.path).exists() for file in card.files)), folders[0])
    return [_state(file, folder / file.path) for file in card.files]


def _state(file: CorpusFile, path: Path) -> FileState:
    if not path.exists():
        return FileState(file, "missing", None)
    checksum = folder_checksum(path, file.glob) if file.glob else file_checksum(path)
    return FileState(file, "ok" if checksum == file.sha256 else "altered", path)


def file_checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def folder_checksum(folder: Path, glob: str) -> str:
    """One checksum for a folder: the SHA-256 of what `sha256sum GLOB` prints in it, in the C locale."""
    total = hashlib.sha256()
    for path in sorted(folder.glob(glob), key=lambda path: path.name.encode()):
        total.update(f"{file_checksum(path)}  {path.name}\n".encode())
    return total.hexdigest()


def fetch(card: Card, folder: str | Path | None = None, progress: Progress | None = None) -> list[Path]:
    """Fetch the files of a corpus into a folder (default: the user's cache); what is there already stays.

    Returns:
        The paths of all files of the card that are there now. Optional files without an address are left out.

    Raises:
        CorpusError: a file has no address, cannot be had or is not what the card says.
        OutputError: the folder cannot be written to.
    """
    target = cached_folder(card) if folder is None else Path(folder)
    absent = [file for file in card.files if _state(file, target / file.path).state != "ok"]
    for file in absent:
        if not file.source and not file.optional:
            raise CorpusError(
                f"{file.path} of {card.name} has no address to fetch it from. See {card.homepage}, put the "
                f"files into {target} and run `textvae corpus check {card.name}`."
            )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in absent:
            if file.source and not file.member:
                _retrieve(file.source, target / file.path, file.sha256, progress)
        for source in dict.fromkeys(file.source for file in absent if file.member):
            held = [file for file in absent if file.source == source and file.member]
            _fetch_archive(source, held, target, progress)
    except OSError as error:
        raise OutputError(f"{target} cannot be written to: {error.strerror or error}.") from error
    return [target / file.path for file in card.files if (target / file.path).exists()]


def _fetch_archive(source: str, files: Iterable[CorpusFile], target: Path, progress: Progress | None) -> None:
    """Fetch an archive, take out the files, hold each against its card, then drop the archive."""
    archive = target / ".archives" / Path(urllib.parse.urlsplit(source).path).name
    _retrieve(source, archive, None, progress)
    try:
        for file in files:
            unpack(archive, file, target / file.path)
            if _state(file, target / file.path).state != "ok":
                _remove(target / file.path)
                raise CorpusError(f"{file.path} in {source} is not the file that its card describes.")
    finally:
        _remove(archive.parent)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _retrieve(source: str, path: Path, sha256: str | None, progress: Progress | None) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)  # it would tell of each download on standard error
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        pooch.retrieve(
            source,
            known_hash=sha256 and f"sha256:{sha256}",
            fname=path.name,
            path=path.parent,
            downloader=Resuming(path.with_name(path.name + ".part"), progress),
        )
    except ValueError as error:
        raise CorpusError(
            f"{source} is not the file that the card describes (its SHA-256 differs), and was not kept. "
            "It may have been changed by its authors since the card was written."
        ) from error


class Resuming:
    """A downloader for pooch: into a `.part` file, on from where an earlier attempt stopped (HTTP Range)."""

    def __init__(self, part: Path, progress: Progress | None = None) -> None:
        self.part, self.progress = part, progress

    def __call__(self, url: str, output_file: str | Path, pooch: Any, check_only: bool = False) -> None:
        """Fetch `url` and move it to `output_file`.

        Raises:
            CorpusError: the address is not https (loopback aside), there is no such file, or the transfer
                broke off several times; what has come stays in the `.part` file for the next attempt.
        """
        refuse_insecure(url)
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                if self._attempt(url):
                    self.part.replace(output_file)
                    return
                reason = "the connection closed early"
            except urllib.error.HTTPError as error:
                raise CorpusError(f"{url} cannot be fetched: HTTP {error.code} {error.reason}.") from error
            except BROKEN as error:
                reason = str(getattr(error, "reason", "") or error)
        here = self.part.stat().st_size if self.part.exists() else 0
        raise CorpusError(
            f"{url} broke off after {here:,} bytes ({reason}). The same command goes on from there."
        )

    def _attempt(self, url: str) -> bool:
        """One request; whether the whole file is here now."""
        here = self.part.stat().st_size if self.part.exists() else 0
        headers = {"User-Agent": "textvae", "Accept-Encoding": "identity"}
        if here:
            headers["Range"] = f"bytes={here}-"
        try:
            with _network():
                answer = _OPENER.open(urllib.request.Request(url, headers=headers), timeout=SECONDS)
        except urllib.error.HTTPError as error:
            if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not here:
                raise
            self.part.unlink()  # longer than the file: begin again
            return False
        with answer:
            if here and answer.status != http.client.PARTIAL_CONTENT:
                here = 0  # the server sends it all
            length = answer.headers.get("Content-Length")
            total = None if length is None else here + int(length)
            with self.part.open("ab" if here else "wb") as part:
                here = self._copy(answer, part, here, total, Path(urllib.parse.urlsplit(url).path).name)
        return total is None or here >= total

    def _copy(self, answer: Any, part: IO[bytes], here: int, total: int | None, name: str) -> int:
        while True:
            if self.progress:
                self.progress(name, here, total)
            with _network():
                chunk = answer.read(CHUNK)
            if not chunk:
                return here
            part.write(chunk)
            here += len(chunk)


@contextmanager
def _network() -> Iterator[None]:
    """An `OSError` inside is one of the network, not of the disk: a `URLError`, as most of them are."""
    try:
        yield
    except urllib.error.URLError:
        raise
    except OSError as error:
        raise urllib.error.URLError(error) from error


def refuse_insecure(url: str) -> None:
    """Raise CorpusError unless an address is https, or http on this machine."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise CorpusError(f"{url} is not an https address: textvae fetches over https only.")


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to an address that could have been given in the first place."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        refuse_insecure(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_SecureRedirects)
