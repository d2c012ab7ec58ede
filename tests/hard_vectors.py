"""References and queries on which a search by lower bounds could go wrong."""

from __future__ import annotations

import numpy as np


def decaying(count, dims, dtype=np.float32, seed=0):
    """Vectors whose variance lies in few directions, none of them an axis."""
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(count, dims)) * np.exp(-np.arange(dims) / 9)
    turned = mixed @ np.linalg.qr(np.random.default_rng(99).normal(size=(dims, dims)))[0]
    return np.uint8(np.clip(turned * 40 + 128, 0, 255)) if dtype == np.uint8 else turned.astype(dtype)


REFERENCES = decaying(1300, 120, np.float64)
CASES = {
    "plain": (REFERENCES, REFERENCES[:40] + 0.01),
    "float32": (REFERENCES.astype(np.float32), REFERENCES[:40].astype(np.float32)),
    "bytes": (decaying(1300, 120, np.uint8), decaying(40, 120, np.uint8, 1)),
    "flat bytes": (
        np.random.default_rng(1).integers(0, 256, (1100, 300), dtype=np.uint8),
        np.random.default_rng(2).integers(0, 256, (30, 300), dtype=np.uint8),
    ),
    "flat": (decaying(1500, 30), np.random.default_rng(2).normal(size=(30, 30)).astype(np.float32)),
    "offset": (REFERENCES + 1e9, REFERENCES[:40] + 1e9),
    "offset in float32": ((REFERENCES + 1e6).astype(np.float32), (REFERENCES[:40] + 1e6).astype(np.float32)),
    "tiny": (REFERENCES * 1e-30, REFERENCES[:40] * 1.001e-30),
    "tiny beyond float32": (REFERENCES * 1e-140, REFERENCES[:40] * 1.001e-140),
    "so tiny that squares vanish": (REFERENCES * 1e-165, REFERENCES[:40] * 1.001e-165),
    "so tiny that squares lose digits": (REFERENCES * 1e-158, REFERENCES[:40] * 1.001e-158),
    "huge": (REFERENCES * 1e30, REFERENCES[:40] * 1.001e30),
    "huge beyond float32": (REFERENCES * 1e150, REFERENCES[:40] * 1.001e150),
    "all five times": (np.repeat(REFERENCES[:500], 5, axis=0), REFERENCES[:40]),
    "all the same": (np.ones((2000, 50)), np.ones((30, 50))),
    "constant columns": (np.where(np.arange(120) < 20, REFERENCES, 3.0), REFERENCES[:30]),
    "one outlier": (np.where(np.arange(1300)[:, None] == 7, 1e12, REFERENCES), REFERENCES[:30]),
    "an outlier the sample misses": (
        np.where(np.arange(9000)[:, None] == 7, 1e30, np.tile(REFERENCES, (7, 1))[:9000]),
        REFERENCES[:6],
    ),
    "far queries": (REFERENCES, REFERENCES[:30] * 1e20),
    "two dimensions": (decaying(3000, 2), decaying(50, 2, seed=3)),
    "nearly equal": (1 + REFERENCES.astype(np.float32) * np.float32(1e-6), np.ones((30, 120), np.float32)),
}
"""References and queries, by what is hard about them."""
