"""Serve the explorer: its page, answers to what is set, and the scenario that was set as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from sim.engine.load import load
from sim.errors import InputError, SimError
from sim.explore.answer import charts
from sim.explore.desk import QUICK, Desk, LeftError
from sim.explore.guard import COOKIE, HEADERS, TOKEN, Guard
from sim.explore.settings import read
from sim.report.page import LOOK, asset, embedded, style, templates
from sim.report.page.library import library
from sim.scenario.loading.dump import dump

Reply = Callable[[Request], Awaitable[Response]]
GONE = 499
"""Nobody reads this answer."""
BODIES = {"script": "text/javascript", "style": "text/css"}


def app(desk: Desk, guard: Guard) -> Starlette:
    """Return the explorer as an ASGI application."""
    pages = _Pages(desk)
    replies: dict[str, Reply] = {
        "/": pages.page,
        "/answer": pages.answer,
        "/version": pages.version,
        "/scenario.yaml": pages.scenario,
        "/library.js": pages.library,
        "/explore.js": pages.script,
        "/explore.css": pages.style,
        "/favicon.ico": pages.icon,
    }
    return Starlette(
        routes=[
            Route(path, _guarded(reply, guard), methods=["GET"]) for path, reply in replies.items()
        ]
    )


def _guarded(reply: Reply, guard: Guard) -> Reply:
    """Answer only whom the guard lets in; the headers that protect the page go with all."""

    async def answered(request: Request) -> Response:
        response = _refused(request, guard) or await _told(reply, request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answered


def _refused(request: Request, guard: Guard) -> Response | None:
    """Return what is answered instead, to whom is not let in or brings the token."""
    refusal = guard.refusal(request.method, request.url.path, request.headers)
    if refusal:
        return PlainTextResponse(f"{refusal}\n", 403)
    given = request.query_params.get(TOKEN)
    if guard.token and given is not None and guard.knows(given):
        return _with_cookie(request, given)
    if not guard.knows(request.cookies.get(COOKIE)):
        return PlainTextResponse("open the address with the token that was printed\n", 401)
    return None


async def _told(reply: Reply, request: Request) -> Response:
    """Answer, and tell faults as text."""
    try:
        return await reply(request)
    except LeftError:
        return Response(status_code=GONE)
    except SimError as error:
        code = 422 if isinstance(error, InputError) else 500
        return JSONResponse({"faults": str(error).split("\n")}, code)


def _with_cookie(request: Request, token: str) -> Response:
    """Keep the token in a cookie and leave it out of the address, which may be shared."""
    rest = request.url.remove_query_params(TOKEN)
    place = rest.path + (f"?{rest.query}" if rest.query else "")
    response = RedirectResponse(place, 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
    return response


class _Pages:
    """Answer each address."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def page(self, request: Request) -> Response:
        """Return the page with the controls of the scenario as it is now, or what is wrong."""
        menu, version, faults = None, "", []
        try:
            known = await self.desk.known()
            menu, version = known.menu, known.version
        except InputError as error:
            faults = str(error).split("\n")
            with suppress(InputError):
                version = await self.desk.version()
        data = {**LOOK, "charts": {}, "version": version, "quick": QUICK}
        html = (
            templates(__package__ or "")
            .get_template("explore.html.j2")
            .render(
                menu=menu,
                groups=menu.groups if menu else (),
                faults=faults,
                path=self.desk.path,
                charts=charts(),
                members=self.desk.members,
                data=Markup(embedded({**data, "members": self.desk.members})),
            )
        )
        return Response(html, 200 if menu else 422, media_type="text/html")

    async def answer(self, request: Request) -> Response:
        """Return what the settings of the address give, with the few members or with all."""
        pairs = _pairs(request)
        members = dict(pairs).get("members", "")
        if members not in (str(QUICK), str(self.desk.members)):
            raise InputError(
                f"members: {members[:40]!r} is neither {QUICK} nor {self.desk.members}"
            )
        asked = read([pair for pair in pairs if pair[0] != "members"])
        return JSONResponse(await self.desk.answer(asked, int(members), request.is_disconnected))

    async def version(self, request: Request) -> Response:
        """Return what tells whether the scenario's files have changed."""
        return JSONResponse({"version": await self.desk.version()})

    async def scenario(self, request: Request) -> Response:
        """Return the scenario as it was set, as a file that `sim run` takes to the same numbers."""
        known = await self.desk.known()
        asked = read(_pairs(request))
        sets = self.desk.question(asked, known, self.desk.members).now
        text = dump(load(self.desk.path, sets, members=self.desk.members))
        name = f"attachment; filename={known.menu.scenario.name}_explored.yaml"
        return Response(text, media_type="application/yaml", headers={"content-disposition": name})

    async def library(self, request: Request) -> Response:
        """Return the chart library's script, which a browser may keep."""
        kept = {"cache-control": "private, max-age=86400"}
        return Response(library(), media_type=BODIES["script"], headers=kept)

    async def script(self, request: Request) -> Response:
        """Return the page's script."""
        text = asset("draw.js") + asset("explore.js", __package__ or "")
        return Response(text, media_type=BODIES["script"])

    async def style(self, request: Request) -> Response:
        """Return the page's style sheet."""
        text = style() + asset("explore.css", __package__ or "")
        return Response(text, media_type=BODIES["style"])

    async def icon(self, request: Request) -> Response:
        """Return nothing: there is none, which is no fault."""
        return Response(status_code=204)


def _pairs(request: Request) -> list[tuple[str, str]]:
    return list(request.query_params.multi_items())
