"""Settings: the customer's profile, plan, data, and its end."""
