"""The pages: server-rendered, in French and English, usable without JavaScript."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Router
from litestar.config.app import AppConfig
from litestar.plugins import InitPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from events_api.handlers.feeds import FeedController
from events_api.handlers.pages.apidocs import ApiDocsController
from events_api.handlers.pages.assets import asset_url, read_asset
from events_api.handlers.pages.assumptions import ASSUMPTION_PAGES
from events_api.handlers.pages.attendance import ATTENDANCE_PAGES
from events_api.handlers.pages.base import Site
from events_api.handlers.pages.calendar import CalendarController
from events_api.handlers.pages.control import CONTROL_PAGES
from events_api.handlers.pages.control_room import CONTROL_ROOM_PAGES
from events_api.handlers.pages.dashboards import DASHBOARD_PAGES
from events_api.handlers.pages.errors import for_people
from events_api.handlers.pages.evidence import EVIDENCE_PAGES
from events_api.handlers.pages.files import FILE_PAGES
from events_api.handlers.pages.impact import IMPACT_PAGES
from events_api.handlers.pages.impact_entry import ENTRY_PAGES
from events_api.handlers.pages.impact_steps import STEP_PAGES
from events_api.handlers.pages.impact_year import IMPACT_YEAR_PAGES
from events_api.handlers.pages.information import InformationController
from events_api.handlers.pages.people import PEOPLE_PAGES
from events_api.handlers.pages.programme import PROGRAMME_PAGES
from events_api.handlers.pages.shares import SHARE_PAGES
from events_api.handlers.pages.tickets import TICKET_PAGES

TEMPLATES: Final = Path(__file__).parent.parent / "templates"

INFORMATION: Final[tuple[ControllerRouterHandler, ...]] = (InformationController, ApiDocsController, read_asset)
"""The pages and files that need no database."""

PUBLIC: Final[tuple[ControllerRouterHandler, ...]] = (*INFORMATION, CalendarController, FeedController)
"""The pages and feeds for everybody."""

PAGES: Final[tuple[ControllerRouterHandler, ...]] = (
    *PUBLIC,
    *DASHBOARD_PAGES,
    *PROGRAMME_PAGES,
    *FILE_PAGES,
    *PEOPLE_PAGES,
    *CONTROL_PAGES,
    *ATTENDANCE_PAGES,
    *CONTROL_ROOM_PAGES,
    *EVIDENCE_PAGES,
    *IMPACT_PAGES,
    *SHARE_PAGES,
    *IMPACT_YEAR_PAGES,
    *TICKET_PAGES,
    *ASSUMPTION_PAGES,
    *ENTRY_PAGES,
    *STEP_PAGES,
)


class PagesPlugin(InitPlugin):
    """Adds the pages and their templates to the application."""

    def __init__(self, site: Site, handlers: Sequence[ControllerRouterHandler] = PAGES) -> None:
        self.site = site
        self.handlers = handlers

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Register everything once."""
        app_config.state["site"] = self.site
        app_config.template_config = TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))
        app_config.exception_handlers = for_people(app_config.exception_handlers)
        app_config.route_handlers.append(Router("/", route_handlers=self.handlers, include_in_schema=False))
        return app_config


def environment() -> Environment:
    """Return the template environment: everything is escaped, an unknown name is an error."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals["asset"] = asset_url
    return jinja
