"""Features online: the same values as the offline engine, kept up by every event that comes in.

happenings.py    rows of the lake's tables as arrays, in order of time
parties.py       the people and items as they are now
plan.py          what the declared features need: counters, sequences, their columns
counters.py      window sums and last times of one key
keyed.py         the way from the parts of a key to its counters
sequences.py     the last behaviours of every person
trails.py        what a person was shown and did lately, without a fixed number
contexts.py      the context of recent exposures, for the events that answer them
batch.py         requests with their candidates, flattened
writers/         one writer a family of features: state in, columns of the matrix out
past.py          all that is kept up by what happens
states.py        OnlineStates: the past, the parties and the writers behind one door
vocabularies.py  what the states must know of a lake's words
history.py       a lake's past taken in at the start
replay.py        a logged day played through the states, as if it were live
"""

from twoside.features.online.history import remember
from twoside.features.online.past import Memory
from twoside.features.online.replay import replay
from twoside.features.online.states import OnlineStates
from twoside.features.online.vocabularies import context_sizes, texts, translations

__all__ = ["Memory", "OnlineStates", "context_sizes", "remember", "replay", "texts", "translations"]
