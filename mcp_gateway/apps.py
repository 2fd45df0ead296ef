"""Django's registration of this app."""

from django.apps import AppConfig


class McpGatewayConfig(AppConfig):
    """The mcp_gateway app."""

    name = "mcp_gateway"
    verbose_name = "Agents"
    default_auto_field = "django.db.models.BigAutoField"
