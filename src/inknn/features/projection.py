"""A metric learned in closed form: principal components, within-class whitening, discriminant scaling.

The distance between two vectors should depend on what distinguishes digits, and hardly on what distinguishes
two writers of the same digit. All of it is computed from covariances, without iteration:

1. keep the ``n_components`` directions in which the whole set varies most;
2. there, take the covariance of each vector's difference from its class mean, add that of differences
   known to mean nothing (a digit from its deformed self), blend it with a multiple of the identity (Ledoit &
   Wolf's shrinkage, with a fixed share), and divide by its square root;
3. scale up the directions in which the nearest vectors of *other* classes differ
   (:meth:`Projection.scaled_by`);
4. bring the lengths of the vectors half-way to one, so that the amount of ink and contrast counts for less.

The Euclidean distance after steps 1 and 2 is a Mahalanobis distance with the pooled within-class
covariance: the metric behind Fisher's linear discriminant, here for nearest neighbors. Step 3 uses the
boundary between classes instead of their means, as nonparametric discriminant analysis does (Fukunaga &
Mantock, 1983; Hastie & Tibshirani, "Discriminant adaptive nearest neighbor classification", 1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Projection", "fit_projection"]

_CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A linear map ``z = (x − mean) · components``, then ``z / |z|^length_normalization``: fewer dimensions.

    Attributes
    ----------
    mean : float32 or float64 (D,)
    components : float32 or float64 (D, d)
    length_normalization : float
        0 leaves lengths as they are, 1 makes them all one.
    """

    mean: NDArray[np.floating[Any]]
    components: NDArray[np.floating[Any]]
    length_normalization: float = 0.0

    def apply(self, features: NDArray[np.floating[Any]]) -> NDArray[Any]:
        """Project ``(n, D)`` to ``(n, d)``, in the type of the components."""
        dtype = self.components.dtype
        features = np.asarray(features, dtype=dtype)
        projected = np.empty((len(features), self.components.shape[1]), dtype=dtype)
        for start in range(0, len(features), _CHUNK):
            chunk = (features[start : start + _CHUNK] - self.mean) @ self.components
            if self.length_normalization:
                length = np.sqrt(np.einsum("ij,ij->i", chunk, chunk))
                chunk /= (length**self.length_normalization + dtype.type(1e-9))[:, None]
            projected[start : start + _CHUNK] = chunk
        return projected

    def scaled_by(self, differences: NDArray[np.float32], power: float) -> Projection:
        """The projection, scaled up along the directions in which differences are large.

        Parameters
        ----------
        differences : float32 (n, d)
            Between projected vectors: from some to their nearest of another class.
        power : float
            A direction with r times the mean square difference grows by r to this power.

        Returns
        -------
        Projection
            The same one where there are no differences.
        """
        scatter = (differences.T @ differences).astype(np.float64)
        if not np.trace(scatter) > 0:
            return self
        sizes, directions = np.linalg.eigh(scatter)
        factors = (np.maximum(sizes, 0) / sizes.mean()) ** power
        components = self.components @ ((directions * factors) @ directions.T)
        return replace(self, components=np.ascontiguousarray(components, dtype=self.components.dtype))


