"""What the checks of all three engines share: sentences, a volume of sample data, mishaps, and what a run left behind."""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

BUILD = pathlib.Path(os.environ["BUILD"])
NOW = "2026-06-01T00:00:00Z"
LATER = "2026-06-03T00:00:00Z"  # when a champion of NOW is over a day old
broken = []


def check(sentence, good, *details):
    print("ok" if good else "not ok", sentence, flush=True)
    if not good:
        broken.append(sentence)
        print(*details, sep="\n", flush=True)


def leadforest(program, *arguments, **variables):
    return subprocess.run([BUILD / f"leadforest-{program}", *arguments], env=os.environ | variables,
                          capture_output=True, text=True, timeout=600)


class Volume:
    """Sample data in a folder of their own; the environment points stages at it, and at a file for their lineage."""

    def __init__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="leadforest-"))
        self.data = self.scratch / "data"
        self.lineage = self.scratch / "lineage.ndjson"
        os.environ.update(DATA_DIR=str(self.data), LINEAGE_FILE=str(self.lineage), LEADFOREST_NOW=NOW,
                          PATH=f"{BUILD}:{os.environ['PATH']}")
        leadforest("sample", "--leads", "2000")
        self.forget()

    def forget(self):
        self.lineage.write_text("")

    def remove(self):
        shutil.rmtree(self.scratch)

    def events(self):
        return [json.loads(line) for line in self.lineage.read_text().splitlines()]

    def tries(self):
        """How often each stage was started since forget()."""
        return collections.Counter(e["job"]["name"].removeprefix("leadforest-")
                                   for e in self.events() if e["eventType"] == "START")

    def exits(self):
        """Exit codes in order, by stage."""
        codes = {}
        for e in self.events():
            if e["eventType"] != "START":
                codes.setdefault(e["job"]["name"].removeprefix("leadforest-"), []).append(
                    e["run"]["facets"]["leadforest_result"]["exit"])
        return codes

    def parents(self):
        return {e["run"]["facets"]["parent"]["run"]["runId"] for e in self.events()}

    def champion(self):
        path = self.data / "registry/champion.json"
        return json.loads(path.read_text())["version"] if path.exists() else None

    def spoil(self):
        """A raw file of which nothing can be read."""
        (self.data / "raw/customers-broken.csv").write_text("email,business_type\n" + "nobody,\n" * 20000)

    def mend(self):
        (self.data / "raw/customers-broken.csv").unlink()

    @contextlib.contextmanager
    def lock(self, stage, refusals):
        """Another run of the stage is active until so many runs, since forget(), had to try later."""
        done = threading.Event()

        def release():
            while self.exits().get(stage, []).count(75) < refusals and not done.wait(0.05):
                pass
            fcntl.flock(file, fcntl.LOCK_UN)

        with open(self.data / ".locks" / stage, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            thread = threading.Thread(target=release)
            thread.start()
            yield
            done.set()
            thread.join()

    @contextlib.contextmanager
    def kill_once(self, stage):
        """The first process of this stage on this volume is killed as soon as it is seen at work."""
        done = threading.Event()
        thread = threading.Thread(target=self._kill, args=(stage, done))
        thread.start()
        yield
        done.set()
        thread.join()

    def _kill(self, stage, done):
        mark = f"DATA_DIR={self.data}".encode()
        while not done.wait(0.01):
            if not self.tries()[stage]:  # so that the lineage has seen it
                continue
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if (os.readlink(process / "exe") == str(BUILD / f"leadforest-{stage}")
                            and mark in (process / "environ").read_bytes().split(b"\0")):
                        os.kill(int(process.name), signal.SIGKILL)
                        return

    def served(self):
        """What an api on this volume answers, and the version of the model that did."""
        settings = {"HOST": "127.0.0.1", "PORT": "0", "DRAIN_SECONDS": "0", "LOG_LEVEL": "info"}
        api = subprocess.Popen([BUILD / "leadforest-api"], env=os.environ | settings, stderr=subprocess.PIPE, text=True)
        port = next((said[1] for line in api.stderr if (said := re.search(r"listening.* port (\d+)", line))), 0)
        body = json.dumps({"business_type": "Dental", "business_size": "10-25"}).encode()
        question = urllib.request.Request(f"http://127.0.0.1:{port}/predict", body, {"Content-Type": "application/json"})
        try:
            for _ in range(1200):
                with contextlib.suppress(OSError), urllib.request.urlopen(question, timeout=2) as answer:
                    return json.load(answer), int(answer.headers["X-Model-Version"])
                time.sleep(0.05)
            return None, None
        finally:
            api.terminate()
            api.wait()


def finish():
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if broken else 0)  # whatever threads an engine has left
