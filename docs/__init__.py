"""Documentation; `generate` writes the parts that follow from the code."""
