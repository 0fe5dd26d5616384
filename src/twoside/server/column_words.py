"""How attributes of entities are called on the screen; one that is missing shows its own name."""

from __future__ import annotations

HIDDEN = frozenset({"latitude", "longitude", "title_group", "education", "education_min"})
"""Said better by another attribute (the city, the title, the degree)."""

COLUMN_WORDS: dict[str, tuple[str, str]] = {
    "name": ("Name", "名称"),
    "title": ("Title", "职位"),
    "city": ("City", "城市"),
    "salary_low": ("Pay from", "薪资下限"),
    "salary_high": ("Pay to", "薪资上限"),
    "skills": ("Skills", "技能"),
    "degree": ("Degree", "学历"),
    "experience_years": ("Experience", "工作年限"),
    "experience_min": ("Experience asked", "经验要求"),
    "age": ("Age", "年龄"),
    "activity": ("Looking", "求职状态"),
    "created_ms": ("Since", "创建于"),
    "is_open": ("Open", "开放中"),
    "boss": ("Boss", "招聘者"),
    "company": ("Company", "公司"),
    "company_size": ("Size", "规模"),
    "industry": ("Industry", "行业"),
    "response": ("Answers", "回复速度"),
    "openings": ("Openings", "招聘人数"),
    "remote": ("Remote", "远程"),
    "active_degree": ("Active", "活跃度"),
    "gender": ("Gender", "性别"),
    "occupation": ("Occupation", "职业"),
    "author": ("Author", "作者"),
    "video_type": ("Type", "类型"),
    "uploaded_ms": ("Published", "发布于"),
    "release_year": ("Year", "年份"),
    "duration_ms": ("Length", "时长"),
    "music": ("Music", "音乐"),
    "category": ("Category", "类目"),
    "categories": ("About", "内容"),
    "follow_count": ("Follows", "关注数"),
    "fans_count": ("Followers", "粉丝数"),
    "friend_count": ("Friends", "好友数"),
    "register_days": ("Signed up", "注册天数"),
}
"""Column -> (English, Chinese)"""

UNIT_WORDS: dict[str, tuple[str, str]] = {
    "CNY a month": ("¥{}", "{} 元"),
    "years": ("{} years", "{} 年"),
    "days": ("{} days", "{} 天"),
    "people": ("{}", "{}"),
    "ms": ("{} ms", "{} 毫秒"),
    "minutes": ("{} minutes", "{} 分钟"),
}
"""Unit of a column -> (English, Chinese) around the number; one that is missing is not said."""

YES_NO = (("no", "否"), ("yes", "是"))
"""For 0 and 1 of a column without a unit."""
