"""featuretools' DFS with cut-off times, for `bench.features`: run by a Python that has it.

    python bench/featuretools_dfs.py FOLDER WINDOW_DAYS ...

FOLDER has past.parquet (ts_ms, person, item, kind) and asked.parquet (ts, person, item). Imports
nothing of twoside.
"""

import json
import resource
import sys
import time
from pathlib import Path

import featuretools as ft
import numpy as np
import pandas as pd


def main() -> None:
    """Counts by kind of each job and seeker in sliding windows before each cut-off."""
    folder, windows = Path(sys.argv[1]), [int(days) for days in sys.argv[2:]]
    past, asked = (pd.read_parquet(folder / f"{name}.parquet") for name in ("past", "asked"))
    past["when"] = pd.to_datetime(past.pop("ts_ms"), unit="ms")
    past["number"] = np.arange(len(past))
    kinds = sorted(past.kind.unique())
    entities = ft.EntitySet("market")
    entities.add_dataframe(
        past, "past", index="number", time_index="when", logical_types={"kind": "Categorical"}
    )
    for side in ("item", "person"):
        entities.normalize_dataframe("past", f"{side}s", side)
    entities.add_interesting_values(dataframe_name="past", values={"kind": kinds})
    cpu, wall, columns = time.process_time(), time.perf_counter(), 0
    for side in ("item", "person"):
        cutoff = pd.DataFrame({side: asked[side], "time": pd.to_datetime(asked.ts, unit="ms")})
        cutoff = cutoff.drop_duplicates()
        for days in windows:
            found, _ = ft.dfs(
                entityset=entities,
                target_dataframe_name=f"{side}s",
                cutoff_time=cutoff,
                training_window=f"{days} days",
                agg_primitives=["count"],
                where_primitives=["count"],
                trans_primitives=[],
                max_depth=1,
            )
            columns += sum("WHERE" in name for name in found.columns)
    seconds = time.perf_counter() - wall
    told = {
        "rows": len(asked),
        "features": columns,
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": seconds,
        "rows_per_second": len(asked) / seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
