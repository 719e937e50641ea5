"""Download a file in pieces; needs requests, which comes with pooch."""

import errno
import os
import shutil
import time
from pathlib import Path
from typing import Any

import requests
import urllib3
from tqdm.auto import tqdm

_CHUNK = 2**18
_SECONDS_OF_SILENCE = 30
# The archive and the unpacked folder, of about the same size.
_DISK_FACTOR = 2.1


class ResumingDownloader:
    """A downloader for pooch that resumes interrupted downloads.

    Parameters
    ----------
    part : Path
        File of the received part until it is complete. It is kept after failures and Ctrl-C.
    n_retries : int
        Number of retries in a row that receive nothing.
    delay : float
        Seconds before each retry.
    progressbar : bool
        Whether to show a progress bar of the received bytes.
    """

    def __init__(self, part: Path, *, n_retries: int, delay: float, progressbar: bool) -> None:
        self.part = part
        self.n_retries = n_retries
        self.delay = delay
        self.progressbar = progressbar

    def __call__(self, url: str, output_file: str | os.PathLike, pooch: Any = None) -> None:
        """Download a file.

        Raises
        ------
        ConnectionError
            If the server cannot be reached, has no such file, or fails repeatedly.
        OSError
            If the disk has too little space.
        """
        failures = largest = 0
        while True:
            try:
                self._receive_rest(url)
                break
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                failures = 0 if self._n_received > largest else failures + 1
                largest = max(largest, self._n_received)
                if failures > self.n_retries or not _is_temporary(error):
                    raise ConnectionError(self._describe(url, error)) from error
                time.sleep(self.delay)
        os.replace(self.part, output_file)

    @property
    def _n_received(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _receive_rest(self, url: str) -> None:
        """Receive the rest of the file; a server without range requests sends all of it."""
        start = self._n_received
        # Some servers declare an archive as gzip-encoded; decoding would change the file.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with requests.get(
            url, headers=headers, stream=True, timeout=_SECONDS_OF_SILENCE
        ) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                if response.headers.get("Content-Range", "").endswith(f"/{start}"):
                    return
                self.part.unlink()
                raise requests.ConnectionError("the part that was received is not of this file")
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                start = 0
            length = response.headers.get("Content-Length")
            total = start + int(length) if length else None
            self._check_room(start, total)
            with (
                open(self.part, "ab" if start else "wb") as file,
                tqdm(
                    desc="download",
                    initial=start,
                    total=total,
                    unit="B",
                    unit_scale=True,
                    disable=not self.progressbar,
                ) as bar,
            ):
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    bar.update(file.write(chunk))
        if total is not None and self._n_received < total:
            raise requests.ConnectionError("the connection was cut")

    def _check_room(self, start: int, total: int | None) -> None:
        needed = _DISK_FACTOR * (total or 0) - start
        free = shutil.disk_usage(self.part.parent).free
        if free < needed:
            raise OSError(
                errno.ENOSPC,
                f"about {needed / 1e6:.0f} MB are needed on the disk of {str(self.part.parent)!r}, "
                f"and {free / 1e6:.0f} MB are free",
            )

    def _describe(self, url: str, error: Exception) -> str:
        kept = ""
        if self._n_received:
            kept = f" The {self._n_received / 1e6:.1f} MB that came are kept: call again to go on."
        return f"{url} could not be downloaded: {error}.{kept}"


def _is_temporary(error: Exception) -> bool:
    """Whether a retry can help; not for a wrong address or a missing file."""
    response = getattr(error, "response", None)
    if response is None:
        return not isinstance(error, ValueError)
    return response.status_code >= 500 or response.status_code in {408, 429}
