"""Who and what there is in recruiting: seekers, jobs, bosses, companies.

A seeker and a job say the same things with the same words (city, title, title_group, skills,
degree), so that what one wants can be matched with what the other offers. Levels of degree count
from 0 (none asked) to 5 (doctor).
"""

from __future__ import annotations

from twoside.schema.entities import Column, Entity

SEEKER = Entity(
    kind="seeker",
    name_zh="求职者",
    columns=(
        Column("name", "text", "how the seeker is called"),
        Column("city", "category", "where the seeker lives and looks"),
        Column("latitude", "number", "of the home", "degrees"),
        Column("longitude", "number", "of the home", "degrees"),
        Column("title", "category", "the title that the seeker says to want"),
        Column("title_group", "category", "the group of that title"),
        Column("salary_low", "number", "least pay wanted", "CNY a month"),
        Column("salary_high", "number", "pay hoped for", "CNY a month"),
        Column("skills", "categories", "skills that the seeker has"),
        Column("degree", "category", "highest degree"),
        Column("education", "number", "level of the highest degree, 0 to 5", "level"),
        Column("experience_years", "number", "years in work", "years"),
        Column("age", "number", "", "years"),
        Column("activity", "category", "how eagerly the seeker says to look"),
        Column("created_ms", "time", "when the seeker came"),
        Column("is_open", "number", "1 while looking for a job"),
    ),
)

JOB = Entity(
    kind="job",
    name_zh="职位",
    columns=(
        Column("name", "text", "headline of the job"),
        Column("city", "category", "where the work is"),
        Column("latitude", "number", "of the work place", "degrees"),
        Column("longitude", "number", "of the work place", "degrees"),
        Column("title", "category", "what the job is called"),
        Column("title_group", "category", "the group of that title"),
        Column("salary_low", "number", "least pay offered", "CNY a month"),
        Column("salary_high", "number", "most pay offered", "CNY a month"),
        Column("skills", "categories", "skills asked for"),
        Column("degree", "category", "least degree asked for"),
        Column("education_min", "number", "level of that degree, 0 to 5", "level"),
        Column("experience_min", "number", "least experience asked for", "years"),
        Column("boss", "category", "who hires and answers", refers_to="boss"),
        Column("company", "category", "whose job it is", refers_to="company"),
        Column("company_size", "category", "size of the company"),
        Column("industry", "category", "of the company"),
        Column("response", "category", "the boss's badge: how soon he usually answers"),
        Column("openings", "number", "places still to fill", "people"),
        Column("remote", "number", "1 if the work may be done from home"),
        Column("created_ms", "time", "when the job was posted"),
        Column("is_open", "number", "1 while the job may be shown"),
    ),
)

BOSS = Entity(
    kind="boss",
    name_zh="招聘者",
    columns=(
        Column("name", "text", "how the boss is called"),
        Column("company", "category", "whom the boss hires for", refers_to="company"),
        Column("response", "category", "badge: how soon the boss usually answers"),
        Column("created_ms", "time", "when the boss came"),
    ),
)

COMPANY = Entity(
    kind="company",
    name_zh="公司",
    columns=(
        Column("name", "text", "name of the company"),
        Column("city", "category", "where its office is"),
        Column("company_size", "category", "number of people, in classes"),
        Column("industry", "category", ""),
        Column("created_ms", "time", "when the company came"),
    ),
)

ENTITIES = (SEEKER, JOB, BOSS, COMPANY)
