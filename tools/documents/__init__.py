"""Reading a paper: its text in reading order, its structure, and what in it no human reader would see."""
