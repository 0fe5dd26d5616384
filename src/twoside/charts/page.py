"""An offline page: a template of this folder, filled, with the chart library inside."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from plotly.offline import get_plotlyjs

if TYPE_CHECKING:
    from collections.abc import Callable

    from twoside.charts.report import Pad
    from twoside.charts.texts import Language


def filled(template: str, pad: Pad, language: Language, **values: object) -> str:
    """The page as HTML. `language` is shown first, both are inside; the template also gets `say`,
    which gives a text in both, and `plotly`."""
    page: str = _template(template).render(
        language=language,
        say=_both_languages(pad),
        plotly=Markup(get_plotlyjs().replace("</script", "<\\/script")),
        **values,
    )
    return page


@cache
def _template(name: str) -> Any:
    loader = PackageLoader("twoside.charts", ".")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(name)


def _both_languages(pad: Pad) -> Callable[..., Markup]:
    """A text in both languages; the page shows one."""

    def say(key: str, **values: object) -> Markup:
        spans = (
            Markup('<span class="{}">{}</span>').format(code, texts(key, **values))
            for code, texts in pad.texts.items()
        )
        return Markup("").join(spans)

    return say
