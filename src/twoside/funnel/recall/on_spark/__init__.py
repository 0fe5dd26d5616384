"""Learning channels on Spark, for logs that one machine cannot hold.

    log = Log(frame, people, items, now_ms)             # or Log.of(data, session)
    fitted = neighbours.fit("itemcf", ItemCF(), log, 7)     # as ItemCF().fit(data, 7)
    neighbours.write("swing", Swing(), log, 7, "hdfs:///near/swing")

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
