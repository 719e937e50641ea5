"""Unpack an archive that may be malicious or damaged."""

import tarfile
import tempfile
import zlib
from pathlib import Path


def unpack(archive: Path, member: str, target: Path) -> None:
    """Unpack a tar archive and move a folder of it to its place.

    Parameters
    ----------
    archive : Path
        The archive, compressed or not.
    member : str
        Path of the folder in the archive.
    target : Path
        New path of the folder. It appears only when the folder is complete.

    Raises
    ------
    ValueError
        If the archive is damaged, has no such folder, or holds a link, a device or a
        name that leaves the folder.
    """
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=target.parent) as temporary:
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(temporary, filter=_refuse_all_but_files)
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise ValueError(f"the archive {str(archive)!r} is refused: {error}") from error
        folder = Path(temporary) / member
        if not folder.is_dir():
            raise ValueError(f"the archive {str(archive)!r} has no folder {member!r}")
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():  # otherwise another process was faster
                raise


def _refuse_all_but_files(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    if not (member.isfile() or member.isdir()):
        raise tarfile.TarError(f"{member.name!r} is neither a file nor a folder")
    return tarfile.data_filter(member, folder)
