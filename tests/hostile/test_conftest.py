"""The number of cases of the long attack."""

from __future__ import annotations

import pytest
from conftest import CASES_VARIABLE, seed_count
