# One image for api, worker and migrate. It holds no secret and writes only below /var/lib/events.
FROM python:3.12-slim-bookworm AS build
WORKDIR /opt/events
COPY requirements-run.lock ./
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps -r requirements-run.lock

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/events --shell /usr/sbin/nologin events \
 && install -d -o events -g events -m 0700 /var/lib/events
WORKDIR /opt/events
COPY --from=build /opt/events/.venv .venv
COPY migrations migrations
COPY dashboards dashboards
COPY workers workers
COPY events_api events_api
RUN pwd > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/events-api.pth" \
 && printf '#!/bin/sh\nexec /opt/events/.venv/bin/python -m events_api.cli "$@"\n' > /usr/local/bin/events-api \
 && chmod 755 /usr/local/bin/events-api \
 && .venv/bin/python -m compileall -q events_api workers dashboards migrations
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    EVENTS_HOME=/var/lib/events \
    EVENTS_HOST=0.0.0.0 \
    EVENTS_ENVIRONMENT=production
USER events
VOLUME /var/lib/events
EXPOSE 8000
ENTRYPOINT ["events-api"]
CMD ["serve"]
