"""How a receiver proves that a delivery is Hermes', to copy (docs/webhooks.md says the rest)."""

PYTHON = """\
# pip install standardwebhooks
from standardwebhooks import Webhook, WebhookVerificationError

def receive(body: bytes, headers: dict[str, str]) -> int:
    try:
        event = Webhook("{secret}").verify(body, headers)
    except WebhookVerificationError:
        return 401
    # headers["webhook-id"] may come again: do each id once.
    print(event["type"], event["data"])
    return 204
"""

JAVASCRIPT = """\
// npm install express standardwebhooks
import express from "express";
import {{ Webhook }} from "standardwebhooks";

const app = express();
app.post("/hermes", express.raw({{ type: "application/json" }}), (request, response) => {{
  try {{
    const event = new Webhook("{secret}").verify(request.body.toString(), request.headers);
    // request.headers["webhook-id"] may come again: do each id once.
    console.log(event.type, event.data);
    response.sendStatus(204);
  }} catch {{
    response.sendStatus(401);
  }}
}});
app.listen(8080);
"""
PLACEHOLDER = "whsec_…"


def snippets(secret: str = PLACEHOLDER) -> dict[str, str]:
    """The receivers with this secret in its place."""
    return {"python": PYTHON.format(secret=secret), "javascript": JAVASCRIPT.format(secret=secret)}
