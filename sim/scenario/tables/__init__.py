"""Read the blocks of a scenario from tables: CSV or Parquet files with named columns."""
