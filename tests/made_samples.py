"""Samples from columns, values and labels; the rest is plain unless it is given."""

import numpy as np

from twoside.schema.samples import Samples


def samples_of(columns, values, labels, **given):
    """One request a row, one person, one item, one day, all of weight 1; `given` replaces these."""
    rows = np.arange(len(values))
    plain = {
        "exposure_id": rows,
        "request_id": rows,
        "person": np.zeros(len(rows), np.int32),
        "item": np.zeros(len(rows), np.int32),
        "ts_ms": rows,
        "day": np.zeros(len(rows), np.int32),
        "position": np.zeros(len(rows), np.int16),
        "weight": np.ones(len(rows), np.float32),
    }
    return Samples(
        **{**plain, **given},
        labels=labels,
        columns=columns,
        values=np.asarray(values, np.float32),
    )
