"""The words of items reach recall as text, but for columns that hold ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.funnel.learn import item_words, recall_data

if TYPE_CHECKING:
    from conftest import Market

SCENE = "recruiting/jobs_for_seeker"


def test_words_are_told_in_order_of_their_codes_and_ids_are_not(market: Market) -> None:
    declared = market.declared[SCENE]
    told = item_words(declared)
    entity = declared.domain.entity(declared.scene.item)
    assert told
    assert all(not entity.column(name).refers_to for name in told)
    now_ms = declared.lake.calendar.start_of(market.until_day + 1)
    data = recall_data(declared, now_ms)
    assert data.words == told
    assert all(len(words) == data.items.sizes[name] for name, words in told.items())
