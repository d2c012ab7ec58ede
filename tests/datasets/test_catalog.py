"""Published sets are as the catalog describes them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from inknn.datasets import load_digits, published
from inknn.datasets.catalog import CATALOG, entry_of
from inknn.datasets.fetching import place_of
from inknn.errors import DataError, UnknownNameError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


class TestCatalog:
    def test_every_file_has_an_address_and_a_checksum(self):
        files = [file for entry in CATALOG.values() for file in entry.files]
        assert len(files) == 9
        assert len({file.sha256 for file in files}) == len({file.name for file in files}) == 9
        for file in files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert all(url.startswith(("https://", "http://")) for url in file.urls)
            assert len(file.urls) >= 2

    @pytest.mark.parametrize("name", ["mnist", "digits8x8"])
    @pytest.mark.parametrize("part", ["train", "test"])
    def test_what_comes_with_inknn_is_as_described(self, name, part):
        entry, found = CATALOG[name], load_digits(name, part)
        assert found.images.shape == (entry.counts[part], *entry.shape)
        assert found.part == part
        assert len(set(found.labels.tolist())) == entry.classes
        assert found.images.max() == 255

    def test_scikit_learns_digits_are_the_test_part_of_optdigits(self, tmp_path):
        """Which the checksum of a file that we write from them proves."""
        from sklearn.datasets import load_digits as theirs

        values, labels = theirs(return_X_y=True)
        rows = np.column_stack([values, labels]).astype(int).tolist()
        (tmp_path / "a").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
        digest = hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()
        assert digest == CATALOG["optdigits"].files[1].sha256
        images, found, _ = published.optdigits([tmp_path / "a"] * 2, "test")
        halves = [load_digits("digits8x8", part) for part in ("train", "test")]
        assert np.array_equal(images, np.concatenate([half.images for half in halves]))
        assert np.array_equal(found, labels)

    def test_a_set_that_is_not_here_says_how_to_get_it(self, cache):
        with pytest.raises(DataError, match=r"inknn data fetch usps gets it \(8 MB\)"):
            load_digits("usps")

    def test_a_damaged_one_too(self, cache):
        for file in CATALOG["usps"].files:
            place_of(file).write_bytes(b"damaged")
        with pytest.raises(DataError, match=r"damaged .* inknn data fetch usps"):
            load_digits("usps")

    def test_an_unknown_name_offers_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean qmnist"):
            entry_of("qmnits")
