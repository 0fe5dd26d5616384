"""The store: day tables (Parquet), artefacts (models), online values, runs. The place for files."""
