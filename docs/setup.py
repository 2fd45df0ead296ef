"""The page on how agents are connected, from the data that `GET /api/setup` tells."""

from mcp_gateway.setup.clients import Client, Way, clients

EXAMPLE = "https://hermes.example.com"
_HEAD = f"""# Connect an agent

<!-- made by `python -m docs.generate` from mcp_gateway/setup/clients.py -->

`{EXAMPLE}` stands for your deployment's address, YOUR_HERMES_KEY for an API key. `GET /api/setup`
tells the same with the address in it, for programs. A client that can sign in needs the address alone; a key
goes into a header, never into the address. `docs/server.json` is the entry for the MCP registry; for your
address `GET /api/setup` has it (`registry`), to be published by the owner of the host name.

For ChatGPT's deep research and company knowledge the key profile `research` lists `search` and `fetch` over
conversations and notes, beside the core tools that read; the profile `full` lists them too. They answer as
OpenAI's contract has it: `{{"results": [{{"id", "title", "url"}}]}}` and
`{{"id", "title", "text", "url", "metadata"}}`.

"""
_AUTH = {"oauth": "Sign in", "key": "With a key"}
_FENCE = {"json": "json", "commands": "sh", "steps": "text"}


def page() -> str:
    """All clients."""
    return _HEAD + "\n".join(_part(client) for client in clients(EXAMPLE))


def _part(client: Client) -> str:
    note = f"{client.note}\n\n" if client.note else ""
    return f"## {client.name}\n\n{note}" + "\n".join(_way(way) for way in client.ways)


def _way(way: Way) -> str:
    return f"{_AUTH[way.auth]}, in {way.place}:\n\n```{_FENCE[way.format]}\n{way.text}\n```\n"
