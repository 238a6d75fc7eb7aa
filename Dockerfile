# YABOT's one image: web, bot, worker and beat are the same code with another command (docker-compose.yml).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    VAR_DIR=/srv/var

# Nobody else's account, with a number that volumes keep.
RUN groupadd --gid 10001 yabot && useradd --uid 10001 --gid yabot --home-dir /srv/yabot --no-create-home yabot

WORKDIR /srv/yabot
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY manage.py ./
COPY yabot ./yabot
COPY gamification ./gamification
COPY narrative ./narrative
COPY channeladmin ./channeladmin
COPY templates ./templates
COPY static ./static
COPY locale ./locale

# A mistake in the code or its packages ends the building, not the first start. No key made here stays in the image.
RUN python -m compileall -q yabot gamification narrative channeladmin \
    && SECRET_KEY=only-while-building VAR_DIR=/tmp/building python manage.py check \
    && rm -rf /tmp/building

# The only place that is written to.
RUN mkdir -p /srv/var && chown yabot:yabot /srv/var
VOLUME /srv/var
USER yabot

EXPOSE 8000
CMD ["uvicorn", "yabot.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-server-header", "--no-access-log"]
