"""What is wrong with a labeled set: wrong labels, copies, digits that mislead, and pictures of nothing.

Every digit is compared with all the others, in the metric that the recognizer learns from the set. Editing
(Wilson, "Asymptotic properties of nearest neighbor rules using edited data", 1972) would drop all digits
that their neighbors contradict. Neighbors also contradict digits that are odd but right, so here

- ``label_noise`` estimates how probable it is that a label is wrong,
- ``duplicates`` finds pictures that are in the set twice,
- ``influence`` counts what each digit does to the answers about the others.

``inspection`` runs them; ``findings`` holds what they find.

The metric has seen the labels it is to judge. That does no harm: tested with labels made wrong on purpose, a
metric learned without the digits in question finds no more of them.
"""

from __future__ import annotations

from .duplicates import Copies
from .findings import Audit, Odd, Suspect
from .inspection import audit, audit_data

__all__ = ["Audit", "Copies", "Odd", "Suspect", "audit", "audit_data"]
