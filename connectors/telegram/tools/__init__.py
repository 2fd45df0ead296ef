"""Telegram's tools by subject: parameters, handlers and what is published of them."""
