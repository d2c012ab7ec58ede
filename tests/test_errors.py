"""Errors say what to do, and keep doing so in another process."""

from __future__ import annotations

import pickle

import pytest

from inknn import errors
from inknn.errors import (
    DataError,
    FetchError,
    InknnError,
    MissingExtraError,
    OutputError,
    ParameterError,
    PictureError,
    PictureFileTooLargeError,
    PictureTooLargeError,
    ResourceError,
    SeveralSizesError,
    UnknownNameError,
)

EXAMPLES = [
    InknnError("a bug"),
    MissingExtraError("plots", "matplotlib", "lab"),
    ParameterError("k is too large"),
    UnknownNameError("metric", "cosin", ("euclidean", "cosine")),
    PictureError("damaged"),
    PictureTooLargeError(9000, 10000, 80_000_000),
    DataError("damaged"),
    SeveralSizesError("several sizes"),
    FetchError("no connection"),
    OutputError("disk full"),
    ResourceError("no memory"),
    PictureFileTooLargeError(416_000_000),
]


def test_the_examples_are_all_there_are():
    classes = {getattr(errors, name) for name in errors.__all__ if name.endswith("Error")}
    assert {type(error) for error in EXAMPLES} == classes


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_crosses_processes_unchanged(error):
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (EXAMPLES[1], 1, "plots needs matplotlib; install it with: pip install 'inknn[lab]'"),
        (
            EXAMPLES[3],
            2,
            "there is no metric named 'cosin'; did you mean cosine? There is: cosine, euclidean",
        ),
        (
            EXAMPLES[5],
            3,
            "9000×10000 is more than the limit of 80 megapixels; scale it down or raise max_pixels",
        ),
        (
            EXAMPLES[-1],
            3,
            "the file has more than the limit of 416 MB; compress it, divide its pages or raise max_pixels",
        ),
        (DataError("damaged"), 4, "damaged"),
        (OutputError("full"), 5, "full"),
    ],
)
def test_it_has_one_line_that_says_what_to_do_and_an_exit_code(error, code, message):
    assert (str(error), error.exit_code) == (message, code)


def test_the_name_of_a_picture_crosses_processes_too():
    for error in (PictureError("damaged"), PictureTooLargeError(20, 30, 100).naming("--limit")):
        reason = error.reason
        error.source = "scan.png"
        back = pickle.loads(pickle.dumps(error))
        assert (back.source, back.reason, str(back)) == ("scan.png", reason, f"scan.png: {reason}")


@pytest.mark.parametrize("error", [PictureTooLargeError(20, 30, 100), PictureFileTooLargeError(100)])
def test_a_limit_is_named_as_its_user_knows_it(error):
    renamed = error.naming("--max-megapixels")
    assert type(renamed) is type(error)
    assert str(renamed) == str(error).replace("max_pixels", "--max-megapixels")
