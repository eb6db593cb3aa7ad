"""Batches: ideas × templates × models, each idea a run of its own, side by side in processes or on a Ray cluster."""
