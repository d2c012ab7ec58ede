"""An audit as one HTML page to go through by eye."""

from __future__ import annotations

from ..audit import Audit
from .audit_tables import audit_summary, label_table, place_of
from .rendering import render

__all__ = ["audit_page"]


def audit_page(audit: Audit, limit: int = 40) -> str:
    """The page, HTML.

    Parameters
    ----------
    audit : Audit
    limit : int
        Findings of each kind, at most.

    Returns
    -------
    str
        Complete, with its styles and pictures.
    """
    copies = [("Copies", audit.digits, audit.copies)]
    if audit.against is not None:
        copies.append((f"Copies in {audit.against.name}", audit.against, audit.copies_against))
    return render(
        "audit.html.j2",
        audit=audit,
        digits=audit.digits,
        limit=limit,
        summary=_summary(audit),
        copies=copies,
        misleading=audit.influence.worst().tolist(),
        labels=label_table(audit),
        place_of=place_of,
    )


def _summary(audit: Audit) -> list[tuple[str, str, str, str, str]]:
    """The figures to begin with: figure, unit, title, details, and whether it is about right or wrong."""
    details = dict(audit_summary(audit))
    exact = sum(pair.exact for pair in audit.copies)
    return [
        (f"{audit.n_contradicted():,}", "", "labels contradicted", details["labels"], "wrong"),
        (f"{len(audit.probable()):,}", "", "labels probably wrong", details["suspects"], "wrong"),
        (f"{exact:,}", "", "exact copies", details["copies"], "right"),
        (f"{len(audit.influence.worst()):,}", "", "digits that mislead", details["influence"], "right"),
    ]
