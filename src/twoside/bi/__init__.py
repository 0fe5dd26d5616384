"""BI: metrics that are defined once, kept by day in a cube, and asked for in milliseconds."""
