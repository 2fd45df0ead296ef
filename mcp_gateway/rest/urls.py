"""The paths of management. Tool calls are answered before Django (`hermes.asgi`)."""

from django.urls import path

from mcp_gateway.rest import (
    agents,
    archives,
    connect_links,
    connections,
    description,
    inbox,
    keys,
    records,
    sandbox,
    setup,
    tools,
    webhook_deliveries as deliveries,
    webhooks,
)

urlpatterns = [
    path("openapi.json", description.document),
    path("api/docs", description.docs, name="api_docs"),
    path("api/docs/<slug:slug>", description.docs_of, name="api_docs_of"),
    path(".well-known/ai-plugin.json", setup.plugin),
    path("api/setup", setup.setup),
    path("api/tools", tools.Tools.as_view()),
    path("api/connect/<str:platform>", connections.Connect.as_view()),
    path("api/connect-links", connect_links.ConnectLinks.as_view()),
    path("api/connect-links/<str:link_id>", connect_links.ConnectLinkById.as_view()),
    path("api/connections", connections.Connections.as_view()),
    path("api/connections/<str:connection_id>", connections.ConnectionById.as_view()),
    path("api/connections/<str:connection_id>/verify", connections.Verification.as_view()),
    path("api/connections/<str:connection_id>/import", archives.Import.as_view()),
    path("api/connections/<str:connection_id>/export", archives.Export.as_view()),
    path("api/keys", keys.Keys.as_view()),
    path("api/keys/<str:key_id>", keys.KeyById.as_view()),
    path("api/keys/<str:key_id>/rotate", keys.KeyRotation.as_view()),
    path("api/agents", agents.Agents.as_view()),
    path("api/agents/<str:agent_id>", agents.AgentById.as_view()),
    path("api/webhooks", webhooks.Webhooks.as_view()),
    path("api/webhooks/<str:webhook_id>", webhooks.WebhookById.as_view()),
    path("api/webhooks/<str:webhook_id>/rotate-secret", webhooks.SecretRotation.as_view()),
    path("api/webhooks/<str:webhook_id>/test", deliveries.Trial.as_view()),
    path("api/webhooks/<str:webhook_id>/deliveries", deliveries.Deliveries.as_view()),
    path(
        "api/webhooks/<str:webhook_id>/deliveries/<str:event_id>/redeliver", deliveries.Redelivery.as_view()
    ),
    path("api/webhooks/<str:webhook_id>/redeliver", deliveries.RangeRedelivery.as_view()),
    path("api/usage", records.UsageNow.as_view()),
    path("api/subscription", records.SubscriptionOfNow.as_view()),
    path("api/audit", records.AuditTrail.as_view()),
    path("api/sandbox/<str:platform>/inbound", sandbox.Simulation.as_view()),
    path("api/inbox/threads", inbox.Threads.as_view()),
    path("api/inbox/threads/<str:thread_id>/messages", inbox.Messages.as_view()),
    path("api/inbox/threads/<str:thread_id>/read", inbox.Read.as_view()),
    path("api/inbox/messages", inbox.Search.as_view()),
]
