"""Reads exports of tide.arrow/1 with nanoarrow and compares every value. Argument: the library that makes them."""

import ctypes
import gc
import sys
import warnings
from datetime import datetime, timedelta, timezone

import nanoarrow
from nanoarrow.c_array import CArray
from nanoarrow.c_schema import CSchema

# Of nanoseconds Python keeps the microseconds; the variant is compared as it is stored.
warnings.simplefilter("ignore")

PLAIN = 1
ROWS = 400
KEYS = b"\x11\x02\x00\x01\x02ab"
EPOCH = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)

library = ctypes.CDLL(sys.argv[1])
library.export_rows.argtypes = [ctypes.c_int32] + [ctypes.c_uint32] * 5 + [ctypes.c_void_p] * 2
library.frame_address.restype = library.frame_length.restype = ctypes.c_uint64


def shared(i):
    """The columns that frames of both kinds have, in row i."""
    return {
        "bool": i % 2 == 1,
        "i8": i % 100 - 3,
        "u16": i * 100,
        "i32": -i * 100000,
        "i64": i * 10**12,
        "u64": 2**63 + i,
        "f32": i / 2,
        "f64": i / 3,
        "duration": timedelta(milliseconds=i),
        "fixed": bytes([i % 256] * 5),
        "decimal": i * 12345 - 50000,
        "list": [i * 10 + k for k in range(i % 4)],
        "struct": {"x": i, "tags": [k == 0 for k in range(i % 3)]},
        "tidemill.rest": {"metadata": KEYS, "value": b"\x05x" if i % 2 else b"\x02\x01\x00\x00\x02\x0c\x07"},
    }


def row(i):
    values = shared(i) | {"text": f"text {i} é", "binary": bytes([i % 256] * (i % 4))}
    values["struct"] |= {"name": f"name {i % 7}"}
    if i % 5 == 3:
        values = dict.fromkeys(values)
    return values | {
        "tidemill.id": 2**48 + i,
        "time": EPOCH + timedelta(seconds=i),
        "key": f"key {i % 3}",
        "tidemill.ingest_time": EPOCH + timedelta(microseconds=123456),
        "source": "sensors",
    }


def constant(_):
    return shared(6) | {"key": "the key"}


def stored(array, width):
    """Values of a fixed width as their bytes: nanoarrow takes decimals for unsigned, and forgets the offset of fixed bytes."""
    validity, data = bytes(array.view().buffer(0)), bytes(array.view().buffer(1))
    places = range(array.offset, array.offset + len(array))
    return [data[width * at : width * at + width] if not validity or validity[at // 8] >> at % 8 & 1 else None for at in places]


def values_of(name, array):
    if name == "fixed":
        return stored(array, 5)
    if name == "decimal":
        return [value and int.from_bytes(value, "little", signed=True) for value in stored(array, 16)]
    return nanoarrow.Array(array).to_pylist()


def addresses(array):
    yield from (buffer for buffer in array.buffers if buffer)
    for child in array.children:
        yield from addresses(child)
    if array.dictionary is not None:
        yield from addresses(array.dictionary)


def check(constants, first, every, count, flags, rows=ROWS):
    schema = CSchema.allocate()
    array = CArray.allocate(schema)
    status = library.export_rows(constants, rows, first, every, count, flags, array._addr(), schema._addr())
    assert status == 0, status
    expected = [(constant if constants else row)(first + every * k) for k in range(count)]
    names = [child.name for child in schema.children]
    assert set(names) == set((constant if constants else row)(0)), names
    start, end = library.frame_address(), library.frame_address() + library.frame_length()
    for name, child in zip(names, array.children):
        found = values_of(name, child)
        assert found == [values[name] for values in expected], f"{constants, first, every, count, flags}: {name}: {found[:8]}"
        inside = [start <= address < end for address in addresses(child)]
        if every == 1 and count > 1 and not constants and (flags == 0 or name not in ("key", "source", "struct", "binary")):
            # Codes of the one text that all rows share, and of the one set of keys, are all that is copied.
            copied = {"tidemill.id": 1, "tidemill.ingest_time": 1, "source": 1, "tidemill.rest": 1}.get(name, 0)
            assert inside.count(False) == copied, f"{name}: {inside}"
        if flags & PLAIN and name != "tidemill.rest":
            assert child.dictionary is None
    roles = {child.name: child.metadata for child in schema.children if child.metadata is not None}
    assert dict(roles["key"].items())[b"tidemill.role"] == b"key"
    assert dict(roles["tidemill.rest"].items())[b"ARROW:extension:name"] == b"arrow.parquet.variant"
    # One child outlives the rest, and keeps the frame; of no rows nanoarrow keeps nothing.
    last = nanoarrow.Array(array.child(names.index("list")))
    del array, schema, child
    gc.collect()
    assert library.dropped() == (count == 0)
    assert last.to_pylist() == [values["list"] for values in expected]
    del last
    gc.collect()
    assert library.dropped() == 1


cases = 0
for constants in (0, 1):
    for flags in (0, PLAIN):
        for first, every, count in [(0, 1, ROWS), (0, 1, 0), (17, 1, 1), (13, 1, 200), (0, 3, 133), (8, 5, 70), (399, 1, 1)]:
            check(constants, first, every, count, flags)
            cases += 1
print(f"{cases} exports read by nanoarrow {nanoarrow.__version__}")
