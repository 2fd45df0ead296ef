"""Obsidian, declared: a vault of notes that Hermes keeps as files."""

from pathlib import Path

from connectors.kit.connector import Connector
from connectors.kit.vaults import VaultSpec
from connectors.obsidian import archives
from connectors.obsidian.credentials import VaultCredentials
from connectors.obsidian.documents import DOCUMENTS
from connectors.obsidian.limits import ARCHIVE_BYTES, PUBLISHED
from connectors.obsidian.tools import editing, reading, searching, writing
from connectors.obsidian.verification import verify

CONNECTOR = Connector(
    slug="obsidian",
    name="Obsidian",
    summary="Read, search, write and rearrange notes of a vault; links, tags and properties stay whole.",
    credentials=VaultCredentials,
    tools=(*reading.TOOLS, *searching.TOOLS, *writing.TOOLS, *editing.TOOLS),
    verify=verify,
    documents=DOCUMENTS,
    folder=Path(__file__).parent,
    limits=PUBLISHED,
    vault=VaultSpec(load=archives.load, save=archives.save, archive_bytes=ARCHIVE_BYTES),
)
