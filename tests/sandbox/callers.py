"""A plain HTTP caller of the Bot API: what it sends is exactly what a test says."""

import http.client
import json
from urllib.parse import urlencode, urlsplit

BOUNDARY = "sandboxboundary"


class Refused(Exception):
    """The Bot API said no."""

    def __init__(self, answer):
        super().__init__(f"{answer['error_code']} {answer['description']}")
        self.answer = answer
        self.code = answer["error_code"]
        self.description = answer["description"]


class BotCaller:
    """Calls methods with JSON bodies: ``bot("sendMessage", chat_id=1, text="x")``."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def __call__(self, method, **params):
        status, answer = self.post(method, json.dumps(params), "application/json")
        if not answer["ok"]:
            assert status == answer["error_code"]
            raise Refused(answer)
        return answer["result"]

    def form(self, method, **params):
        return self.post(method, urlencode(params), "application/x-www-form-urlencoded")[1]["result"]

    def multipart(self, method, files, **params):
        parts = [f'name="{name}"\r\n\r\n'.encode() + str(value).encode() for name, value in params.items()]
        for name, (filename, body) in files.items():
            parts.append(f'name="{name}"; filename="{filename}"\r\n\r\n'.encode() + body)
        start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(start + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
        _, answer = self.post(method, body, f"multipart/form-data; boundary={BOUNDARY}")
        if not answer["ok"]:
            raise Refused(answer)
        return answer["result"]

    def post(self, method, body, kind, token=None):
        path = f"/bot{token or self.server.token}/{method}"
        return self.request("POST", path, body, {"Content-Type": kind})

    def get(self, path):
        return self.request("GET", path)

    def request(self, verb, path, body=None, headers=None):
        self.connection.request(verb, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def download(self, path):
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        return response.status, response.read()
