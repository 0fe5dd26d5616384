"""Words of the charts in English and Chinese.

A name that is not in the table (a target, a model of somebody's own) is shown as it is, so a new
channel or target needs no line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "zh"]
Words = Mapping[str, tuple[str, str]]
"""key -> (English, Chinese)"""

WORDS: Words = {
    # stages and channels
    "recall": ("Recall", "召回"),
    "merge": ("Merge", "合并"),
    "merged": ("Merged", "合并后"),
    "prerank": ("Prerank", "粗排"),
    "rank": ("Rank", "精排"),
    "rerank": ("Rerank", "重排"),
    "slate": ("List", "列表"),
    "itemcf": ("ItemCF", "ItemCF"),
    "swing": ("Swing", "Swing"),
    "content": ("Content", "内容匹配"),
    "distance": ("Nearby", "附近"),
    "hot": ("Popular", "热门"),
    "fresh": ("Fresh", "新上"),
    "history": ("History", "历史"),
    "two_tower": ("Two towers", "双塔"),
    "usercf": ("UserCF", "UserCF"),
    "u2u2i": ("U2U2I", "U2U2I"),
    "u2i2i": ("U2I2I", "U2I2I"),
    "ease": ("EASE", "EASE"),
    "als_simitem": ("ALS", "ALS"),
    "item2vec": ("Item2Vec", "Item2Vec"),
    "mind": ("MIND", "MIND"),
    "content_simitem": ("Like in content", "内容近邻"),
    "similarity": ("Similarity", "相似度"),
    "preference": ("Preference", "偏好"),
    "activity": ("Activity", "活跃"),
    "cold_start": ("Cold start", "冷启动"),
    "fallback": ("Fallback", "兜底"),
    "xgboost": ("XGBoost", "XGBoost"),
    "deepfm": ("DeepFM", "DeepFM"),
    "linear": ("Linear", "线性"),
    # arms
    "random": ("Random", "随机"),
    "popularity": ("Popularity", "热门榜"),
    "funnel": ("Funnel", "漏斗"),
    "oracle": ("Oracle", "真值上限"),
    # axes
    "candidates": ("Candidates that leave the stage", "阶段输出候选数"),
    "kept": ("Positive items still there", "正样本保留率"),
    "share_of_positives": ("Share of positive items found", "正样本命中率"),
    "breadth": ("Share, 0 to 1", "比例 (0 到 1)"),
    "coverage": ("Coverage", "覆盖率"),
    "gini": ("Gini", "基尼系数"),
    "unique": ("Unique hits", "独有命中"),
    "auc": ("AUC", "AUC"),
    "gauc": ("GAUC (within a person)", "GAUC (人内)"),
    "map": ("MAP (within a list)", "MAP (列表内)"),
    "predicted": ("Predicted rate", "预测率"),
    "observed": ("Observed rate", "实际率"),
    "perfect": ("Perfect", "理想"),
    "per_person_day": ("Per person and day", "人均每日"),
    "way_to_oracle": (
        "{share:.0%} of the way from popularity to the oracle",
        "从热门榜到真值上限，走完 {share:.0%}",
    ),
    "exposures": ("Exposures", "曝光数"),
    "rate": ("Rate per exposure", "每次曝光发生率"),
    "day": ("Day", "日期"),
    "position": ("Position in the list", "列表位置"),
    "share_of_items": ("Share of items, least shown first", "物品占比（由少到多）"),
    "share_of_exposures": ("Share of exposures", "曝光占比"),
    "alike": ("All alike", "完全平均"),
    "seconds": ("Seconds", "秒"),
    "milliseconds": ("Milliseconds", "毫秒"),
    "overlap_of": (
        "Share of the row's items that the column has too",
        "行渠道的物品被列渠道也召回的比例",
    ),
    # groups of channels
    "by_near_items": ("By near items", "按物品近邻"),
    "by_vectors": ("By vectors", "按向量"),
    "by_people": ("By like people", "按相似的人"),
    "by_attributes": ("By attributes and place", "按属性与位置"),
    "by_everybody": ("By everybody and time", "按热度与时间"),
    "by_own_past": ("By the own past", "按自身历史"),
    "by_other": ("Others", "其他"),
    # what a merge learned
    "in_turn": ("Merged in turn", "轮流合并"),
    "budget": ("Learned budget", "学得的配额"),
    "asked": ("Asked", "采用"),
    "refused": ("Refused", "弃用"),
    "items_asked": ("Items of the channel for one person", "每人取自该渠道的物品数"),
    "marginal_worth": ("Recall lost without it, 95 % interval", "去掉后损失的召回率，95% 区间"),
    # map of items
    "other_words": ("others", "其他"),
    "axis_tells": ("tells {share:.0%} of the variance", "解释方差 {share:.0%}"),
    # realism
    "item_gini": ("Item Gini", "物品基尼系数"),
    "activity_gini": ("Activity Gini", "活跃度基尼系数"),
    "sessions_per_day": ("Sessions a person and day", "人均每日会话"),
    "exposures_per_day": ("Exposures a person and day", "人均每日曝光"),
    "repeat_rate": ("Pairs met again", "重复相遇率"),
}


@dataclass(frozen=True)
class Texts:
    """The words of one language; `Texts("zh")("recall")` is 召回."""

    language: Language = "en"
    words: Words = field(default_factory=dict)
    """More words, for example a domain's own names; they win over the charts' words."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with `{values}` filled in; an unknown key is its own text."""
        pair = self.words.get(key) or WORDS.get(key)
        text = key if pair is None else pair[self.language == "zh"]
        return text.format(**values) if values else text
