"""Features of the past as ibis graphs: tables in, one column a feature out; no engine is named.

    party       the versions of one side of a scene, out of a lake
    spans       versions of entities with their end, and what held at a moment
    happened    exposures and events as one table of happenings, with the groups they counted for
    declared    what the parties declare: attributes, matches, distance, age, time
    content     how alike the texts of the parties are
    statistic   counts, rates and the time since, one graph a key
    recent      the person's last behaviours, one graph a set of events

Only the part of ibis is used that gives the same on DuckDB and Spark: windows over integers,
equi-joins, no as-of join, no ordered collect. Every graph ends in a table (row, feature ...), one
row an asked pair, in any order.
"""
