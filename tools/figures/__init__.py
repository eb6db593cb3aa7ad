"""What a figure shows, in words, read from the figure itself while plot.py draws it."""
