"""What was used of the plan this month."""