def fit_projection(
    features: NDArray[np.floating[Any]],
    labels: NDArray[np.integer],
    *,
    n_components: int = 128,
    shrinkage: float = 0.2,
    whiten: bool = True,
    invariances: Sequence[NDArray[np.float32]] = (),
    length_normalization: float = 0.5,
) -> Projection:
    """Learn the projection from labeled vectors.

    Parameters
    ----------
    features : float32 or float64 (n, D)
        At least one vector. Most of the work is done in this type: float32 takes half the time.
    labels : int (n,)
        Class of each.
    n_components : int
        Dimensions to keep; fewer are kept where the vectors span fewer.
    shrinkage : float
        Share of the scaled identity in the within-class covariance, 0 to 1.
    whiten : bool
        False stops after the principal components.
    invariances : sequence of float32 (m, D)
        Differences that mean nothing, by kind; the mean square of each kind joins the covariance.
    length_normalization : float
        How far to bring the lengths of projected vectors to one, 0 to 1.

    Returns
    -------
    Projection
        ``d = min(n_components, rank)``, and at least one.

    Raises
    ------
    ValueError
        If shapes don't match or a setting is out of range.
    """
    from threadpoolctl import threadpool_limits  # searches all loaded libraries, which reading need not do

    features = np.asarray(features)
    if features.dtype != np.float64:
        features = features.astype(np.float32, copy=False)
    labels = np.asarray(labels)
    if features.ndim != 2 or len(features) == 0 or labels.shape != (len(features),):
        raise ValueError(
            f"features must be (n, D) and labels (n,), n ≥ 1, got {features.shape} and {labels.shape}"
        )
    if n_components < 1 or not 0 <= shrinkage <= 1 or not 0 <= length_normalization <= 1:
        raise ValueError(
            "n_components must be at least 1, shrinkage and length_normalization between 0 and 1"
        )
    # On one thread the result doesn't depend on the number of threads, and a busy machine, where threads wait
    # for each other, can't turn a second's work into ten.
    with threadpool_limits(1, user_api="blas"):
        mean = features.mean(axis=0, dtype=np.float64).astype(features.dtype)
        total, within = _covariances(features, labels, mean)
        for invariance in invariances:
            within += invariance.T @ invariance / max(1, len(invariance))
        components = _principal(total, n_components)
        if whiten:
            components = components @ _inverse_root(components.T @ within @ components, shrinkage)
    return Projection(mean, np.ascontiguousarray(components, dtype=features.dtype), length_normalization)


def _covariances(
    features: NDArray[np.floating[Any]], labels: NDArray[np.integer], mean: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Covariance of all vectors, and of their differences from their class means; float64 (D, D)."""
    count, length = features.shape
    classes, codes = np.unique(labels, return_inverse=True)
    scatter = np.zeros((length, length))
    sums = np.zeros((len(classes), length))
    members = np.bincount(codes, minlength=len(classes)).astype(np.float64)
    for start in range(0, count, _CHUNK):
        # Products in the type of the features, sums of chunks in float64.
        chunk = features[start : start + _CHUNK] - mean
        scatter += chunk.T @ chunk
        one_hot = (codes[start : start + _CHUNK] == np.arange(len(classes))[:, None]).astype(chunk.dtype)
        sums += one_hot @ chunk
    center = sums.sum(axis=0) / count
    total = scatter / count - np.outer(center, center)
    within = (scatter - (sums / members[:, None]).T @ sums) / count
    return total, within


def _principal(covariance: NDArray[np.float64], n_components: int) -> NDArray[np.float64]:
    """Directions of largest variance, (D, d), largest first; each one's largest entry is positive."""
    variances, directions = np.linalg.eigh(covariance)
    variances, directions = variances[::-1], directions[:, ::-1]
    # float32 products leave about 1e-7 of the largest variance as noise where there is none.
    rank = int((variances > 1e-6 * variances[0]).sum())
    directions = directions[:, : max(1, min(n_components, rank))]
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.sign(directions[largest, np.arange(directions.shape[1])])


def _inverse_root(covariance: NDArray[np.float64], shrinkage: float) -> NDArray[np.float64]:
    """Symmetric inverse square root of the shrunk covariance.

    The identity where there is nothing to whiten: every class has one member, or all members are equal.
    """
    size = len(covariance)
    scale = np.trace(covariance) / size
    variances, directions = np.linalg.eigh((covariance + covariance.T) / 2)
    variances = (1 - shrinkage) * variances + shrinkage * scale
    smallest = max(1e-6 * variances[-1], 1e-12)
    if variances[-1] <= 1e-12:
        return np.eye(size)
    return (directions / np.sqrt(np.maximum(variances, smallest))) @ directions.T
