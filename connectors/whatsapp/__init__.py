"""WhatsApp Business, over Meta's Cloud API."""
