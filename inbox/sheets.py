"""Rows of one table and one connection: read together, changed in memory, written together."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connection as database
from django.db.models import JSONField

from hermes.core import rows
from inbox.models import Message, Thread
from tenants.models import Connection

Row = TypeVar("Row", Message, Thread)


class Sheet(Generic[Row]):
    """The rows of a model whose `key` is one of `wanted`, locked until the transaction ends, by their key."""

    def __init__(self, model: type[Row], connection: Connection, key: str, wanted: Collection[str]) -> None:
        self._model: type[Row] = model
        self._connection, self._key = connection, key
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._columns = [field.attname for field in fields]
        self._json = {field.attname for field in fields if isinstance(field, JSONField)}
        self.rows: dict[str, Row] = {}
        self._before: dict[int, tuple[Any, ...]] = {}
        stored: Sequence[Row] = self._stored().filter(**{f"{key}__in": wanted}) if wanted else ()
        for row in stored:
            self.rows[getattr(row, key)] = row
            self._before[row.pk] = self._values(row)

    def get(self, name: str) -> Row | None:
        """The row with this key."""
        return self.rows.get(name)

    def add(self, name: str, **content: Any) -> Row:
        """A new row of the connection."""
        owner = {"customer_id": self._connection.customer_id, "connection_id": self._connection.pk}
        row: Row = self._model(**owner, **{self._key: name}, **content)
        self.rows[name] = row
        return row

    def rename(self, name: str, other: str) -> None:
        """Give a row another key."""
        self.rows[other] = self.rows.pop(name)
        setattr(self.rows[other], self._key, other)

    def write(self) -> None:
        """Store new rows, which learn their primary keys, and changed ones."""
        new: list[Row] = []
        changed: list[tuple[Any, ...]] = []
        for row in self.rows.values():
            values: tuple[Any, ...] = self._values(row)
            if row.pk is None:
                new.append(row)
            elif values != self._before[row.pk]:
                changed.append((row.pk, *values))
        table = self._model._meta.db_table
        with database.cursor() as cursor:
            rows.insert(cursor, table, self._columns, [self._values(row) for row in new])
            rows.update(cursor, table, self._columns, changed)
        if new:
            names = {getattr(row, self._key): row for row in new}
            stored = self._stored().filter(**{f"{self._key}__in": list(names)})
            for name, pk in stored.values_list(self._key, "pk"):
                names[name].pk = pk

    def _stored(self) -> Any:
        return (
            self._model.objects.of(self._connection.customer_id)
            .filter(connection=self._connection)
            .order_by("pk")
            .select_for_update()
        )

    def _values(self, row: Row) -> tuple[Any, ...]:
        return tuple(self._stored_value(name, getattr(row, name)) for name in self._columns)

    def _stored_value(self, name: str, value: Any) -> Any:
        if name in self._json:
            return None if value is None else json.dumps(value)
        return rows.moment(value) if isinstance(value, datetime) else value
