"""Template tags of the components; docs/portal.md lists the components with their parameters."""

from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
# Browsers name those they descend from, so the youngest comes first (MDN, "User-Agent header").
_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome")),
    *(("CriOS/", "Chrome"), ("FxiOS/", "Firefox"), ("Safari/", "Safari"), ("curl/", "curl")),
)
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


@register.simple_block_tag(takes_context=True)
def component(context: Context, content: str, name: str, **parameters: Any) -> SafeString:
    """`{% component "card" title="Keys" %}…{% endcomponent %}`: `components/card.html` around the content.

    The template sees its parameters, `content` and the CSRF token, and nothing else of the page.
    """
    drawn = context.template.engine.get_template(f"components/{name}.html")  # type: ignore[union-attr]
    inner = context.new({**parameters, "content": content, "csrf_token": context.get("csrf_token")})
    return drawn.render(inner)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of icons.svg; with a `label` it is read out, else it is decoration."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.filter
def ticked(text: str) -> SafeString:
    """A text of the code, in which what stands between backticks is code."""
    pieces = ((format_html("<code>{}</code>", t) if at % 2 else t,) for at, t in enumerate(text.split("`")))
    return format_html_join("", "{}", pieces)


@register.filter
def browser(user_agent: str) -> str:
    """`Firefox on Linux`, as far as a browser's User-Agent tells; what it says of itself otherwise."""
    name = next((shown for word, shown in _BROWSERS if word in user_agent), "")
    system = next((shown for word, shown in _SYSTEMS if word in user_agent), "")
    return f"{name} on {system}" if name and system else name or user_agent[:80] or "Unknown"
