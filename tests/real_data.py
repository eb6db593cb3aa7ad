"""Real papers and reviews that some tests read in place. They are not part of the project; tests skip where absent."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data"
PAPERS = DATA / "ai_scientist_papers"
"""Two papers of The AI Scientist, each with its results, source and PDF."""
GATE_CASES = DATA / "gate_cases"
"""Sentences that the gate must judge correctly, and the paper and results that they speak of."""
REVIEWER_BENCH = DATA / "reviewer_bench"
