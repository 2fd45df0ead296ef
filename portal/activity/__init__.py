"""What was done: the customer's audit trail as people read it."""
