"""The benchmark: what a resync costs beside the least that moving the same data could cost."""
