"""What beat has done, every how many seconds; a task that waited longer than `expires` is dropped."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "settle webhook deliveries that are due": {
        "task": "inbox.tasks.drain",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "tell platforms where to post": {"task": "tenants.tasks.register_webhooks", "schedule": 300.0},
    "renew access to platforms": {
        "task": "tenants.tasks.renew_access",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "tell of access that ends": {"task": "tenants.tasks.tell_of_ends", "schedule": 300.0},
    "forget attempts to connect": {"task": "tenants.tasks.forget_attempts", "schedule": 600.0},
    "end plans that are not paid": {"task": "tenants.tasks.end_unpaid_plans", "schedule": 300.0},
    "ask Stripe what is in doubt": {"task": "tenants.tasks.ask_stripe", "schedule": 300.0},
    "forget connect links that ended": {"task": "tenants.tasks.forget_connect_links", "schedule": 3600.0},
    "make exports": {"task": "tenants.tasks.make_exports", "schedule": 60.0, "options": {"expires": 60.0}},
    "forget exports": {
        "task": "tenants.tasks.forget_exports",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "erase customers": {
        "task": "tenants.tasks.erase_customers",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look at platforms that do not push": {
        "task": "inbox.tasks.watch",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "forward events that are due": {"task": "inbox.forward", "schedule": 5.0, "options": {"expires": 5.0}},
    "forget forwarded events": {"task": "inbox.tidy_forwarding", "schedule": 3600.0},
    "send letters that are due": {
        "task": "portal.send_letters",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "look for what people are to be told": {"task": "portal.look_around", "schedule": 300.0},
    "forget letters of long ago": {"task": "portal.tidy_letters", "schedule": 3600.0},
    "delete expired messages": {"task": "inbox.tasks.tidy_messages", "schedule": 3600.0},
    "forget files that were handed over": {"task": "inbox.tasks.forget_handed_files", "schedule": 300.0},
    "tidy webhook deliveries": {"task": "inbox.tasks.tidy_deliveries", "schedule": 3600.0},
    "give up calls that were never closed": {"task": "mcp_gateway.sweep_calls", "schedule": 30.0},
    "seal the audit trail": {"task": "audit.seal", "schedule": 10.0},
    "forget expired idempotency keys": {"task": "mcp_gateway.forget_expired_keys", "schedule": 3600.0},
    "forget expired codes, tokens and clients": {"task": "mcp_gateway.tidy_oauth", "schedule": 3600.0},
    "delete expired audit entries": {"task": "audit.purge", "schedule": 3600.0},
    "witness the audit chains": {"task": "audit.witness", "schedule": 3600.0},
}
