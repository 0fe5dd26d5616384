"""How companies, bosses, jobs and seekers come into the world: what they declare and hide.

Every maker takes how many, from what, and a generator, and gives the declared columns beside the
arrays that the truth is computed from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.domains.recruiting.leanings import AGES, YEARS, Leanings
from twoside.domains.recruiting.market import Declared, Jobs, Seekers
from twoside.domains.recruiting.settings import Rates
from twoside.domains.recruiting.words import Words
from twoside.schema.entities import Codes
from twoside.simulate.places import flat, scatter
from twoside.simulate.taste import blend, directions

COMPANY_SIZE_SHARE = np.array([0.22, 0.33, 0.25, 0.08, 0.09, 0.03])
"""Share of companies by size class: most are small."""


@dataclass(frozen=True)
class Employers:
    """Companies and their bosses. They are all there from the start."""

    company: Declared
    boss: Declared
    company_profile: np.ndarray
    """hidden: float32 (companies, dim)"""
    company_appeal: np.ndarray
    """hidden: float32 (companies,) of unit variance"""
    company_weight: np.ndarray
    """hidden: float64 (bosses,) how many jobs a boss posts, sums to 1"""
    boss_taste: np.ndarray
    """hidden: float32 (bosses, dim)"""
    boss_ready: np.ndarray
    """hidden: float32 (bosses,) logits"""


def employers(
    jobs: int, lean: Leanings, words: Words, rates: Rates, at_ms: int, rng: np.random.Generator
) -> Employers:
    """About one company for four jobs and one boss for two and a half."""
    companies, bosses = max(8, jobs // 4), max(10, jobs * 2 // 5)
    industry = rng.integers(0, len(words.industries), companies).astype(np.int32)
    size = rng.choice(len(COMPANY_SIZE_SHARE), companies, p=COMPANY_SIZE_SHARE).astype(np.int32)
    weight = np.exp(0.5 * size + 0.5 * rng.standard_normal(companies))
    of = rng.choice(companies, bosses, p=weight / weight.sum()).astype(np.int32)
    ready = rng.standard_normal(bosses)
    told = rates.badge_tells
    badge = told * ready + np.sqrt(1 - told * told) * rng.standard_normal(bosses)
    posts = np.exp(0.7 * rng.standard_normal(bosses))
    own = directions(companies, rates.taste_dim, rng)
    return Employers(
        company=Declared(
            {
                "city": rng.choice(len(words.cities), companies, p=words.city_share).astype("i4"),
                "company_size": size,
                "industry": industry,
                "created_ms": np.full(companies, at_ms, np.int64),
            },
            {},
        ),
        boss=Declared(
            {
                "company": of,
                "response": np.digitize(badge, [-0.8, 0.1, 0.9]).astype(np.int32),
                "created_ms": np.full(bosses, at_ms, np.int64),
            },
            {},
        ),
        company_profile=blend([(0.5, lean.industry[industry]), (0.3, lean.size[size]), (0.2, own)]),
        company_appeal=(
            0.5 * (size - 1.5) / 1.3 + np.sqrt(0.75) * rng.standard_normal(companies)
        ).astype(np.float32),
        company_weight=posts / posts.sum(),
        boss_taste=directions(bosses, rates.taste_dim, rng),
        boss_ready=(rates.boss_ready * ready).astype(np.float32),
    )


def seekers(
    rows: int,
    lean: Leanings,
    words: Words,
    rates: Rates,
    created_ms: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Declared, Seekers, np.ndarray]:
    """Declared columns, hidden arrays, and the own remainder of taste, float32 (rows, dim)."""
    city = rng.choice(len(words.cities), rows, p=words.city_share)
    title = rng.choice(len(words.titles), rows, p=words.title_share)
    group = words.title_group[title]
    latitude, longitude = _places(city, words, rng)
    age = np.clip(19 + rng.gamma(2.2, 5.0, rows), 18, 60).round()
    years = np.clip(((age - 20) * rng.beta(3, 2, rows)).round(), 0, 35)
    level = words.title_degree[title] + rng.choice([-1, 0, 0, 0, 1], rows)
    level = np.clip(level, 1, len(words.degrees) - 1)
    wanted = words.title_pay[title] * words.city_pay[city] * np.exp(0.025 * (years - 6))
    wanted = wanted * np.exp(0.2 * rng.standard_normal(rows))
    lists = _skills(title, 3 + rng.poisson(2.5, rows), lean, words, rng)
    eager = rng.standard_normal(rows)
    activity = np.digitize(eager + rng.standard_normal(rows), [-1.4, 0.2, 1.6])
    declared = Declared(
        {
            "city": city.astype(np.int32),
            "latitude": latitude,
            "longitude": longitude,
            "title": title.astype(np.int32),
            "title_group": group,
            "salary_low": _rounded(0.9 * wanted),
            "salary_high": _rounded(1.25 * wanted),
            "degree": level.astype(np.int32),
            "education": level.astype(np.float64),
            "experience_years": years,
            "age": age,
            "activity": activity.astype(np.int32),
            "created_ms": created_ms,
        },
        {"skills": lists},
    )
    own = directions(rows, rates.taste_dim, rng)
    profile = blend(
        [
            (rates.profile_known_share * 0.5, lean.title_profile[title]),
            (rates.profile_known_share * 0.25, lean.degree_profile[level]),
            (rates.profile_known_share * 0.25, lean.years_profile[np.digitize(years, YEARS)]),
            (1 - rates.profile_known_share, directions(rows, rates.taste_dim, rng)),
        ]
    )
    north, east, cosine = flat(latitude, longitude)
    hidden = Seekers(
        *(north, east, cosine),
        pay=np.log(declared.columns["salary_low"]).astype(np.float32),
        education=level.astype(np.float32),
        experience=years.astype(np.float32),
        title=declared.columns["title"],
        group=group,
        city=declared.columns["city"],
        skills=skill_bits(lists),
        appeal=_seeker_appeal(level, years, activity, lean, rates, rng),
        ready=(rates.seeker_ready * eager).astype(np.float32),
        far=rates.wish_near * lean.far[group] * np.exp(_normal(rates.own_weights, rows, rng)),
        greed=rates.wish_pay * lean.greed[group] * np.exp(_normal(rates.own_weights, rows, rng)),
        taste=seeker_taste(declared, own, lean, rates),
        profile=profile,
        created_ms=created_ms,
    )
    return declared, hidden, own


def _seeker_appeal(
    level: np.ndarray,
    years: np.ndarray,
    activity: np.ndarray,
    lean: Leanings,
    rates: Rates,
    rng: np.random.Generator,
) -> np.ndarray:
    """float32 (rows,): what every boss adds, half of it by degree, years and eagerness."""
    seen = (
        lean.degree_appeal[level]
        + lean.years_appeal[np.digitize(years, YEARS)]
        + lean.activity_appeal[activity]
    ) / np.sqrt(3)
    own = rng.standard_normal(len(level))
    known = rates.appeal_known_share
    return np.asarray(
        rates.like_appeal * (np.sqrt(known) * seen + np.sqrt(1 - known) * own), np.float32
    )


def seeker_taste(declared: Declared, own: np.ndarray, lean: Leanings, rates: Rates) -> np.ndarray:
    """float32 (rows, dim): what seekers wish, from what they are and their own remainder."""
    known = rates.known_share
    columns = declared.columns
    blended = blend(
        [
            (known * 0.6, lean.title_wish[columns["title"]]),
            (known * 0.2, lean.age_wish[np.digitize(columns["age"], AGES)]),
            (known * 0.2, lean.degree_wish[columns["degree"]]),
            (1 - known, own),
        ]
    )
    return np.asarray(blended * (rates.wish_taste / np.sqrt(rates.taste_dim)), np.float32)


def jobs(
    rows: int,
    firms: Employers,
    lean: Leanings,
    words: Words,
    rates: Rates,
    created_ms: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Declared, Jobs, np.ndarray]:
    """Declared columns, hidden arrays, and the openings, int32 (rows,)."""
    boss = rng.choice(len(firms.company_weight), rows, p=firms.company_weight).astype(np.int32)
    company = firms.boss.columns["company"][boss]
    industry = firms.company.columns["industry"][company]
    at_office = rng.random(rows) < 0.6
    elsewhere = rng.choice(len(words.cities), rows, p=words.city_share)
    city = np.where(at_office, firms.company.columns["city"][company], elsewhere)
    title = _titles_for(industry, words, rng)
    group = words.title_group[title]
    latitude, longitude = _places(city, words, rng)
    level = np.maximum(words.title_degree[title] - rng.choice([0, 0, 1], rows), 0)
    years = rng.choice([0.0, 1.0, 3.0, 5.0], rows, p=[0.4, 0.3, 0.22, 0.08])
    offer = words.title_pay[title] * words.city_pay[city] * np.exp(0.03 * (years - 1.5))
    offer = offer * np.exp(0.22 * rng.standard_normal(rows))
    lists = _skills(title, 2 + rng.poisson(1.6, rows), lean, words, rng)
    remote = rng.random(rows) < np.where(words.title_pay[title] > 9000, 0.06, 0.005)
    openings = np.minimum(rng.geometric(0.45, rows), 12).astype(np.int32)
    declared = Declared(
        {
            "city": city.astype(np.int32),
            "latitude": latitude,
            "longitude": longitude,
            "title": title.astype(np.int32),
            "title_group": group,
            "salary_low": _rounded(0.85 * offer),
            "salary_high": _rounded(1.25 * offer),
            "degree": level.astype(np.int32),
            "education_min": level.astype(np.float64),
            "experience_min": years,
            "boss": boss,
            "company": company,
            "company_size": firms.company.columns["company_size"][company],
            "industry": industry,
            "response": firms.boss.columns["response"][boss],
            "remote": remote.astype(np.float64),
            "created_ms": created_ms,
        },
        {"skills": lists},
    )
    north, east, _ = flat(latitude, longitude)
    hidden = Jobs(
        *(north, east),
        pay=np.log(0.95 * offer).astype(np.float32),
        education=level.astype(np.float32),
        experience=years.astype(np.float32),
        title=declared.columns["title"],
        group=group,
        city=declared.columns["city"],
        skills=skill_bits(lists),
        asked=(1.0 / np.diff(lists.start)).astype(np.float32),
        onsite=(~remote).astype(np.float32),
        boss=boss,
        appeal=(
            rates.wish_appeal
            * (np.sqrt(0.5) * firms.company_appeal[company] + _normal(np.sqrt(0.5), rows, rng))
        ).astype(np.float32),
        ready=firms.boss_ready[boss],
        taste=_boss_taste(boss, title, firms, lean, rates, rng),
        profile=blend(
            [
                (rates.title_share, lean.title[title]),
                (rates.company_share, firms.company_profile[company]),
                (rates.job_share, directions(rows, rates.taste_dim, rng)),
            ]
        ),
        created_ms=created_ms,
    )
    return declared, hidden, openings


def _boss_taste(
    boss: np.ndarray,
    title: np.ndarray,
    firms: Employers,
    lean: Leanings,
    rates: Rates,
    rng: np.random.Generator,
) -> np.ndarray:
    """float32 (rows, dim): what the boss wishes for a job: of the title, his own, the job's."""
    known = rates.boss_known_share
    blended = blend(
        [
            (known, lean.title_boss[title]),
            ((1 - known) * 0.6, firms.boss_taste[boss]),
            ((1 - known) * 0.4, directions(len(boss), rates.taste_dim, rng)),
        ]
    )
    return np.asarray(blended * (rates.like_taste / np.sqrt(rates.taste_dim)), np.float32)


