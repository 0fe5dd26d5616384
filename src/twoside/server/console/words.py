"""The console's words in English and Chinese. Charts bring their own (`charts.texts`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.charts.texts import Language, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Words
    from twoside.schema.domain import Domain, Scene

WORDS: Words = {
    # frame
    "tagline": ("Lists for both sides of a market", "双边市场推荐"),
    "scene": ("Scene", "场景"),
    "http_docs": ("HTTP interface", "HTTP 接口"),
    "version": ("Artefact", "模型版本"),
    "none_yet": ("Nothing here yet", "暂无数据"),
    "went_wrong": ("This could not be shown", "无法显示"),
    # overview
    "page_overview": ("Overview", "总览"),
    "lead_overview": (
        "One list goes through five stages. Here is how many candidates each lets through, and "
        "how many of the items that people then liked are still among them.",
        "一次推荐经过五个阶段：每个阶段留下多少候选，用户后来真正喜欢的物品还剩多少。",
    ),
    "learned_until": ("Learned on days to", "训练截至"),
    "tested_on": ("tested on {days}", "测试日 {days}"),
    "fit_rows": ("Exposures learned from", "训练曝光"),
    "test_rows": ("{n} in the test", "测试 {n} 条"),
    "merged_recall": ("Recall@500, merged", "合并召回@500"),
    "best_channel": ("best channel alone: {name} {value}", "最佳单渠道：{name} {value}"),
    "best_ranker": ("GAUC of {target}", "{target} 的 GAUC"),
    "by_model": ("by {model}; AUC {auc}", "{model}；AUC {auc}"),
    "oracle_share": ("Way to the oracle", "距真值上限"),
    "oracle_share_note": ("from popularity, in closed loop", "自热门榜起，闭环测得"),
    "card_stages": ("The funnel on the test days", "测试日漏斗"),
    "note_stages": (
        "Averages per request. A stage is good if the right bar shrinks less than the left one.",
        "每次请求的平均值。右侧下降得比左侧少，说明该阶段有效。",
    ),
    "card_seconds": ("Where the time of this evaluation went", "本次评估耗时"),
    "note_seconds": ("Wall time of each step, seconds.", "各步骤用时（秒）。"),
    "no_evaluation": (
        "No evaluation of this scene. Make one with: twoside funnel evaluate {scene} "
        "--lake LAKE --train-until DAY",
        "该场景尚无评估。运行：twoside funnel evaluate {scene} --lake LAKE --train-until DAY",
    ),
    # recall
    "page_recall": ("Recall", "召回渠道"),
    "lead_recall": (
        "Each channel looks for candidates in its own way. A channel earns its place by hits that "
        "no other has, or by breadth.",
        "各渠道以不同方式寻找候选。独有命中或更广的覆盖，是渠道存在的理由。",
    ),
    "card_channels": ("Channels compared", "渠道对比"),
    "note_channels": (
        "Left: share of the items that a person liked next, found in the first 100 and 500. "
        "Right: how much of the catalogue is reached, how unequally, and what no other finds.",
        "左：用户后来喜欢的物品，出现在前 100 / 500 的比例。右：目录覆盖、集中程度与独有命中。",
    ),
    "card_channel_table": ("In figures", "明细"),
    "channel": ("Channel", "渠道"),
    "recall_channels": ("Channels", "渠道"),
    "card_alike": ("What channels share", "渠道重合度"),
    "note_alike": (
        "Of the first 500 items of the row's channel, over all questions of {days}: the share that "
        "the column's channel has in its own first 500. Two that share nearly all are one.",
        "{days} 全部请求中，行渠道前 500 个物品也在列渠道前 500 的比例；几乎全同即冗余。",
    ),
    "recall_merge": ("Budgets and worth", "配额与价值"),
    "no_merge": (
        "The merge of this funnel learns nothing: its budgets are those of the configuration. "
        'One that learns: [merge] how = "learned".',
        '该漏斗的合并不学习，配额来自配置。可学习的合并：[merge] how = "learned"。',
    ),
    "card_gain": ("What learning the merge brought", "学习合并的收益"),
    "note_gain": (
        "Cross-fitted on {people} people of the validation days; 95 % interval of the difference, "
        "paired over people.",
        "验证日 {people} 人交叉拟合；差值为按人配对的 95% 区间。",
    ),
    "figure": ("Figure", "指标"),
    "learned_merge": ("Learned", "学习合并"),
    "p_value": ("p", "p 值"),
    "difference": ("Difference", "差值"),
    "best_alone": ("Best channel alone", "最佳单渠道"),
    "card_kind": ("{kind}: {people} people", "{kind}：{people} 人"),
    "note_kind": (
        "Before and after learning, and what recall all channels lose without the one. A refused "
        "channel is not asked for these people.",
        "学习前后的配额，以及去掉该渠道后损失的召回率。被弃用的渠道不再对这些人请求。",
    ),
    "kind_new": ("New people", "新人"),
    "kind_light": ("Light users", "轻度用户"),
    "kind_heavy": ("Heavy users", "重度用户"),
    "kind_all": ("All together", "全体"),
    "worth": ("Worth", "价值"),
    "recall_person": ("A person, and why", "某人与原因"),
    "recall_item": ("An item's neighbours", "物品近邻"),
    "recall_map": ("Map of items", "物品地图"),
    "no_map": (
        "No channel of this funnel has vectors of items (als_simitem, two_tower, item2vec ...).",
        "该漏斗没有物品向量渠道（als_simitem、two_tower、item2vec 等）。",
    ),
    "note_map": (
        "The {n} most liked of {of} open items that have a vector, on the two main axes.",
        "{of} 个有向量的开放物品中最受欢迎的 {n} 个，投影到两个主轴。",
    ),
    "coloured_by": ("Coloured by", "着色"),
    "show_it": ("Show", "查看"),
    "item_id": ("Item's id", "物品 ID"),
    "unknown_person_recall": (
        "The lake does not know {person}: for somebody new no channel has reasons.",
        "数据湖中没有 {person}：新人没有可解释的召回原因。",
    ),
    "unknown_item": ("The lake does not know {item}.", "数据湖中没有 {item}。"),
    "no_reasons": (
        "No channel of this funnel sums up recent items or like people (itemcf, usercf ...).",
        "该漏斗没有按近期物品或相似的人求和的渠道（itemcf、usercf 等）。",
    ),
    "no_near": (
        "No channel of this funnel knows what is near to an item (itemcf, swing, two_tower ...).",
        "该漏斗没有物品近邻渠道（itemcf、swing、two_tower 等）。",
    ),
    "note_reasons": (
        "Shares of the score; they sum to 100 %. A negative one speaks against the item.",
        "各原因占得分的比例，合计 100%；负值表示反对。",
    ),
    "note_near": (
        "Nearest first, by each channel's own measure; ×n: n channels have it. Closed items too.",
        "按各渠道自己的度量由近到远；×n 表示 n 个渠道都有。含已关闭物品。",
    ),
    "finds_nothing": ("finds nothing", "无结果"),
    "because": ("Because of", "原因"),
    "more_reasons": ("{n} more", "另外 {n} 个"),
    "recent_of": ("Lately of {person}:", "{person} 近期："),
    "no_past": ("nothing that speaks for an item", "没有正向行为"),
    "near_people": ("Like this person", "相似的人"),
    "latency": ("Latency, ms", "耗时 (ms)"),
    # ranker
    "page_ranker": ("Ranker", "排序质量"),
    "lead_ranker": (
        "AUC asks whether liked items stand above the others over everybody; GAUC asks it within "
        "one person's lists, which is what a list needs.",
        "AUC 衡量全体样本的排序，GAUC 只在同一个人内部比较，更接近列表排序的目标。",
    ),
    "card_ranker": ("Models on every target", "各模型各目标"),
    "note_ranker": (
        "Bars are standard errors over people. .5 is chance.",
        "误差线为按人重采样的标准误，0.5 为随机。",
    ),
    "card_calibration": ("Calibration: {target}", "校准：{target}"),
    "note_calibration": (
        "On the dotted line a predicted 10 % is a real 10 %.",
        "落在虚线上表示预测 10% 即真实 10%。",
    ),
    "model": ("Model", "模型"),
    "target": ("Target", "目标"),
    "logloss": ("Log-loss", "对数损失"),
    "calibration": ("Calibration", "校准比"),
    "rows": ("Rows", "样本数"),
    "base_rate": ("Rate", "正例率"),
    # explain
    "page_explain": ("Explain a list", "解释一次推荐"),
    "lead_explain": (
        "Choose a person, and see where each item of the list came from and what every stage "
        "said of it.",
        "选择一个人，查看列表中每个物品来自哪里、各阶段如何评价它。",
    ),
    "person_id": ("Person's id", "人员 ID"),
    "request_id": ("or a request's id", "或请求 ID"),
    "explain_button": ("Explain", "解释"),
    "try_people": ("For example", "例如"),
    "latest_requests": ("Last requests", "最近请求"),
    "unknown_person": (
        "The lake does not know {person}: this is the list of somebody new.",
        "数据湖中没有 {person}：以下是新人看到的列表。",
    ),
    "unknown_request": (
        "Request {request} is not among the last that this server answered.",
        "请求 {request} 不在本服务最近应答之列。",
    ),
    "the_person": ("The person", "此人"),
    "new_person": ("Somebody new", "新人"),
    "no_attributes": ("Nothing is known.", "没有任何信息。"),
    "card_shown": ("The list, and what each stage said", "列表与各阶段评价"),
    "note_shown": (
        "A chip is a recall channel with the item's rank there; ranks count from 1. Blue words are "
        "the same for the person and the item.",
        "标签为召回渠道及其名次（从 1 起）；蓝色文字表示此人与物品相同之处。",
    ),
    "item": ("Item", "物品"),
    "from": ("From", "来源"),
    "merge_rank": ("Merge", "合并"),
    "prerank_rank": ("Prerank", "粗排"),
    "fused_rank": ("Fused", "融合"),
    "score": ("Score", "得分"),
    "card_counts": ("Candidates by stage", "各阶段候选数"),
    "card_spent": ("Time by stage", "各阶段耗时"),
    "card_overlap": ("What channels share, for this person", "渠道重合（此人）"),
    "card_candidates": ("Every stage's candidates", "各阶段候选"),
    "dropped": ("Taken out by rules", "规则过滤"),
    "total_time": ("Time", "总耗时"),
    "found": ("Found by channels", "渠道共召回"),
    "shown": ("Shown", "展示"),
    "ranked": ("Ranked", "精排"),
    "failed_channels": ("Channels that failed: {names}", "失败渠道：{names}"),
    "filled": ("{n} from the fallback", "{n} 个来自兜底"),
    "place": ("#", "#"),
    "attributes": ("In words", "描述"),
    "seen": ("seen", "看过"),
    "closed": ("closed", "已关闭"),
    "rejected": ("rejected", "已拒绝"),
    "company cap": ("company cap", "公司上限"),
    "features": ("Features", "特征"),
    "context": ("Context", "上下文"),
    "fusion": ("Fusion", "融合"),
    "diversity": ("Diversity", "多样性"),
    "rules": ("Rules", "规则"),
    "per_page": ("per page", "每页"),
    # world
    "page_world": ("World and oracle", "仿真世界"),
    "lead_world": (
        "In a world whose truth is known, policies play the same days from the same state. The "
        "oracle knows every true probability; nobody can do better by more than luck.",
        "在真值已知的世界里，各策略从同一状态出发运行同样的日子；真值策略知道所有真实概率。",
    ),
    "card_arms": ("What each policy achieves", "各策略成果"),
    "note_arms": (
        "{goal} per person and day over {days} days, {people} people; bars are 95 % intervals.",
        "人均每日{goal}，{days} 天，{people} 人；误差线为 95% 区间。",
    ),
    "arm": ("Policy", "策略"),
    "mean": ("Mean", "均值"),
    "interval": ("95 % interval", "95% 区间"),
    "of_oracle": ("Of the oracle", "占真值上限"),
    "no_play": (
        "No closed loop of this scene: it needs a world. See: twoside world play",
        "该场景没有闭环结果：需要仿真世界。见 twoside world play",
    ),
    "card_realism": ("Does it look real?", "像真的吗？"),
    "note_realism": (
        "Statistics of the world's logs beside those of real logs.",
        "仿真日志的统计量，与真实日志并列。",
    ),
    # data
    "page_data": ("Data and events", "数据与事件"),
    "lead_data": (
        "What the lake holds for this scene, day by day.",
        "数据湖中该场景逐日的数据。",
    ),
    "people": ("People", "人"),
    "items": ("Items", "物品"),
    "days": ("Days", "天数"),
    "day_span": ("{first} to {last}", "{first} 至 {last}"),
    "per_day": ("{n} a day", "每天 {n}"),
    "card_labels": ("Behaviours by day", "逐日行为"),
    "note_labels": (
        "A rate that falls on the last days is often a label that is not final yet.",
        "最后几天下降的比率，常因标签尚未成熟。",
    ),
    "card_positions": ("By position", "按位置"),
    "note_positions": (
        "Position bias and good ranking fall alike.",
        "下降既来自位置偏差，也来自排序效果。",
    ),
    "card_lorenz": ("How exposure is shared", "曝光如何分配"),
    "note_lorenz": (
        "The deeper the curve hangs, the fewer items get most of it.",
        "曲线越低，曝光越集中于少数物品。",
    ),
    # features
    "page_features": ("Features", "特征分析"),
    "lead_features": (
        "What each feature is worth by itself, and what is noise, repeated, shifted or suspected "
        "of knowing the outcome. A flag is a reason to look, not a verdict.",
        "各特征单独的价值，以及噪声、重复、漂移与疑似泄漏。标记只是提示，需要人工确认。",
    ),
    "no_features": (
        "Nobody has looked at the features of this scene. Do it with: twoside features report "
        "{scene} --lake LAKE --until DAY",
        "该场景的特征尚未分析。运行：twoside features report {scene} --lake LAKE --until DAY",
    ),
    "note_features": (
        "Click a head to sort, a name to look closer.",
        "点击表头排序，点击名称查看详情。",
    ),
    "note_worth": (
        "AUC of the feature alone, turned above one half; a dot a label.",
        "单特征 AUC（取 0.5 以上方向），每个标签一点。",
    ),
    "noise_short": ("nothing beyond chance", "没有超出随机的信息"),
    "duplicate_short": ("the order of another", "与其他特征同序"),
    "shifted_short": ("late days unlike early", "前后期分布不同"),
    "leaking_short": ("too good alone", "单独过强"),
    "choose_label": ("Figures of", "按标签"),
    "best_label": ("the best label", "最佳标签"),
    "choose_flag": ("Flag", "标记"),
    "any_flag": ("all features", "全部特征"),
    "one_drift": ("PSI day by day", "逐日 PSI"),
    # metrics
    "page_bi": ("Metrics", "指标"),
    "lead_bi": (
        "Any metric over any days, split by a dimension; ratios are added up before they are "
        "divided.",
        "任选指标、日期与维度；比率先分别累加分子分母再相除。",
    ),
    "split": ("Split by", "拆分维度"),
    "split_by": ("By {name}", "按{name}拆分"),
    "note_split": (
        "All days together; the values with the largest denominator on top.",
        "所有日期合计；按分母由大到小。",
    ),
    "note_funnel": (
        "Counts of all these days, and the share of each step in the one before.",
        "所选日期合计，以及各步占上一步的比例。",
    ),
    "from_day": ("From", "起始日"),
    "to_day": ("To", "结束日"),
    "show_days": ("Show", "查看"),
    "csv": ("CSV", "导出 CSV"),
    "look_into": ("Look into:", "下钻："),
    "look_out": ("back to all", "返回全部"),
    "all_days": ("All days together", "全部日期合计"),
    "last_day": ("The last day", "最后一日"),
    "numerator": ("Numerator", "分子"),
    "denominator": ("Denominator", "分母"),
    "good_is": ("Better is", "更好方向"),
    "good_up": ("higher", "越高越好"),
    "good_down": ("lower", "越低越好"),
    "no_log": ("The lake holds no days of this scene.", "数据湖中没有该场景的数据。"),
}


def texts_for(language: Language, domain: Domain, scenes: Mapping[str, Scene]) -> Texts:
    """The words of the console, its charts, a domain's behaviours and the scenes (by their full
    names), in one language."""
    behaviours = {
        event.name: (event.name.replace("_", " "), event.name_zh or event.name)
        for event in domain.events
    }
    called = {
        name: (scene_name(scene, "en"), scene_name(scene, "zh")) for name, scene in scenes.items()
    }
    return Texts(language, {**behaviours, **called, **WORDS})


def scene_name(scene: Scene, language: Language) -> str:
    """A scene as people call it."""
    return scene.name_zh if language == "zh" and scene.name_zh else scene.name.replace("_", " ")
