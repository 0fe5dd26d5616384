"""Features online: the same values as the offline engine, kept up by every event that comes in.

happenings.py   rows of the lake's tables as arrays, in order of time
parties.py      the people and items as they are now
plan.py         what the declared features need: counters, sequences, their columns
slots.py        a row for every pair of codes that has a history (a hash table)
counters.py     window sums and last times of one key
sequences.py    the last behaviours of every person
trails.py       what a person was shown and did lately, without a fixed number
contexts.py     the context of recent exposures, for the events that answer them
writers.py      one writer a family of features: state in, columns of the matrix out
states.py       OnlineStates, that holds all of these
replay.py       a logged day played through the states, as if it were live
"""

from twoside.features.online.replay import replay
from twoside.features.online.states import Memory, OnlineStates

__all__ = ["Memory", "OnlineStates", "replay"]
