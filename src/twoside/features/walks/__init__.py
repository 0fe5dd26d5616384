"""Features of the past by walks through time: how one machine computes what `graph` defines.

    rows        moments of pairs, and what the two parties said of themselves then
    questions   what is asked: pairs at moments
    log         what happened on a day, as arrays; a day at a time
    carried     what days leave in the lake, so that a new day costs its own work
    walk        one walk through the days, for all that wants to hear of them
    keys        the values of a key, numbered: those that are asked about, or all of a small key
    program     the statistics of a key as arrays
    windows     counts, rates, active days and the time since, of one key
    recents     the person's last behaviours
    texts       how alike two texts are

A graph of joins and windows pays for every happening of every key; a walk touches each happening
once, adds it to the key's counters if somebody asks about that key, and answers each request when
it comes by. Whole days of a key of few values are added as sums. 200,000 exposures of 11 million
happenings and 1,786 features took 280 CPU s as graphs on DuckDB. The graphs stay for Spark; a test
compares the two, feature by feature.
"""
