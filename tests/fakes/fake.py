"""What the stand-ins have in common: HTTP on a free port of this machine, faults on demand, a journal.

PUT  /-/faults   a list; each request takes the first away and suffers it, one that ends with "!" stays for ever:
                 "429 1" status and Retry-After, "500", "huge" too large an answer, "slow 5" seconds,
                 "torn" an answer that breaks off, "refused" a 400 as MLflow's, "garbage" what is no JSON, "lost" no answer to what was done,
                 "ok" none
POST /-/records  records to add
GET  /-/journal  one line a request: status, path, query; never a key
GET  /-/faults-left  how many of them nobody has suffered yet
"""
import http.server
import json
import threading
import time
import urllib.parse


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status, body, headers=()):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers)


class Fake:
    """An API: subclasses answer and add."""

    def __init__(self):
        self.faults, self.journal, self.lock = [], [], threading.Lock()

    def answer(self, path, query, headers):
        """The value for a GET; query is a list of pairs."""
        raise NotImplementedError

    def handle(self, method, path, query, headers, body):
        """The value for any request; bytes are sent as they are, all else as JSON."""
        if method != "GET":
            raise Refusal(405, {})
        return self.answer(path, query, headers)

    def add(self, records):
        raise NotImplementedError

    def control(self, method, path, body):
        if (method, path) == ("PUT", "/-/faults"):
            self.faults = json.loads(body)
        elif (method, path) == ("POST", "/-/records"):
            self.add(json.loads(body))
        elif (method, path) == ("GET", "/-/journal"):
            return "".join(self.journal)
        elif (method, path) == ("GET", "/-/faults-left"):
            return str(len(self.faults))
        else:
            raise Refusal(404, {})
        return ""

    def next_fault(self):
        with self.lock:
            if not self.faults:
                return []
            fault = self.faults[0] if self.faults[0].endswith("!") else self.faults.pop(0)
            return fault.rstrip("!").split()


def make_handler(fake):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else head and body of an answer wait 40 ms for each other

        def log_message(self, *_):
            pass

        def send(self, status, body, headers=(), promised=None):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(promised or len(body)))
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def suffer(self, fault):
            """True where the fault was the answer."""
            kind, *rest = fault
            if kind == "slow":
                time.sleep(float(rest[0]))
                return False
            fake.journal.append(f"{kind} {self.path}\n")
            if kind == "huge":
                self.send(200, b'{"data":["' + b"x" * (40 << 20) + b'"]}')
            elif kind == "torn":
                self.send(200, b'{"object":"list","data":[{"id":', promised=100000)
                self.close_connection = True
            elif kind == "refused":
                self.send(400, b'{"error_code":"INVALID_PARAMETER_VALUE","message":"no such value%s"}' % ("é" * 150).encode())
            elif kind == "garbage":
                self.send(200, b"<html>maintenance</html>")
            else:
                self.send(int(kind), b'{"error":{"type":"api_error"}}', {"Retry-After": rest[0]} if rest else {})
            return True

        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if parts.path.startswith("/-/"):
                return self.do_control(body)
            fault = fake.next_fault()
            if fault and fault[0] not in ("ok", "lost") and self.suffer(fault):
                return None
            try:
                status, extra = 200, {}
                query = urllib.parse.parse_qsl(parts.query, True, True)
                value = fake.handle(self.command, parts.path, query, self.headers, body)
            except Refusal as refusal:
                status, value, extra = refusal.status, refusal.body, refusal.headers
            fake.journal.append(f"{status} {urllib.parse.unquote(self.path)}\n")
            if fault == ["lost"]:
                self.close_connection = True
                return None
            return self.send(status, value if isinstance(value, bytes) else json.dumps(value).encode(), extra)

        def do_control(self, body):
            try:
                self.send(200, fake.control(self.command, self.path, body).encode())
            except Refusal as refusal:
                self.send(refusal.status, b"")

        do_PUT = do_POST = do_DELETE = do_GET

    return Handler


def read_records(path):
    """A JSON array, a Stripe list, or one record a line."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    if isinstance(value, list):
        return value
    return value["data"] if value.get("object") == "list" else [value]


def serve(fake, port_file):
    """For ever; the port is told in a file, which appears when requests are taken."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_handler(fake))
    server.daemon_threads = True
    with open(port_file, "w", encoding="ascii") as file:
        file.write(f"{server.server_address[1]}\n")
    server.serve_forever()
