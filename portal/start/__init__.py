"""From a new customer to an agent that works: an account, a client, the first call."""
