"""Discord: servers, channels, threads and direct messages of a bot."""
