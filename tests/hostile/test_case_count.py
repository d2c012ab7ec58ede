"""The number of cases of the long attack."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def attack(pytestconfig, monkeypatch):
    module = pytestconfig.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    monkeypatch.delenv(module.CASES_VARIABLE, raising=False)
    return module


class TestSeedCount:
    @pytest.mark.parametrize("marks", ["", "not slow", "not hostile"])
    def test_usual_tests_attack_a_little(self, attack, marks):
        assert attack.seed_count(modest=6, full=1000, marks=marks) == 6

    def test_the_long_attack_has_its_full_number(self, attack):
        assert attack.seed_count(modest=6, full=1000, marks="hostile") == 1000

    @pytest.mark.parametrize(("cases", "count"), [("300", 100), ("6000", 2000), ("3", 6)])
    def test_the_variable_scales_it(self, attack, monkeypatch, cases, count):
        monkeypatch.setenv(attack.CASES_VARIABLE, cases)
        assert attack.seed_count(modest=6, full=1000, marks="") == count
