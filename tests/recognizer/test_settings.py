"""The promises of settings: they survive being kept, and users choose them by a few names."""

from __future__ import annotations

import pytest

from inknn.errors import UnknownNameError
from inknn.recognizer.settings import FEATURES, PRESETS, WEIGHTS, Settings, choose_settings


def test_settings_survive_being_kept():
    for settings in (Settings(), choose_settings(features="zoning", metric="manhattan", n_neighbors=30)):
        assert Settings.from_json(settings.to_json()) == settings


def test_nothing_chosen_is_the_default():
    assert choose_settings() == Settings()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_what_was_chosen_can_be_seen(preset, weights):
    settings = choose_settings(preset=preset, weights=weights)
    assert (settings.preset, settings.weights) == (preset, weights)


@pytest.mark.parametrize("feature", FEATURES)
def test_only_learned_features_are_reranked(feature):
    settings = choose_settings(features=feature)
    assert bool(settings.n_reranking_neighbors) == bool(settings.n_distorted) == (feature == "learned")
    assert settings.preset == "best"


def test_as_many_neighbors_are_searched_for_as_vote():
    assert choose_settings(n_neighbors=3).n_margin_neighbors == Settings().n_margin_neighbors
    assert choose_settings(n_neighbors=40).n_margin_neighbors == 40


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"preset": "bets"}, UnknownNameError, "no preset named 'bets'; did you mean best"),
        ({"features": "pixls"}, UnknownNameError, "no feature of models named 'pixls'; did you mean pixels"),
        ({"metric": "manhatan"}, UnknownNameError, "no metric of models .*did you mean manhattan"),
        ({"weights": "uniforn"}, UnknownNameError, "no weighting of votes .*did you mean uniform"),
        ({"metric": "idm"}, ValueError, "features must be 'pixels'"),
        ({"n_neighbors": 0}, ValueError, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        choose_settings(**parameters)
