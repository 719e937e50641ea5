"""Read MATLAB v5 files: arrays of numbers, cells and structs.

scipy also reads these files, but a damaged file can crash the whole process there. This
reader never reads beyond the bytes of the file.
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

# Types of elements in a file, and classes of arrays, by their numbers in the format.
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
        Raises an error if the number of bytes is too large.
    """
    data = path.read_bytes()
    order = "<" if data[126:128] == b"IM" else ">"
    variables = {}
    total = 0
    arrays = count(1)
    for element_type, content in _elements(data[128:], order):
        if element_type == COMPRESSED:
            inflater = zlib.decompressobj()
            inflated = bytearray()
            while content and not inflater.eof:
                inflated += inflater.decompress(content, 2**24)
                content = inflater.unconsumed_tail
                check_size(total + len(inflated))
            if not inflater.eof:
                raise ValueError("a compressed variable ends early")
            ((element_type, content),) = _elements(bytes(inflated), order)
        total += len(content)
        check_size(total)
        if element_type == MATRIX:
            name, value = _read_matrix(content, order, arrays, 0)
            variables[name] = value
    return variables


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each element."""
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            raise ValueError("it ends within an element")
        element_type, length = struct.unpack_from(order + "II", data, place)
        start = place + 8
        if element_type >> 16:  # a small element has its content in place of the length
            element_type, length, start = element_type & 0xFFFF, element_type >> 16, place + 4
        if length > (4 if start == place + 4 else len(data) - start):
            raise ValueError(f"an element claims to have {length} bytes")
        yield element_type, data[start : start + length]
        place = start + length
        if element_type != COMPRESSED:  # the others fill up to eight bytes
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
    array_class = int(flags) & 0xFF
    size = math.prod(int(side) for side in shape)
    value: Any = None
    if (shape < 0).any() or len(shape) < 2:
        raise ValueError(f"an array claims to have shape {tuple(shape.tolist())}")
    if array_class in CLASSES:
        numbers = _numbers(*_next(elements), order)
        if len(numbers) != size:
            raise ValueError(
                f"an array of shape {tuple(shape.tolist())} has {len(numbers)} numbers"
            )
        dtype = bool if int(flags) & LOGICAL else CLASSES[array_class]
        value = numbers.astype(dtype).reshape(tuple(shape), order="F")
    elif array_class == CELL:
        value = [_read_part(elements, order, arrays, depth) for _ in range(size)]
    elif array_class == STRUCT:
        (width,) = _numbers(*_next(elements), order).tolist()
        text = _next(elements)[1]
        if width < 1:
            raise ValueError(f"names of fields have {width} characters")
        fields = [
            text[at : at + width].split(b"\0")[0].decode("ascii")
            for at in range(0, len(text), width)
        ]
        size = size if fields else 0  # an empty struct may claim any size
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
    element_type, content = _next(elements)
    if element_type != MATRIX:
        raise ValueError("a cell or struct holds an element that is not an array")
    return _read_matrix(content, order, arrays, depth + 1)[1]


def _next(elements: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    element = next(elements, None)
    if element is None:
        raise ValueError("an array, cell or struct ends early")
    return element


def _numbers(element_type: int, content: bytes, order: str) -> np.ndarray:
    if element_type not in NUMBERS:
        raise ValueError(f"numbers have the unknown type {element_type}")
    return np.frombuffer(content, order + NUMBERS[element_type])
