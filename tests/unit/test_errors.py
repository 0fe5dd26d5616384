"""The tail of a message about an unknown name."""

from twoside.errors import did_you_mean


def test_of_a_few_names_all_are_told() -> None:
    assert did_you_mean("swign", ["swing", "itemcf"]) == (
        "Did you mean 'swing'? Known: itemcf, swing."
    )
    assert did_you_mean("x", []) == "Known: none."


def test_of_very_many_names_the_nearest_are_told_and_the_others_counted() -> None:
    names = [f"item_view_rate_{days}d" for days in (1, 3, 7)] + [f"f{n}" for n in range(1_500)]
    assert did_you_mean("item_vew_rate_7d", names) == (
        "Did you mean 'item_view_rate_7d'? Known: item_view_rate_7d, item_view_rate_3d, "
        "item_view_rate_1d, 1,500 others."
    )
    assert did_you_mean("?", names) == "Known: 1,503 others."
