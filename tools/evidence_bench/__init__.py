"""EvidenceBench: seeds false and honest statements with known answers in a finished paper, and measures the gate on them."""
