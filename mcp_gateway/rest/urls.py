"""The paths of management. Tool calls are answered before Django (`hermes.asgi`)."""

from django.urls import path

from mcp_gateway.rest import connections, description, inbox, keys, records, sandbox, tools

urlpatterns = [
    path("openapi.json", description.document),
    path("api/docs", description.docs),
    path("api/tools", tools.Tools.as_view()),
    path("api/connect/<str:platform>", connections.Connect.as_view()),
    path("api/connections", connections.Connections.as_view()),
    path("api/connections/<str:connection_id>", connections.ConnectionById.as_view()),
    path("api/connections/<str:connection_id>/verify", connections.Verification.as_view()),
    path("api/keys", keys.Keys.as_view()),
    path("api/keys/<str:key_id>", keys.KeyById.as_view()),
    path("api/keys/<str:key_id>/rotate", keys.KeyRotation.as_view()),
    path("api/usage", records.UsageNow.as_view()),
    path("api/audit", records.AuditTrail.as_view()),
    path("api/sandbox/<str:platform>/inbound", sandbox.Simulation.as_view()),
    path("api/inbox/threads", inbox.Threads.as_view()),
    path("api/inbox/threads/<str:thread_id>/messages", inbox.Messages.as_view()),
]
