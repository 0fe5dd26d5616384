"""Words to codes: a column as people write it becomes the column that the lake holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from twoside.schema.entities import Column
    from twoside.store.stage import Stage


def coded(column: Column, values: pa.Array, stage: Stage) -> pa.Array:
    """Numbers, times, texts, words or lists of words in the type and codes of the lake; nulls
    become the unknown of their type. New words are numbered by the stage."""
    match column.type:
        case "number":
            return values.cast(pa.float64()).fill_null(np.nan)
        case "time":
            return values.cast(pa.int64()).fill_null(-1)
        case "text":
            return values.cast(pa.string()).fill_null("")
        case "category":
            return pa.array(stage.codes(column, values), pa.int32())
        case _:
            offsets = (values.offsets.to_numpy() - values.offsets[0].as_py()).astype(np.int32)
            codes = stage.codes(column, values.flatten())
            return pa.ListArray.from_arrays(pa.array(offsets), pa.array(codes, pa.int32()))
