"""Single digits are predicted as the reader reads them, each with the neighbors that it rests on."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from inknn import DigitReader
from inknn.errors import PictureError
from inknn.glyph import normalize
from inknn.memory import Model
from inknn.reader.predict import predict_digits, predict_picture
from inknn.recognizer import choose_settings


@pytest.fixture(scope="module")
def model(train_digits):
    settings = choose_settings(features="pixels", n_neighbors=3)
    return Model.fit(train_digits[0][:500], train_digits[1][:500], settings).of_digits()


def picture_of(image, scale=4):
    """Dark on bright, as a person would cut it out."""
    large = cv2.resize(255 - image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.pad(large, 20, constant_values=255)


class TestPicture:
    def test_is_predicted_as_it_is_read(self, model, test_digits):
        reader = DigitReader(model=model)
        for image in test_digits[0][:12]:
            predicted = predict_picture(model, picture_of(image), "a.png")
            (digit,) = reader.read(picture_of(image)).digits
            assert predicted.source == "a.png"
            for name in ("label", "verdict", "confidence", "credibility", "neighbors"):
                assert getattr(predicted, name) == getattr(digit, name)

    def test_of_several_glyphs_the_one_with_the_most_ink_counts(self, model, test_digits):
        one, two = picture_of(test_digits[0][0], 3), picture_of(test_digits[0][1], 6)
        both = np.full((max(len(one), len(two)), 400), 255, np.uint8)
        both[: len(one), : one.shape[1]] = one
        both[: len(two), 400 - two.shape[1] :] = two
        predicted = predict_picture(model, both, "two.png")
        assert predicted.label == predict_picture(model, two, "").label
        assert predicted.note.code == "several-glyphs"
        assert "2 glyphs found" in predicted.note.message

    def test_a_blank_one_is_an_error(self, model):
        with pytest.raises(PictureError, match="no digit found"):
            predict_picture(model, np.full((50, 50), 255, np.uint8), "blank.png")


class TestDigits:
    def test_are_predicted_in_their_order_whatever_the_batches(self, model, test_digits, monkeypatch):
        images, names = test_digits[0][:50], [str(i) for i in range(50)]
        whole = list(predict_digits(model, images, names))
        assert [each.source for each in whole] == names
        assert [each.label for each in whole] == model.predict(images).labels.tolist()
        monkeypatch.setattr("inknn.reader.predict._BATCH", 7)
        assert list(predict_digits(model, images, names)) == whole

    def test_in_another_form_are_brought_into_mnists(self, model, test_digits):
        moved = np.roll(test_digits[0][:20], 3, axis=2)
        predicted = predict_digits(model, moved, [""] * 20)
        expected = model.predict(np.stack([normalize(image) for image in moved])).labels
        assert [each.label for each in predicted] == expected.tolist()

    def test_reports_how_far_it_is(self, model, test_digits):
        reported = []
        list(predict_digits(model, test_digits[0][:5], [""] * 5, lambda what, part: reported.append(part)))
        assert reported == [0.0]


def test_json_has_the_names_of_a_read_digit(model, test_digits):
    predicted = predict_picture(model, picture_of(test_digits[0][0]), "a.png")
    plain = json.loads(json.dumps(predicted.to_dict(), allow_nan=False))
    assert list(plain) == ["source", "label", "verdict", "confidence", "credibility", "neighbors"]
    assert [set(each) for each in plain["neighbors"]] == [{"index", "label", "distance"}] * 5
