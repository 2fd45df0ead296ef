# syntax=docker/dockerfile:1
# The production image: uvicorn by default; worker, beat and migrations are other commands of the same image.
# Releases give PYTHON_IMAGE by digest (docs/operations.md).
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libmariadb-dev make pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements-production.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-production.txt
COPY . .
# The values let the settings load; none of them is in the final image.
RUN HERMES_ENV=prod HERMES_DATA_DIR=/tmp/build DATABASE_URL=sqlite://:memory: ALLOWED_HOSTS=build \
    HERMES_PUBLIC_URL=https://build SECRET_KEY=build \
    CREDENTIAL_ENCRYPTION_KEYS=build:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
 && /venv/bin/python -m compileall -q .

FROM ${PYTHON_IMAGE}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libmariadb3 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 hermes \
 && useradd --uid 10001 --gid hermes --home-dir /data --no-create-home --shell /usr/sbin/nologin hermes \
 && install -d -o hermes -g hermes -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HERMES_ENV=prod \
    HERMES_DATA_DIR=/data \
    WEB_CONCURRENCY=2
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('localhost', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
# Proxy headers are read by Hermes itself, from HERMES_TRUSTED_PROXIES only; the access log would hold query strings.
CMD ["uvicorn", "hermes.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--no-proxy-headers", "--no-server-header", "--timeout-graceful-shutdown", "25"]
