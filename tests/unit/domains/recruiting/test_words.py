import numpy as np
import pytest

from twoside.domains.recruiting.words import english, words


def test_the_market_has_as_many_words_as_it_needs_and_none_twice():
    spoken = words()
    for list_, least in (
        (spoken.cities, 20),
        (spoken.groups, 12),
        (spoken.titles, 60),
        (spoken.skills, 150),
        (spoken.industries, 15),
    ):
        assert len(list_) >= least
        assert len(set(list_)) == len(list_)
    assert len(spoken.skills) <= 192  # three words of 64 bits hold a set of skills


def test_every_word_has_an_english_name_and_a_chinese_one():
    named = english()
    spoken = words()
    for word in (*spoken.cities, *spoken.titles, *spoken.groups, *spoken.skills):
        assert named[word].isascii()
    chinese = [w for w in (*spoken.titles, *spoken.cities) if not w.isascii()]
    assert len(chinese) == len(spoken.titles) + len(spoken.cities)


def test_shares_sum_to_one_and_cities_lie_in_china():
    spoken = words()
    assert spoken.city_share.sum() == pytest.approx(1)
    assert spoken.title_share.sum() == pytest.approx(1)
    assert ((spoken.city_place >= [18, 73]) & (spoken.city_place <= [54, 135])).all()
    assert len(np.unique(np.concatenate(spoken.group_skills))) + len(spoken.general_skills) == len(
        spoken.skills
    )
