"""Read MATLAB v5 files: arrays of numbers, cells and structs.

scipy reads these files too, and everything else that they may hold, but a damaged file can
bring down the whole process there. This reader never looks beyond its bytes.
"""

import math
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

DEEPEST = 8  # cells in cells
MOST_ARRAYS = 500_000

# Kinds of elements of a file, and classes of arrays, by their numbers in the format.
NUMBERS = {1: "b", 2: "B", 3: "h", 4: "H", 5: "i", 6: "I", 7: "f", 9: "d", 12: "q", 13: "Q"}
MATRIX, COMPRESSED = 14, 15
CELL, STRUCT = 1, 2
CLASSES = dict(enumerate(["d", "f", "b", "B", "h", "H", "i", "I", "q", "Q"], start=6))
LOGICAL = 0x200


def read_matlab5(path: Path, check_size: Callable[[int], None]) -> dict[str, Any]:
    """Read the variables of a file: arrays, lists (cells) and dictionaries (structs).

    Parameters
    ----------
    path : Path
        A MATLAB file of version 5 to 7.
    check_size : callable
        Raises an error if so many bytes are too many.
    """
    data = path.read_bytes()
    order = "<" if data[126:128] == b"IM" else ">"
    variables = {}
    total = 0
    arrays = count(1)
    for kind, content in _elements(data[128:], order):
        if kind == COMPRESSED:
            inflater = zlib.decompressobj()
            inflated = bytearray()
            while content and not inflater.eof:
                inflated += inflater.decompress(content, 2**24)
                content = inflater.unconsumed_tail
                check_size(total + len(inflated))
            if not inflater.eof:
                raise ValueError("a compressed variable ends early")
            ((kind, content),) = _elements(bytes(inflated), order)
        total += len(content)
        check_size(total)
        if kind == MATRIX:
            name, value = _read_matrix(content, order, arrays, 0)
            variables[name] = value
    return variables


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each element."""
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            raise ValueError("it ends within an element")
        kind, length = struct.unpack_from(order + "II", data, place)
        start = place + 8
        if kind >> 16:  # a small element has its content in place of the length
            kind, length, start = kind & 0xFFFF, kind >> 16, place + 4
        if length > (4 if start == place + 4 else len(data) - start):
            raise ValueError(f"an element claims to have {length} bytes")
        yield kind, data[start : start + length]
        place = start + length
        if kind != COMPRESSED:  # the others fill up to eight bytes
            place += -place % 8


def _read_matrix(data: bytes, order: str, arrays: Iterator[int], depth: int) -> tuple[str, Any]:
    """Read an array, cell or struct -> its name and value; None if it is something else."""
    if depth > DEEPEST:
        raise ValueError(f"cells are nested deeper than {DEEPEST}")
    if next(arrays) > MOST_ARRAYS:
        raise ValueError(f"it holds more than {MOST_ARRAYS} arrays")
    if not data:
        return "", np.zeros((0, 0))
    elements = _elements(data, order)
    (flags, *_), shape, name = (_numbers(*_next(elements), order) for _ in range(3))
    kind = int(flags) & 0xFF
    size = math.prod(int(side) for side in shape)
    value: Any = None
    if (shape < 0).any() or len(shape) < 2:
        raise ValueError(f"an array claims to have shape {tuple(shape.tolist())}")
    if kind in CLASSES:
        numbers = _numbers(*_next(elements), order)
        if len(numbers) != size:
            raise ValueError(
                f"an array of shape {tuple(shape.tolist())} has {len(numbers)} numbers"
            )
        dtype = bool if int(flags) & LOGICAL else CLASSES[kind]
        value = numbers.astype(dtype).reshape(tuple(shape), order="F")
    elif kind == CELL:
        value = [_read_part(elements, order, arrays, depth) for _ in range(size)]
    elif kind == STRUCT:
        (width,) = _numbers(*_next(elements), order).tolist()
        text = _next(elements)[1]
        if width < 1:
            raise ValueError(f"names of fields have {width} characters")
        fields = [
            text[at : at + width].split(b"\0")[0].decode("ascii")
            for at in range(0, len(text), width)
        ]
        size = size if fields else 0  # nothing, as often as the file likes
        structs = [
            {field: _read_part(elements, order, arrays, depth) for field in fields}
            for _ in range(size)
        ]
        value = structs[0] if len(structs) == 1 else structs
    return bytes(name).decode("ascii"), value


def _read_part(
    elements: Iterator[tuple[int, bytes]], order: str, arrays: Iterator[int], depth: int
) -> Any:
    """Read the next entry of a cell or field of a struct."""
    kind, content = _next(elements)
    if kind != MATRIX:
        raise ValueError("a cell or struct holds what is no array")
    return _read_matrix(content, order, arrays, depth + 1)[1]


def _next(elements: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    element = next(elements, None)
    if element is None:
        raise ValueError("an array, cell or struct ends early")
    return element


def _numbers(kind: int, content: bytes, order: str) -> np.ndarray:
    if kind not in NUMBERS:
        raise ValueError(f"numbers have the unknown kind {kind}")
    return np.frombuffer(content, order + NUMBERS[kind])
