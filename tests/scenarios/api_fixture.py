"""What the scenarios of the api share: a server of their own, a registry to promote in, checks that are sentences."""
import atexit
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
DENTAL = b'{"business_type":"Dental","business_size":"10-25"}'
PACKAGES = ["Business", "Elite", "MVP", "Now"]
broken = 0
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped with us


def check(sentence, good, why=""):
    """One line, ok or not ok."""
    global broken
    if good:
        print("ok", sentence, flush=True)
    else:
        broken = 1
        print(f"not ok {sentence}\n    {why}", flush=True)
    return good


def skip(sentence, reason):
    """A check that cannot be made here."""
    print(f"ok {sentence} # SKIP {reason}", flush=True)


def finish():
    sys.exit(broken)


class Registry:
    """A data folder in which versions can be promoted. Dental 10-25 mostly buys PACKAGES[version % 4]."""

    def __init__(self, folder):
        self.data = folder

    def promote(self, version, kind=None):
        subprocess.run([f"{BUILD}/tests/tools/make_registry", self.data, str(version)] + ([kind] if kind else []),
                       check=True)

    def path(self, *names):
        return os.path.join(self.data, "registry", *names)


class Server:
    """A running leadforest-api on a free port; its log is kept. tracer: a command line that runs it."""

    def __init__(self, data, *arguments, tracer=(), stdout=subprocess.DEVNULL, **environment):
        self.log = []
        settings = {"HOST": "127.0.0.1", "PORT": "0", "DRAIN_SECONDS": "0", "THREADS": "2", "LOG_FORMAT": "json",
                    "LOG_LEVEL": "info", "MODEL_POLL_MS": "50"}
        settings.update({name: str(value) for name, value in environment.items()})
        self.started = time.monotonic()
        self.process = subprocess.Popen([*tracer, f"{BUILD}/leadforest-api", "--data", data, *arguments],
                                        env={**os.environ, **settings}, stdout=stdout,
                                        stderr=subprocess.PIPE, text=True)
        atexit.register(self.kill)
        self.listening = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = 0
        if self.listening.wait(60):
            self.port = int(re.search(r"port (\d+)", self.find("listening"))[1])

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)
            if '"listening"' in line:
                self.listening.set()
        self.listening.set()

    def find(self, word):
        """The last line of the log with this word in it, or ""."""
        return next((line for line in reversed(self.log) if word in line), "")

    def count(self, word):
        return sum(word in line for line in list(self.log))

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def wait_ready(self, seconds=60):
        return wait_until(lambda: self.get("/readyz")[0] == 200, seconds)

    def get(self, path, **headers):
        return self.ask("GET", path, None, **headers)

    def predict(self, body=DENTAL, **headers):
        return self.ask("POST", "/predict", body, **headers)

    def ask(self, method, path, body=None, **headers):
        """Status, headers (lower case) and body of one request on a connection of its own."""
        with self.connect() as s:
            s.sendall(request(method, path, body, Connection="close", **headers))
            answer = Reader(s).reply(method)
        return answer or (0, {}, b"")

    def stop(self, number=signal.SIGTERM, seconds=60):
        """Its exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def request(method, path, body=None, **headers):
    """The bytes of a request; a header's underscores stand for hyphens, and one that is None is left out."""
    lines = [f"{method} {path} HTTP/1.1"]
    headers = {"Host": "api.example", **headers}
    if body is not None:
        headers = {"Content_Type": "application/json", "Content_Length": len(body), **headers}
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


class Reader:
    """Replies, one after the other, from a connection."""

    def __init__(self, s):
        self.s = s
        self.bytes = b""

    def _more(self):
        piece = self.s.recv(65536)
        self.bytes += piece
        return piece != b""

    def reply(self, method="GET"):
        """(status, headers, body), or None where the connection ended first."""
        while b"\r\n\r\n" not in self.bytes:
            if not self._more():
                return None
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        if status == 100:
            return self.reply(method)
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        size = 0 if method == "HEAD" or status == 204 else int(headers.get("content-length", 0))
        while len(self.bytes) < size:
            if not self._more():
                return None
        body, self.bytes = self.bytes[:size], self.bytes[size:]
        return status, headers, body


def free_port():
    """A port for a server that cannot tell which one it was given; below those that the kernel gives away."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.02)
    return False


def errors_of(reply):
    """{name: type} of a problem's errors, where the reply is one."""
    status, headers, body = reply
    if headers.get("content-type") != "application/problem+json":
        return None
    problem = json.loads(body)
    if problem["status"] != status or not problem["title"]:
        return None
    return {error["loc"][-1]: error["type"] for error in problem["errors"]}


class Load(threading.Thread):
    """A keep-alive client that asks without pause, and connects again when it is told to."""

    def __init__(self, server, agrees=True):
        super().__init__(daemon=True)
        self.server, self.agrees = server, agrees
        self.answered, self.failed, self.versions = 0, [], set()
        self.stopped = False
        self.start()

    def run(self):
        message = request("POST", "/predict", DENTAL)
        while not self.stopped:
            try:
                s = self.server.connect()
            except OSError:
                return  # it takes no more connections
            self._ask_on(s, message)

    def _ask_on(self, s, message):
        reader = Reader(s)
        with s:
            while not self.stopped:
                try:
                    s.sendall(message)
                    reply = reader.reply()
                except OSError as error:
                    reply = None
                    self.failed.append(repr(error))
                if reply is None:
                    self.failed.append("no reply")
                    return
                self._judge(reply)
                if reply[1].get("connection") == "close":
                    return

    def _judge(self, reply):
        status, headers, body = reply
        self.answered += 1
        if status != 200:
            self.failed.append(f"status {status}")
            return
        version = int(headers["x-model-version"])
        self.versions.add(version)
        if self.agrees and json.loads(body)["predicted_package"] != PACKAGES[version % 4]:
            self.failed.append(f"version {version} said {body}")

    def end(self):
        self.stopped = True
        self.join(60)
        return self


def scratch():
    return tempfile.TemporaryDirectory(prefix="leadforest-api-")
