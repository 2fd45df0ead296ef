"""The portal's sections as data: a folder with `section.py` and `urls.py` is one, with no edit elsewhere."""

import dataclasses
import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import portal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One entry of the navigation, at `/portal/<slug>/` (the home at `/portal/`).

    Its `urls.py` has `app_name = "<slug>"` and a URL named `index`. `icon` is a symbol of `icons.svg`;
    `order` sorts within the `group`; who lacks the `permission` does not see it. Subject to no
    permission where it is "": every member sees it. One that is not `listed` has pages and no entry.
    """

    slug: str
    title: str
    icon: str
    order: int
    group: str = ""
    permission: str = ""
    listed: bool = True

    @property
    def path(self) -> str:
        """Where it is, below `/portal/`."""
        return "" if self.slug == "home" else f"{self.slug}/"

    @property
    def index(self) -> str:
        """The name of its first page's URL."""
        return f"{self.slug}:index"


# The order of the groups; the first has no heading.
GROUPS = ("", "Build", "Customer")


@functools.cache
def all_sections() -> Mapping[str, Section]:
    """Every section by its slug, in the order of the navigation."""
    found: dict[str, Section] = {}
    for module in pkgutil.iter_modules(portal.__path__):
        name = f"portal.{module.name}.section"
        if module.ispkg and importlib.util.find_spec(name):
            found[module.name] = importlib.import_module(name).SECTION
    ordered = sorted(found.values(), key=lambda s: (GROUPS.index(s.group), s.order, s.title))
    return MappingProxyType({section.slug: section for section in ordered})
