"""What tests stand on: a private Redis, the people, a client of the application."""
