"""Find the image files of paths, folders and patterns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path

from sklearn_dic.cli._files import Result
from sklearn_dic.cli._results import is_result
from sklearn_dic.images._array_files import is_zarr
from sklearn_dic.images._finding import is_image_file, list_folder
from sklearn_dic.superpixels import FileSuperpixels

_MOST_NAMED = 5  # files that were not read


@dataclass
class Found:
    """Image files, and what is no image.

    Attributes
    ----------
    paths : list of Path
        Unique files, in the order of the arguments.
    failed : list of Result
        Arguments without an image, and files whose results would replace those of another file.
    left_out : list of str
        For each argument with other files, a sentence that names them.
    """

    paths: list[Path] = field(default_factory=list)
    failed: list[Result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def find_images(arguments: Sequence[str], superpixels: object = None) -> Found:
    """Find the image files of paths, folders and patterns.

    Results of an earlier run are left out, and the superpixel files of other images. A pattern
    whose last part is not a bare ``*`` wins over the list of suffixes.

    Parameters
    ----------
    arguments : sequence of str
        Paths, folders and patterns.
    superpixels : object
        The superpixels of the estimator, which may lie in files beside the images.
    """
    found = Found()
    unique: dict[Path, Path] = {}
    for argument in arguments:
        path = Path(argument)
        others: list[Path] = []
        if path.is_dir() and not is_zarr(path):
            images, others = list_folder(path)
        elif has_magic(argument) and not path.exists():
            images, others = _match(argument)
        else:
            images = [path]
        images = [image for image in images if not is_result(image)]
        if len(images) > 1:
            images = _without_superpixels(images, superpixels)
        others = [other for other in others if not is_result(other)]
        if others:
            found.left_out.append(_describe(argument, others))
        if not images:
            found.failed.append(Result(argument, "failed", error="no images found"))
        for image in images:
            unique.setdefault(image.resolve(), image)
    by_name: dict[str, Path] = {}
    for path in unique.values():
        other = by_name.setdefault(path.stem, path)
        if other is not path:
            error = f"its results would replace those of {str(other)!r}; pass another folder"
            found.failed.append(Result(str(path), "failed", error=error))
    found.paths = list(by_name.values())
    return found


def _match(pattern: str) -> tuple[list[Path], list[Path]]:
    """Return the images that match a pattern, and the files that are left out."""
    hits = sorted(Path(hit) for hit in glob(pattern, recursive=True))
    files = [hit for hit in hits if hit.is_file() or is_zarr(hit)]
    if Path(pattern).name.strip("*"):
        return files, []
    images = [hit for hit in files if is_image_file(hit)]
    return images, [hit for hit in files if hit not in set(images)]


def _without_superpixels(images: list[Path], superpixels: object) -> list[Path]:
    """Leave out files that hold the superpixels of another image."""
    if not isinstance(superpixels, FileSuperpixels):
        return images
    theirs = {image: Path(superpixels.file_of(image)).resolve() for image in images}
    return [
        image
        for image in images
        if all(file != image.resolve() for other, file in theirs.items() if other != image)
    ]


def _describe(argument: str, others: list[Path]) -> str:
    """Name files that are not read."""
    names = [f"{other.name}/" if other.is_dir() else other.name for other in others]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{argument}: not read: {', '.join(names[:_MOST_NAMED])}{more}"
