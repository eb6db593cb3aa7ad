"""Views of a run: live progress, transcript, cost, and tables of runs."""
