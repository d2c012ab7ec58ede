"""How far sums in float32 may be off: the proof behind the filters of this room.

Let u = 2⁻²⁴. A float32 sum of d products of a and b, in any order, with or without fused multiply-add, is
off by at most ``g Σ|aᵢ bᵢ|``, g = d u / (1 − d u) (Higham, "Accuracy and stability of numerical algorithms",
2002, section 3.1). With N = |q|² and M = |r|²,

``|q − r|² = N + M − 2 q·r ≥ (1 − g)(N + M) − 2 fl(q·r)``, since ``2 Σ|qᵢ rᵢ| ≤ N + M``,

and rounding ``fl(M' − 2 fl(q·r))`` costs less than 4u(N + M) more. So with e = g + 8u,

``(1 − e) M − 2 q·r > kth − (1 − e) N`` **proves that the reference is too far** to be among the k nearest.

Sums of squared differences need less: they are off by less than a factor 1 + e. The 8 leaves room for the
float64 roundings on the way. Underflow adds less than d times the smallest float32. Norms beyond ``HUGE``,
infinities and NaN are never filtered; a distance that is NaN counts as infinite.

float64 vectors are rounded to float32 first, perhaps less a center and times a power of two. Each number is
then off by at most u' = u(1 + 2⁻²⁷) of itself, and the distance of two vectors by u'(|q| + |r|). So the
square of the exact distance is at least that of the rounded one, less ``2u'(|q| + |r|)² ≤ 4u'(N + M)``:
e + 5u serves instead of e.

The twin is ``_native/kernels/rounding.hpp``.
"""

from __future__ import annotations

__all__ = ["HUGE", "UNIT", "relative_error", "underflow"]

UNIT = 2.0**-24
HUGE = 1e36
"""Squared norms beyond this could overflow float32 on the way."""


def relative_error(dims: int, *, rounded: bool = False) -> float:
    """e of the proof, for sums of so many products of float32 numbers, or of float64 numbers rounded."""
    return dims * UNIT / (1 - dims * UNIT) + (13 if rounded else 8) * UNIT


def underflow(dims: int) -> float:
    """What underflow may add to a sum of so many products."""
    return (2 * dims + 8) * 1.5e-45
