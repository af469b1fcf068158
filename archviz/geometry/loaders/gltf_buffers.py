"""glTF containers, buffers and accessors (glTF 2.0 specification, 3.6 and 4)."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.raw import MAX_TEXT_BYTES, MAX_TRIANGLES

__all__ = ["GltfData", "open_gltf"]

_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass
class GltfData:
    """A glTF file's JSON object and its bytes.

    Parameters
    ----------
    tree
        The JSON object.
    binary
        The GLB's binary chunk; ``None`` where there is none.
    folder
        Where its buffers and textures lie.
    """

    tree: dict[str, Any]
    binary: bytes | None
    folder: ModelFolder
    _buffers: dict[int, bytes] = field(default_factory=dict)
    # Looked through once: every node asks for its row.
    _lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def items(self, key: str) -> list[dict[str, Any]]:
        """A list of the file: ``meshes``, ``nodes``...; empty where it is not there.

        Raises
        ------
        FileFormatError
            It is no list of objects.
        """
        if key not in self._lists:
            found = self.tree.get(key, [])
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise FileFormatError(f"glTF {key} is not a list of objects; export the file again")
            self._lists[key] = found
        return self._lists[key]

    def item(self, key: str, index: object) -> dict[str, Any]:
        """One object of a list.

        Raises
        ------
        FileFormatError
            There is no such row.
        """
        items = self.items(key)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(items):
            raise FileFormatError(f"glTF names {key} {index!r}, but there are {len(items)}; export the file again")
        return items[index]

    def view(self, index: object) -> bytes:
        """The bytes of a buffer view."""
        view = self.item("bufferViews", index)
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        return _cut(self._buffer(int(view["buffer"])), start, length, f"buffer view {index}")

    def accessor(self, index: object) -> NDArray[np.float64]:
        """(count, width) values of an accessor; normalized integers become 0 to 1 or -1 to 1.

        Raises
        ------
        FileFormatError
            It lies outside its buffer, or is of an unknown type.
        """
        accessor = self.item("accessors", index)
        dtype, width = _TYPES.get(accessor.get("componentType", 0)), _WIDTHS.get(accessor.get("type", ""))
        count = accessor.get("count")
        if dtype is None or width is None or not isinstance(count, int) or count < 0:
            raise FileFormatError(f"glTF accessor {index} has an unknown type or count; export the file again")
        if "bufferView" in accessor:
            view = self.item("bufferViews", accessor["bufferView"])
            values = _strided(
                self.view(accessor["bufferView"]),
                np.dtype(dtype),
                (count, width),
                start=int(accessor.get("byteOffset", 0)),
                stride=int(view.get("byteStride", 0)),
                what=f"accessor {index}",
            )
        elif "sparse" in accessor:
            # Zeros by the specification; a bare count would let a tiny file claim any memory.
            if count > 3 * MAX_TRIANGLES:
                raise FileFormatError(f"glTF accessor {index} claims {count} values; export the file again")
            values = np.zeros((count, width), dtype=dtype)
        else:
            raise FileFormatError(
                f"glTF accessor {index} has no data (compressed by an extension?); export without compression"
            )
        if "sparse" in accessor:
            values = self._with_sparse(values, accessor["sparse"], f"accessor {index}")
        if accessor.get("normalized") and dtype != "<f4":
            return np.maximum(values / np.iinfo(dtype).max, -1.0)
        return values.astype(np.float64)

    def _with_sparse(self, values: NDArray[Any], sparse: dict[str, Any], what: str) -> NDArray[Any]:
        count, where, new = int(sparse["count"]), sparse["indices"], sparse["values"]
        rows = _strided(
            self.view(where["bufferView"]),
            np.dtype(_TYPES[where["componentType"]]),
            (count, 1),
            start=int(where.get("byteOffset", 0)),
            stride=0,
            what=what,
        )[:, 0]
        if len(rows) and rows.max() >= len(values):
            raise FileFormatError(f"glTF {what} replaces a value that does not exist; export the file again")
        values = values.copy()
        values[rows] = _strided(
            self.view(new["bufferView"]),
            values.dtype,
            (count, values.shape[1]),
            start=int(new.get("byteOffset", 0)),
            stride=0,
            what=what,
        )
        return values

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            uri = self.item("buffers", index).get("uri")
            if uri is None:
                if self.binary is None:
                    raise FileFormatError("the file names data that it does not hold; export it again")
                self._buffers[index] = self.binary
            else:
                self._buffers[index] = self.uri_bytes(str(uri))
        return self._buffers[index]

    def uri_bytes(self, uri: str) -> bytes:
        """The bytes of a data URI or of a file beside the model."""
        if not uri.startswith("data:"):
            return self.folder.read(uri)
        head, _, body = uri.partition(",")
        try:
            return base64.b64decode(body, validate=True) if head.endswith(";base64") else body.encode("latin-1")
        except (binascii.Error, UnicodeEncodeError) as error:
            raise FileFormatError("an embedded buffer is damaged; export the file again") from error


def open_gltf(path: Path, root: Path | None = None) -> GltfData:
    """Open a GLB or glTF file whose buffers and textures may lie in ``root``, or else in its folder.

    Raises
    ------
    FileFormatError
        It is truncated, of another version, or its JSON is damaged.
    """
    data = path.read_bytes()
    binary = None
    text = data
    if data[:4] == b"glTF":
        text, binary = _chunks(data)
    if len(text) > MAX_TEXT_BYTES:
        raise FileFormatError(f"its JSON is larger than {MAX_TEXT_BYTES // 10**6} MB; export geometry as binary")
    try:
        tree = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"its JSON is damaged ({error}); export the file again") from error
    if not isinstance(tree, dict):
        raise FileFormatError("its JSON is not an object; export the file again")
    version = str(tree.get("asset", {}).get("version", "")) if isinstance(tree.get("asset"), dict) else ""
    if not version.startswith("2"):
        raise FileFormatError(f"glTF version {version or 'missing'!r} cannot be read; export glTF 2.0")
    return GltfData(tree, binary, ModelFolder(path.parent, root))


def _chunks(data: bytes) -> tuple[bytes, bytes | None]:
    if len(data) < 20:
        raise FileFormatError(f"the GLB file ends after {len(data)} bytes; copy or export it again")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise FileFormatError(f"GLB version {version} cannot be read; export glTF 2.0")
    if length > len(data):
        raise FileFormatError(f"the GLB file is cut off: {len(data)} of {length} bytes; copy or export it again")
    json_chunk, binary, start = None, None, 12
    while start + 8 <= length:
        size, kind = struct.unpack_from("<I4s", data, start)
        chunk = _cut(data, start + 8, size, "a chunk")
        if kind == b"JSON" and json_chunk is None:
            json_chunk = chunk
        elif kind == b"BIN\0" and binary is None:
            binary = chunk
        start += 8 + size + (-size % 4)
    if json_chunk is None:
        raise FileFormatError("the GLB file has no JSON chunk; export it again")
    return json_chunk, binary


def _cut(data: bytes, start: int, length: int, what: str) -> bytes:
    if start < 0 or length < 0 or start + length > len(data):
        raise FileFormatError(f"glTF {what} lies outside the file's data; the file is cut off or damaged")
    return data[start : start + length]


def _strided(
    data: bytes, dtype: np.dtype[Any], shape: tuple[int, int], *, start: int, stride: int, what: str
) -> NDArray[Any]:
    count, width = shape
    row = dtype.itemsize * width
    stride = stride or row
    needed = (count - 1) * stride + row if count else 0
    if stride < row or start < 0 or start + needed > len(data):
        raise FileFormatError(f"glTF {what} lies outside its buffer view; the file is cut off or damaged")
    if not count:
        return np.empty(shape, dtype)
    raw = np.frombuffer(data, np.uint8, count=needed, offset=start)
    rows = np.lib.stride_tricks.as_strided(raw, (count, row), (stride, 1), writeable=False)
    return np.ascontiguousarray(rows).view(dtype).reshape(shape)