def _places(
    city: np.ndarray, words: Words, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Places in cities; a larger city spreads wider (its area grows with its people)."""
    spread_km = 9.0 * np.sqrt(words.city_share[city] / words.city_share.mean())
    return scatter(words.city_place[city], spread_km, rng)


def _titles_for(industry: np.ndarray, words: Words, rng: np.random.Generator) -> np.ndarray:
    """Titles at home in the industry are eight times as likely there."""
    at_home = np.zeros((len(words.industries), len(words.titles)), bool)
    for title, group in enumerate(words.title_group):
        at_home[words.group_industries[group], title] = True
    weight = words.title_share * np.where(at_home, 8.0, 1.0)
    upto = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    upto[:, -1] = 1.0
    drawn = rng.random(len(industry))[:, None] > upto[industry]
    return np.asarray(drawn.sum(axis=1), np.int32)


def _skills(
    title: np.ndarray, how_many: np.ndarray, lean: Leanings, words: Words, rng: np.random.Generator
) -> Codes:
    """Different skills for each row, mostly those of the title, one in six a general one.

    Weighted choice without repeats by the largest keys (Efraimidis and Spirakis 2006).
    """
    general = len(words.general_skills)
    own = max(len(skills) for skills in words.group_skills)
    weight = np.zeros((len(words.titles), general + own))
    code = np.zeros((len(words.titles), general + own), np.int32)
    for t, group in enumerate(words.title_group):
        skills = words.group_skills[group]
        weight[t, :general] = 1 / 6 / general
        weight[t, general : general + len(skills)] = 5 / 6 * lean.title_skills[t]
        code[t, :general] = words.general_skills
        code[t, general : general + len(skills)] = skills
    race = rng.exponential(size=(len(title), general + own)) / np.maximum(weight[title], 1e-12)
    order = np.argsort(race, axis=1)
    count = np.minimum(how_many, 10).astype(np.int64)
    taken = np.arange(general + own) < count[:, None]
    start = np.zeros(len(title) + 1, np.int64)
    np.cumsum(count, out=start[1:])
    return Codes(np.take_along_axis(code[title], order, axis=1)[taken], start)


def skill_bits(lists: Codes) -> np.ndarray:
    """uint64 (rows, 3): one bit a code."""
    out = np.zeros((len(lists.start) - 1, 3), np.uint64)
    row = np.repeat(np.arange(len(out)), np.diff(lists.start))
    codes = lists.values.astype(np.uint64)
    np.bitwise_or.at(out, (row, lists.values // 64), np.uint64(1) << (codes % np.uint64(64)))
    return out


def _rounded(pay: np.ndarray) -> np.ndarray:
    """To full hundreds of CNY."""
    return np.asarray((pay / 100).round() * 100, np.float64)


def _normal(spread: float, rows: int, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(spread * rng.standard_normal(rows), np.float32)
