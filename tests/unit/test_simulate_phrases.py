"""What customers write: varied, about something, and sometimes hostile."""

from __future__ import annotations

from collections import Counter

import numpy as np

from desirepath.simulate.aftermath import DELIVERY
from desirepath.simulate.chance import Chance
from desirepath.simulate.phrases import GLAD, HOSTILE, SORRY, moods, texts

CHANCE = Chance(5)
MANY = CHANCE.ids(np.arange(4000))


def written(subject: int, mood: int) -> list[str]:
    size = len(MANY)
    return texts(CHANCE, MANY, np.full(size, subject), np.full(size, mood), np.zeros(size, dtype=np.int64))


def test_stars_have_a_mood():
    assert moods(np.array([1, 2, 3, 4, 5])).tolist() == [SORRY, SORRY, 1, GLAD, GLAD]


def test_late_parcels_are_complained_about_in_many_words():
    said = Counter(written(DELIVERY, SORRY))
    assert len(said) > 200
    assert sum("five days" in text.lower() for text in said.elements()) > 200
    assert not any("{it}" in text for text in said)


def test_some_write_in_other_languages_and_with_signs():
    said = written(0, GLAD)
    assert any("Hält dicht" in text for text in said)
    assert any("雨天" in text for text in said)
    assert any("☔" in text for text in said)


def test_every_hostile_string_is_written_by_somebody():
    ids = CHANCE.ids(np.arange(60_000))
    zeros = np.zeros(len(ids), dtype=np.int64)
    assert set(HOSTILE) <= set(texts(CHANCE, ids, zeros, zeros, zeros))
