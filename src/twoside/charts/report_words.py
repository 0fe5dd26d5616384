"""Words of the report in English and Chinese; those of its charts are in `texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twoside.charts.texts import Words

REPORT_WORDS: Words = {
    "report_title": ("A marketplace day, measured", "市场的一天：实测报告"),
    "report_lead": (
        "Every figure below was measured in this run. Under each section stands the command that "
        "makes its numbers again.",
        "以下数字均由本次运行实测得到；每节下方附有可复现的命令。",
    ),
    "card_rank": ("AUC / GAUC", "AUC / GAUC"),
    "card_recall": ("Recall@500, merged", "合并召回@500"),
    "card_play": ("Way from popularity to oracle", "热门榜到真值上限"),
    "card_time": ("Time", "总耗时"),
    "card_time_below": ("wall clock, all steps", "全部步骤，墙钟时间"),
    "card_memory": ("Memory", "内存峰值"),
    "card_memory_below": ("at its peak", "峰值"),
    "scene_title": ("The funnel", "推荐漏斗"),
    "scene_lead": (
        "Learned on {rows} exposures on days to {until}; tested on {days}.",
        "以截至 {until} 的 {rows} 条曝光训练，在 {days} 上测试。",
    ),
    "stages_title": ("What each stage lets through", "各阶段的保留"),
    "channels_title": ("Recall channels compared", "召回渠道对比"),
    "ranker_title": ("Rank models on every target", "排序模型与目标"),
    "calibration_title": ("Calibration", "校准"),
    "play_title": ("Closed loop in the world", "仿真世界闭环"),
    "play_lead": (
        "All policies from the same state: {people} people, {days} days.",
        "各策略从同一状态出发：{people} 人，{days} 天。",
    ),
    "arms_title": ("What each policy achieves", "各策略成果"),
    "days_title": ("The logs", "日志"),
    "days_lead": ("{exposures} exposures on {days} days.", "{days} 天，共 {exposures} 次曝光。"),
    "labels_title": ("Behaviours by day", "逐日行为"),
    "positions_title": ("By position", "按位置"),
    "lorenz_title": ("How exposure is shared", "曝光如何分配"),
    "realism_title": ("Does the world look real?", "仿真像真的吗？"),
    "realism_lead": (
        "Statistics of the world's logs beside those of real logs.",
        "仿真日志与真实日志的统计量对照。",
    ),
    "seconds_title": ("Where the time went", "时间花在哪里"),
    "seconds_lead": ("Wall clock of each step.", "各步骤墙钟时间。"),
    "channel": ("Channel", "渠道"),
    "model": ("Model", "模型"),
    "target": ("Target", "目标"),
    "logloss": ("Log-loss", "对数损失"),
    "calibration": ("Calibration", "校准比"),
    "arm": ("Policy", "策略"),
    "interval": ("95 % interval", "95% 区间"),
    "in_figures": ("In figures", "明细"),
    "again": ("Again:", "复现："),
    "console": ("Look closer in the console:", "在控制台深入查看："),
}
