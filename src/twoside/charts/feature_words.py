"""Words of the feature report in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twoside.charts.texts import Words

FEATURE_WORDS: Words = {
    "features_title": ("What each feature is worth", "特征价值分析"),
    "features_lead": (
        "{rows} rows of {first} to {last}. A flag is a reason to look, not a verdict.",
        "{first} 至 {last} 的 {rows} 行样本。标记只是提示，需要人工确认。",
    ),
    "features": ("Features", "特征数"),
    "rows": ("Rows", "样本行数"),
    "noise": ("Noise", "噪声"),
    "duplicate": ("Duplicate", "重复"),
    "shifted": ("Shifted", "漂移"),
    "leaking": ("Leaking?", "疑似泄漏"),
    "noise_means": (
        "Noise: nothing beyond chance on any label (rows of one person or item counted together).",
        "噪声：对任何标签都没有超出随机的信息（同一人或同一物品的行合并计算）。",
    ),
    "duplicate_means": (
        "Duplicate: the same order as an earlier feature, perhaps turned round or scaled.",
        "重复：与前面某个特征排序相同（可能经过单调变换）。",
    ),
    "shifted_means": (
        "Shifted: PSI of the last days against the first above .25 beyond chance.",
        "漂移：后期相对前期的 PSI 超过 0.25（扣除随机波动）。",
    ),
    "leaking_means": (
        "Leaking?: alone, AUC of .9 or more: perhaps it is known only after the exposure.",
        "疑似泄漏：单特征 AUC 达 0.9 以上，可能在曝光之后才知道。",
    ),
    "worth_title": ("The best features alone", "单特征最佳"),
    "drift_title": ("What shifts most", "漂移最大的特征"),
    "table_title": ("All features", "全部特征"),
    "table_lead": ("Click a head to sort; type to filter by name.", "点击表头排序，输入名称筛选。"),
    "filter": ("Filter", "筛选"),
    "auc_alone": ("AUC of the feature alone", "单特征 AUC"),
    "psi": ("PSI", "PSI"),
    "feature": ("Feature", "特征"),
    "about": ("About", "描述对象"),
    "flags": ("Flags", "标记"),
    "distinct": ("Values", "不同值"),
    "median": ("Median", "中位数"),
    "p_value": ("p", "p 值"),
    "iv": ("IV", "IV"),
    "pearson": ("Pearson", "皮尔逊"),
    "cluster": ("Cluster", "相关簇"),
    "duplicate_of": ("Repeats", "与之重复"),
    "person": ("Person", "人"),
    "item": ("Item", "物品"),
    "pair": ("Pair", "配对"),
    "request": ("Request", "请求"),
    "best_auc": ("Best AUC", "最佳 AUC"),
    "low": ("10 %", "10%"),
    "high": ("90 %", "90%"),
    "value": ("Value", "数值"),
    "quantile": ("Quantile", "分位"),
    "number": ("number", "数值型"),
    "category": ("category", "类别型"),
    "again": ("Again:", "复现："),
}
