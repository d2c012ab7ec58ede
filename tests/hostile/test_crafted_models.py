"""Model files that were crafted, with right checksums, are refused in one line or used; none does harm.

A model that was fitted to a few digits is changed in its arrays, its settings, its header or its bytes.
"""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from inknn.memory import Model, read_arrays, write_arrays
from inknn.memory.container import _padded
from inknn.recognizer import FORMAT, Settings, choose_settings

JUNK = (
    *(None, True, 0, -1, 1, 0.5, 2**31, 2**63, 10**30, 1e308, float("inf"), float("nan"), "", "euclidean"),
    *("tangent", "pixels", "learned", "\ud800", [], {}, [[]], [{"points": 1}], "x" * 5000),
)
NUMBERS = (np.nan, np.inf, -np.inf, 0, -1, 1, 255, 1e30, -1e30, 2.0**62, 1e-300)
TYPES = ("<f4", "<f8", "|u1", "<i8", "<u4", "|b1", "<f2", "<i2", "<u8", "|i1")


@pytest.fixture(scope="session")
def models(tmp_path_factory, train_digits):
    """Three models of few digits: of the usual kind, of features that nothing is learned for, with text."""
    folder = tmp_path_factory.mktemp("models")
    images, labels = (each[:100] for each in train_digits)
    for name, settings, names in (
        ("learned", Settings(n_components=8), labels),
        ("zoning", choose_settings(features="zoning"), labels),
        ("text", choose_settings(features="pixels", metric="cosine"), labels.astype(str)),
    ):
        Model.fit(images, names, settings, n_threads=1).save(folder / name)
    Image.fromarray(255 - images[1]).resize((84, 84)).save(folder / "digit.png")
    return folder


def crafted(whole: bytes, seed: int, path) -> None:
    """Write a model to ``path`` that is like another one, but for a few things."""
    chance = np.random.default_rng(seed)
    way = seed % 4
    if way == 3:
        path.write_bytes(_with_other_bytes(whole, chance))
        return
    path.write_bytes(whole)
    arrays = dict(read_arrays(path, kind="model", version=FORMAT))
    if way == 0:
        settings = _other_settings(json.loads(bytes(arrays["settings"])), chance)
        arrays["settings"] = np.frombuffer(settings, np.uint8)
    for _ in range(chance.integers(1, 4) if way else 0):
        _change_array(arrays, chance)
    path.unlink()
    write_arrays(path, arrays, kind="model", version=FORMAT)
    if way == 2:
        path.write_bytes(_with_other_header(path.read_bytes(), chance))


def _other_settings(settings, chance) -> bytes:
    places = [settings, settings["gradient"], settings["gradient"]["grids"][0]]
    for _ in range(chance.integers(1, 3)):
        place = places[chance.integers(3)]
        name = list(place)[chance.integers(len(place))]
        if chance.random() < 0.2:
            del place[name]
        else:
            place[name] = JUNK[chance.integers(len(JUNK))]
    way = chance.random()
    if way < 0.05:
        return b"[" * 20_000
    return json.dumps(settings if way < 0.95 else JUNK[chance.integers(len(JUNK))]).encode()


def _change_array(arrays, chance) -> None:
    name = list(arrays)[chance.integers(len(arrays))]
    array = np.array(arrays[name])
    way = chance.integers(7)
    with np.errstate(all="ignore"):
        if way == 0:
            del arrays[name]
        elif way == 1:
            arrays[name] = array.astype(TYPES[chance.integers(len(TYPES))])
        elif way == 2:
            arrays[name] = array.reshape(-1)[: chance.integers(array.size + 1)]
        elif way == 3:
            arrays[name] = array.reshape([(-1,), (1, -1), (-1, 1), (-1, 1, 1)][chance.integers(4)])
        elif way == 4 and array.size:
            flat = array.reshape(-1)
            some = chance.integers(flat.size, size=chance.integers(1, 9))
            flat[some] = np.array(NUMBERS[chance.integers(len(NUMBERS))]).astype(array.dtype)
            arrays[name] = array
        elif way == 5:
            arrays[name] = np.concatenate([array, array]) if array.ndim else array.reshape(1)
        else:
            other = list(arrays)[chance.integers(len(arrays))]
            arrays[name], arrays[other] = arrays[other], arrays[name]


def _with_other_header(whole: bytes, chance) -> bytes:
    length = struct.unpack_from("<8sIIQ", whole)[2]
    body = whole[_padded(28 + length) :]
    described = json.loads(whole[28 : 28 + length])
    junk = JUNK[chance.integers(len(JUNK))]
    entry = described["arrays"][chance.integers(len(described["arrays"]))]
    field = ("name", "dtype", "shape", "offset")[chance.integers(4)]
    if chance.random() < 0.2:
        described[("kind", "version", "arrays", "blocks")[chance.integers(4)]] = junk
    elif field == "dtype":
        entry[field] = (*TYPES, "O", "V8", ">f4", "f4,f4", "(3,)f4", "M8[s]", "<U9")[chance.integers(17)]
    elif field == "shape":
        entry[field] = [int(n) for n in chance.integers(-1, 70, size=chance.integers(4))]
    elif field == "offset":
        entry[field] = int(chance.integers(-64, len(body) + 64))
    else:
        entry[field] = junk
    header = json.dumps(described).encode()
    start = _padded(28 + len(header))
    prefix = struct.pack("<8sIIQ", b"\x93inknn\r\n", 1, len(header), start + len(body))
    return (prefix + struct.pack("<I", zlib.crc32(header, zlib.crc32(prefix))) + header).ljust(
        start, b"\0"
    ) + body


def _with_other_bytes(whole: bytes, chance) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.integers(1, 20)):
        data[chance.integers(len(data) if chance.random() < 0.5 else 64)] = chance.integers(256)
    return bytes(data[: chance.integers(len(data))] if chance.random() < 0.3 else data)


@pytest.mark.hostile(modest=20, full=1000)
def test_a_crafted_model_is_refused_or_predicts(seeds, models, command, tmp_path):
    originals = [(models / name).read_bytes() for name in ("learned", "zoning", "text")]
    for seed in seeds:
        crafted(originals[seed // 4 % 3], seed, tmp_path / "model")
        if seed % 2:
            words = ("predict", "model", models / "digit.png")
        else:
            words = ("read", "--model", "model", models / "digit.png")
        done = command(*words, cwd=tmp_path).check(0, 4)
        assert bool(done.stdout) == (done.code == 0), seed


def test_the_models_themselves_predict(models, command):
    for name in ("learned", "zoning", "text"):
        done = command("predict", name, "digit.png", cwd=models).check(0)
        assert done.stdout.startswith(b"digit.png\t")
