"""The promises of the features by name: transformers that describe digits by what their names promise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline

from inknn.estimators.registry import FEATURES, feature
from inknn.estimators.transformers import DigitFeatures

EVERY = pytest.mark.parametrize("line", FEATURES.values(), ids=FEATURES)


@pytest.fixture(scope="module")
def digits(train_digits):
    return train_digits[0][:300], train_digits[1][:300]


# Part of 1,000 digits that a vote of 15 neighbors among 2,000 names right. The digits are fixed, so only
# rounding can change votes: fewer than 15 of 1,000, which is less than a mistake in a feature would cost.
# With shuffled labels the same vote names 0.08 to 0.20 right.
ACCURACY = {
    "pixels": 0.890,
    "gradient": 0.980,
    "moments": 0.632,
    "hu": 0.448,
    "ink": 0.283,
    "topology": 0.243,
    "crossings": 0.843,
    "profiles": 0.755,
    "zoning": 0.877,
    "contour": 0.791,
    "pca": 0.864,
    "whitening": 0.870,
}


def made(line, **parameters):
    return feature(line.name, **({} if line.takes_digits else {"n_components": 10}), **parameters)


def drawn(*rows):
    """A picture of ink (#) and paper, at the top left of 28 × 28."""
    image = np.zeros((1, 28, 28), np.uint8)
    for y, row in enumerate(rows):
        image[0, y, : len(row)] = [255 * (each == "#") for each in row]
    return image


RING = drawn("", " #####", " #   #", " #   #", " #####")


@EVERY
class TestEveryFeature:
    def test_gives_one_row_of_numbers_for_each_digit(self, line, digits):
        X, y = digits[0].reshape(-1, 784), digits[1]
        transformer = made(line).fit(X, y)
        found = transformer.transform(X)
        assert found.shape == (300, len(transformer.get_feature_names_out()))
        assert len(set(transformer.get_feature_names_out())) == found.shape[1]
        assert found.dtype.kind == "f"
        assert np.isfinite(found).all()
        assert (found.std(axis=0) > 0).any()

    def test_describes_each_digit_by_itself(self, line, digits):
        X, y = digits[0].reshape(-1, 784), digits[1]
        transformer = made(line).fit(X, y)
        together = transformer.transform(X)
        np.testing.assert_allclose(transformer.transform(X[7:9]), together[7:9], atol=1e-2, rtol=1e-4)

    def test_square_digits_are_the_same_as_flat_ones(self, line, digits):
        if line.takes_digits:
            square, flat = digits[0][:9], digits[0][:9].reshape(-1, 784)
            np.testing.assert_array_equal(made(line).fit_transform(square), made(line).fit_transform(flat))

    def test_blank_and_full_pictures_have_finite_features(self, line, digits):
        odd = np.stack([np.full(784, 0), np.full(784, 255)]).astype(np.uint8)
        transformer = made(line).fit(digits[0].reshape(-1, 784), digits[1])
        found = transformer.transform(odd)
        assert np.isfinite(found).all()
        if line.takes_digits:
            assert (found[0] == 0).all()

    def test_can_be_cloned_and_put_before_a_classifier(self, line, digits):
        X, y = digits[0].reshape(-1, 784), digits[1]
        pipeline = make_pipeline(clone(made(line)), KNeighborsClassifier(3)).fit(X[:250], y[:250])
        assert pipeline.predict(X[250:]).shape == (50,)

    def test_tells_digits_apart_as_well_as_it_did_when_it_was_written(self, line, train_digits):
        X, y = train_digits[0].reshape(-1, 784), train_digits[1]
        pipeline = make_pipeline(made(line), KNeighborsClassifier(15)).fit(X[:2000], y[:2000])
        assert pipeline.score(X[2000:], y[2000:]) == pytest.approx(ACCURACY[line.name], abs=0.015)

    def test_refuses_what_is_no_digit(self, line):
        if line.takes_digits:
            with pytest.raises(ValueError, match=r"\(n, 28, 28\) or \(n, 784\)"):
                made(line).fit(np.zeros((3, 100), np.uint8))


def test_an_unknown_name_is_refused_with_the_most_similar_one():
    with pytest.raises(ValueError, match="no feature named 'zonning'; did you mean zoning"):
        feature("zonning")
    with pytest.raises(ValueError, match="kind must be one of pixels"):
        DigitFeatures("shoe size").fit(np.zeros((1, 784), np.uint8))


def test_features_can_be_joined_and_tell_digits_apart(train_digits):
    X, y = train_digits[0][:1500].reshape(-1, 784), train_digits[1][:1500]
    names = ("zoning", "topology", "gradient")
    union = FeatureUnion([(name, feature(name)) for name in names])
    pipeline = make_pipeline(union, feature("whitening", n_components=60), KNeighborsClassifier(3))
    assert pipeline.fit(X[:1200], y[:1200]).score(X[1200:], y[1200:]) > 0.92
    assert "zoning__zone_3_4" in union.get_feature_names_out()


class TestTopology:
    @pytest.mark.parametrize(
        ("picture", "pieces", "holes"),
        [
            (drawn(""), 0, 0),
            (drawn("###"), 1, 0),
            (drawn("# #"), 2, 0),
            (RING, 1, 1),
            (drawn(" #", "# #", " #"), 1, 1),  # ink is connected across corners
            (drawn("#####", "# # #", "#####"), 1, 2),
        ],
    )
    def test_pieces_and_holes_are_counted(self, picture, pieces, holes):
        assert feature("topology").fit_transform(picture).tolist() == [[pieces, holes, pieces - holes]]

    def test_the_euler_number_tells_nought_from_one_from_eight(self, train_digits):
        X, y = train_digits
        euler = feature("topology").fit_transform(X)[:, 2]
        for label, usual in ((0, 0), (1, 1), (8, -1)):
            assert np.median(euler[y == label]) == usual


def test_aspect_and_density_are_those_of_the_box():
    found = feature("ink").fit_transform(RING)[0]
    np.testing.assert_allclose(found, [14 / 784, 14 / 20, 5 / 4], rtol=1e-6)


def test_crossings_count_strokes():
    found = feature("crossings").fit_transform(RING)[0]
    assert found[:6].tolist() == [0, 1, 2, 2, 1, 0]
    assert found[28:35].tolist() == [0, 1, 2, 2, 2, 1, 0]


def test_profiles_and_zones_add_up_to_the_ink(train_digits):
    X = train_digits[0][:50]
    ink = X.mean(axis=(1, 2)) / 255
    profiles, zones = (feature(name).fit_transform(X) for name in ("profiles", "zoning"))
    for parts in (profiles[:, :28], profiles[:, 28:], zones):
        np.testing.assert_allclose(parts.mean(axis=1), ink, rtol=1e-4)


class TestMoments:
    def test_they_do_not_depend_on_the_place(self, train_digits):
        X = np.pad(train_digits[0][:30, 4:24, 4:24], ((0, 0), (4, 4), (4, 4)))
        moved = np.roll(X, (2, -3), axis=(1, 2))
        for name in ("moments", "hu", "contour"):
            one, other = (feature(name).fit_transform(Z) for Z in (X, moved))
            np.testing.assert_allclose(one, other, atol=2e-2, rtol=1e-3)

    def test_they_depend_on_a_turn_but_hus_do_not(self, train_digits):
        X = train_digits[0][:30]
        turned = np.rot90(X, axes=(1, 2)).copy()
        moments = [feature("moments").fit_transform(Z) for Z in (X, turned)]
        np.testing.assert_allclose(moments[0][:, 0], moments[1][:, 4], rtol=1e-4)  # 02 becomes 20
        hu = [feature("hu").fit_transform(Z)[:, :4] for Z in (X, turned)]
        np.testing.assert_allclose(hu[0], hu[1], rtol=1e-3, atol=1e-2)


def test_the_outline_depends_neither_on_its_start_nor_on_a_turn(train_digits):
    X = train_digits[0][:30]
    one, other = (feature("contour").fit_transform(Z) for Z in (X, np.rot90(X, 2, axes=(1, 2)).copy()))
    np.testing.assert_allclose(one, other, atol=0.05)
    assert one.max() <= 3
