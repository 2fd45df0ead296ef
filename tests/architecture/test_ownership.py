"""A model's rows are read and written only in the app that owns it (security case TE13)."""

import ast

import pytest
from django.apps import apps

from tests.architecture.tree import PACKAGES, modules

MANAGERS = {"objects", "_default_manager", "_base_manager"}


def owners() -> dict[str, str]:
    return {
        model.__name__: config.label
        for config in apps.get_app_configs()
        if config.label in PACKAGES
        for model in config.get_models()
    }


def uses(tree: ast.Module) -> list[tuple[str, int]]:
    """`Name.objects` and `module.Name.objects`, with their lines."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            base = node.value
            name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
            found.append((name, node.lineno))
    return found


def test_models_are_queried_only_in_the_app_that_owns_them() -> None:
    owner_of = owners()
    strays = [
        f"{path}:{line} uses {name}.objects of {owner_of[name]}"
        for path, tree in modules().items()
        for name, line in uses(tree)
        if name in owner_of and path.parts[0] != owner_of[name]
    ]
    assert not strays


@pytest.mark.parametrize("statement", ["ApiKey.objects.all()", "models.ApiKey.objects.get(id=1)"])
def test_rule_sees_a_stray_query(statement: str) -> None:
    assert [name for name, _ in uses(ast.parse(statement))] == ["ApiKey"]
