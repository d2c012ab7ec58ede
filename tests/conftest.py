"""What all tests share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine is no bug: no test fails because it was slow.
settings.register_profile("inknn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("inknn")
