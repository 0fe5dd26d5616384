"""A wrong name in metrics.toml is one error with its place and the nearest name."""

from __future__ import annotations

import tomllib

import pytest

from twoside.bi.book import read
from twoside.domains import catalogue
from twoside.domains.recruiting.domain import DOMAIN
from twoside.errors import ConfigError

TOML = """
headline = ["chat_rate"]
funnel = ["chats"]
cross = [["city", "title"]]
dimension = [
  {name = "city", en = "City", zh = "城市", of = "person", column = "city"},
  {name = "title", en = "Title", zh = "职位", of = "item", column = "title"},
]
metric = [
  {name = "chats", en = "Chats", zh = "开聊", numerator = "count(chat)"},
  {name = "chat_rate", en = "Chat rate", zh = "开聊率", numerator = "count(chat)",\
   denominator = "count(exposures)", filter = "position < 5"},
]
"""
WRONG = {
    'numerator = "count(chat)"': {
        'numerator = "count(chatt)"': "metric 'chats'.numerator: there is no event 'chatt'. "
        "Did you mean 'chat'?",
        'numerator = "cuont(chat)"': "metric 'chats'.numerator: there is no 'cuont(...)'. "
        "Did you mean 'count'?",
        'numerator = "chat"': "numerator = 'chat': expected a term such as 'count(view)'.",
        'numerator = "sum(chat.vlaue)"': "chat has no column 'vlaue' to add up. "
        "Did you mean 'value'?",
        'numerator = "sessions(chat)"': "'sessions(chat)' says nothing.",
        'numerator = "count(chat.value)"': "'count' takes no column, got 'value'.",
        'numerator = "count(chat)", dimensions = ["citty"]': "no dimension 'citty'. "
        "Did you mean 'city'?",
        'numerator = "count(requests)", dimensions = ["title"]': "'title' is not of the rows that "
        "it counts.",
    },
    'column = "city"': {
        'column = "cyti"': "dimension[0] 'city'.column: person has no category 'cyti' in any "
        "scene. ",
        'column = "salary_low"': "person has no category 'salary_low'",
    },
    'of = "person"': {'of = "persn"': "there is no such party. Did you mean 'person'?"},
    "position < 5": {
        "positon < 5": "chat has no column 'positon'. Did you mean 'position'?",
        "position < five": "expected a number, got 'five'.",
        "value > 1": "exposures has no column 'value'.",
        "city < 5": "'city' is a word; compare with = or !=.",
        "position": "expected conditions such as 'position < 5'.",
    },
    'headline = ["chat_rate"]': {
        'headline = ["chat_rat"]': "headline has no metric 'chat_rat'. Did you mean 'chat_rate'?",
    },
    'funnel = ["chats"]': {
        'funnel = ["chat_rate"]': "funnel 'chat_rate': expected a count, got count(chat) / ",
        'visit = "vieww"\nfunnel = ["chats"]': "visit: there is no event 'vieww'. Did you mean",
        'funnels = ["chats"]': "top level has no setting 'funnels'. Did you mean 'funnel'?",
    },
    '["city", "title"]': {
        '["city", "titel"]': "cross has no dimension 'titel'. Did you mean 'title'?",
    },
    'name = "title"': {'name = "city"': "dimension 'city' is defined twice."},
    'name = "chat_rate"': {'name = "chats"': "metric 'chats' is defined twice."},
}
CASES = [(old, new, said) for old, cases in WRONG.items() for new, said in cases.items()]


def test_the_right_book_is_read():
    book = read(tomllib.loads(TOML), DOMAIN)
    assert list(book.defined) == ["chats", "chat_rate"]
    assert str(book.metric("chat_rate").numerator) == "count(chat) where position < 5"
    assert book.groups("jobs_for_seeker") == [(), ("city",), ("title",), ("city", "title")]


@pytest.mark.parametrize(("old", "new", "said"), CASES, ids=[case[1] for case in CASES])
def test_a_wrong_name_is_one_error_with_place_and_nearest(old, new, said):
    with pytest.raises(ConfigError) as error:
        read(tomllib.loads(TOML.replace(old, new, 1)), DOMAIN)
    assert said in str(error.value)


@pytest.mark.parametrize(("domain", "least"), [("recruiting", 15), ("feed", 8)])
def test_the_shipped_books_are_whole_and_in_both_languages(domain, least):
    book = catalogue.metrics(domain)
    assert len(book.defined) >= least
    named = [*book.settings.dimension, *book.settings.metric]
    assert all(one.en and one.zh and one.en.isascii() and not one.zh.isascii() for one in named)
    for scene in book.domain.scenes:
        for name in book.defined:
            assert book.dimensions_of(name, scene.name), f"{name} cannot be split in {scene.name}"


def test_a_metric_of_requests_has_only_the_dimensions_of_the_person():
    book = catalogue.metrics("recruiting")
    able = book.dimensions_of("list_depth", "jobs_for_seeker")
    assert able == ["city", "title", "degree"]
    assert "industry" in book.dimensions_of("list_depth", "seekers_for_boss")


def test_names_do_not_change_what_is_kept_and_terms_do():
    book = read(tomllib.loads(TOML), DOMAIN)
    renamed = read(tomllib.loads(TOML.replace("开聊率", "沟通率")), DOMAIN)
    other = read(tomllib.loads(TOML.replace("position < 5", "position < 6")), DOMAIN)
    assert book.fingerprint == renamed.fingerprint != other.fingerprint
