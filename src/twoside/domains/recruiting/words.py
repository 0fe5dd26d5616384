"""The words of the domain: cities, titles, skills, industries, in Chinese with English names.

Tables hold the Chinese word; `english` says it in English. The order of a list is the order of
codes wherever a word becomes a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from twoside.config import read_toml

WORDS = Path(str(files(__package__) / "configs" / "words.toml"))


@dataclass(frozen=True)
class Words:
    """All lists, aligned: entry i of each array about titles describes `titles[i]`."""

    cities: tuple[str, ...]
    city_place: np.ndarray
    """float64 (cities, 2): latitude and longitude of the centre, degrees"""
    city_share: np.ndarray
    """float64 (cities,): share of the market, sums to 1"""
    city_pay: np.ndarray
    """float64 (cities,): pay against the average"""
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    title_group: np.ndarray
    """int32 (titles,)"""
    title_pay: np.ndarray
    """float64 (titles,): CNY a month"""
    title_degree: np.ndarray
    """int32 (titles,): usual level"""
    title_share: np.ndarray
    """float64 (titles,): sums to 1"""
    skills: tuple[str, ...]
    group_skills: tuple[np.ndarray, ...]
    """int32 codes of the skills of each group, without the general ones"""
    general_skills: np.ndarray
    """int32 codes of skills that any job may ask for"""
    industries: tuple[str, ...]
    group_industries: tuple[np.ndarray, ...]
    """int32 codes of the industries in which a group is mostly found"""
    degrees: tuple[str, ...]
    company_sizes: tuple[str, ...]
    activities: tuple[str, ...]
    responses: tuple[str, ...]
    surnames: tuple[str, ...]
    company_syllables: tuple[str, ...]


@cache
def words() -> Words:
    """The words that the package ships."""
    table = read_toml(WORDS)
    groups: list[dict[str, Any]] = table["groups"]
    titles = [(n, title) for n, group in enumerate(groups) for title in group["titles"]]
    industries = _first(table["industries"])
    skills, of_group = _skills(table["general_skills"], groups)
    shares = np.array([title[4] for _, title in titles], float)
    city_shares = np.array([city[4] for city in table["cities"]], float)
    return Words(
        cities=_first(table["cities"]),
        city_place=np.array([city[2:4] for city in table["cities"]], float),
        city_share=city_shares / city_shares.sum(),
        city_pay=np.array([city[5] for city in table["cities"]], float),
        groups=tuple(group["name"][0] for group in groups),
        titles=tuple(title[0] for _, title in titles),
        title_group=np.array([n for n, _ in titles], np.int32),
        title_pay=np.array([title[2] for _, title in titles], float),
        title_degree=np.array([title[3] for _, title in titles], np.int32),
        title_share=shares / shares.sum(),
        skills=skills,
        group_skills=of_group,
        general_skills=np.arange(len(table["general_skills"]), dtype=np.int32),
        industries=industries,
        group_industries=tuple(
            np.array([industries.index(name) for name in group["industries"]], np.int32)
            for group in groups
        ),
        degrees=_first(table["degrees"]),
        company_sizes=_first(table["company_sizes"]),
        activities=_first(table["activities"]),
        responses=_first(table["responses"]),
        surnames=_first(table["surnames"]),
        company_syllables=_first(table["company_syllables"]),
    )


@cache
def english() -> dict[str, str]:
    """Chinese word -> English name, for all words of the domain."""
    table = read_toml(WORDS)
    pairs = [row for rows in table.values() for row in rows if isinstance(row, list)]
    for group in table["groups"]:
        pairs += [group["name"], *group["titles"], *group["skills"]]
    return {row[0]: row[1] for row in pairs}


def _first(rows: list[list[Any]]) -> tuple[str, ...]:
    return tuple(row[0] for row in rows)


def _skills(
    general: list[list[str]], groups: list[dict[str, Any]]
) -> tuple[tuple[str, ...], tuple[np.ndarray, ...]]:
    """All skills, general ones first, and the codes of each group's own."""
    skills = list(_first(general))
    of_group = []
    for group in groups:
        own = _first(group["skills"])
        of_group.append(np.arange(len(skills), len(skills) + len(own), dtype=np.int32))
        skills += own
    return tuple(skills), tuple(of_group)
