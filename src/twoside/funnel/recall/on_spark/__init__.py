"""Learning channels on Spark, for logs that one machine cannot hold.

    log = Log(frame, people, items, now_ms)             # or Log.of(data, session)
    fitted = fit_on_spark("itemcf", ItemCF(), log, folder, seed=7)    # as ItemCF().fit(data, 7)
    neighbours_on_spark("swing", Swing(), log, "hdfs:///near/swing", seed=7)

Settings and fitted classes are those of the channels; only the learning is done here, by joins,
windows and sums of Spark. Needs `pip install 'twoside[spark]'` and Java 17. Only Swing runs Python
on the executors, which then need twoside too.
"""

from twoside.errors import MissingExtra

try:
    import pyspark  # noqa: F401 - every file of this folder needs it
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "pyspark":
        raise
    raise MissingExtra(
        "recall: learning on Spark needs 'pyspark'. Install it with: pip install 'twoside[spark]'"
    ) from None
