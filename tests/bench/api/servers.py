"""The servers that are compared: how each is started, and what it uses."""
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """daemon off; pid {folder}/pid-{port}; worker_processes {workers}; events {{}}
http {{ access_log off; keepalive_requests 100000000; default_type application/json;
client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
scgi_temp_path {folder}; server {{ listen 127.0.0.1:{port} reuseport;
location / {{ return 200 '{{"predicted_package":"MVP","probability":0.7023}}'; }} }} }}"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A running server with as many workers (loops, processes); one worker is kept on the first core."""

    path = "/predict"

    def __init__(self, build, folder, workers):
        self.build, self.folder, self.workers, self.port = build, folder, workers, free_port()
        pin = ["taskset", "-c", "0"] if workers == 1 else []
        started = time.monotonic()
        self.process = subprocess.Popen(pin + self.command(), env={**os.environ, **self.environment()}, cwd=HERE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.ready_seconds = self.wait_ready(started)

    def environment(self):
        return {}

    def wait_ready(self, started):
        while time.monotonic() < started + 60:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return time.monotonic() - started
            except OSError:
                time.sleep(0.0005)
        sys.exit(f"{type(self).__name__} does not become ready")

    def processes(self):
        """It and its children: nginx and uvicorn work in those."""
        pid = self.process.pid
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        return [pid] + [int(child) for child in children]

    def cpu_seconds(self):
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def settle(self):
        """Wait until it has done with what its clients no longer wait for, so as not to disturb the next."""
        before = -1
        while before != (now := self.cpu_seconds()):
            before = now
            time.sleep(0.1)

    def resident_mb(self):
        """Of all its processes; what they share is counted in each."""
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                total += int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
        return total / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Leadforest(Server):
    def command(self):
        return [f"{self.build}/leadforest-api", "--data", self.folder, "--port", str(self.port)]

    def environment(self):
        return {"HOST": "127.0.0.1", "THREADS": str(self.workers), "DRAIN_SECONDS": "0", "LOG_LEVEL": "warn"}


class Constant(Server):
    def command(self):
        return [f"{self.build}/bench/constant", str(self.port)]


class Nginx(Server):
    def command(self):
        path = f"{self.folder}/nginx-{self.port}.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=self.folder, port=self.port, workers=self.workers))
        return [os.environ["NGINX"], "-c", path, "-p", self.folder, "-e", f"{self.folder}/nginx.log"]


class FastAPI(Server):
    def command(self):
        return [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", str(self.port), "--workers",
                str(self.workers), "--log-level", "error"]


class FastAPINumPy(FastAPI):
    path = "/predict_numpy"


NAMES = {Leadforest: "leadforest", Constant: "constant answer", Nginx: "nginx return 200",
         FastAPI: "FastAPI, DataFrame", FastAPINumPy: "FastAPI, NumPy"}


def available():
    """The kinds of server that can be started here."""
    kinds = [Leadforest, Constant]
    if os.environ.get("NGINX"):
        kinds.append(Nginx)
    if subprocess.run([sys.executable, "-c", "import fastapi, uvicorn, sklearn, pandas"], capture_output=True,
                      check=False).returncode == 0:
        kinds += [FastAPI, FastAPINumPy]
    return kinds
