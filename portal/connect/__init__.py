"""Pages of connecting an account by signing in at its platform."""
