"""What comes over the wire: requests no client should send, slow ones, and many at once."""
import codecs
import pathlib
import resource
import select

from api_fixture import *

TESTS = pathlib.Path(__file__).resolve().parent.parent
CASES = TESTS / "fixtures/http/conformance.tsv"


def said(port, sent, *answers):
    """What a server answered to some bytes: its statuses, and "close" where it then closed. WAIT in them: until it says
    something. EOF at the end: so do we. What is among the answers is waited for; whether there is more, not for long."""
    ends = sent.endswith(b"EOF")
    first, *rest = sent.removesuffix(b"EOF").split(b"WAIT")
    words = []
    with socket.create_connection(("127.0.0.1", port)) as s:
        reader = Reader(s)
        try:
            s.sendall(first)
            for piece in rest:
                select.select([s], [], [], 60)
                s.sendall(piece)
            if ends:
                time.sleep(0.05)
                s.shutdown(socket.SHUT_WR)
            head = sent.startswith(b"HEAD")
            while True:
                s.settimeout(60 if any(is_begun(answer.split(), words) for answer in answers) else 0.4)
                reply = statuses(reader, head)
                if reply is None:
                    break
                words += reply
            words.append("close")
        except TimeoutError:
            pass
        except OSError:
            words.append("close")
    return " ".join(words)


def is_begun(answer, words):
    """Whether an answer begins with these words and has more of them."""
    return len(answer) > len(words) and answer[:len(words)] == words


def statuses(reader, head):
    while b"\r\n\r\n" not in reader.bytes:
        if not reader._more():
            return None
    if reader.bytes.startswith(b"HTTP/1.1 100"):
        reader.bytes = reader.bytes.split(b"\r\n\r\n", 1)[1]
        return ["100"]
    reply = reader.reply("HEAD" if head else "GET")
    return reply and [str(reply[0])]


def is_refusal(answer):
    return not any(word.startswith(("1", "2")) for word in answer.split())


def conformance(server, nginx):
    """Each line: what we answer ("|" where releases of libmicrohttpd differ), what nginx 1.22 answers, in words, the bytes.
    We do as nginx does, or refuse."""
    for line in CASES.read_text().splitlines():
        expected, theirs, sentence, escaped = line.split("\t")
        sent = codecs.decode(escaped, "unicode_escape").encode("latin-1")
        ours = expected.split("|")
        answer = said(server.port, sent, *ours)
        check(f"{sentence}: {' or '.join(ours)}", answer in ours and (answer == theirs or is_refusal(answer)),
              f"answered {answer or 'nothing'}; nginx {theirs}")
        if nginx:
            answer = said(nginx.port, sent, theirs)
            check(f"  ... of which a real nginx says {theirs}", answer == theirs, answer)


class Nginx:
    """A real one, with the routes that the cases ask for; None where it cannot be had."""

    CONFIGURATION = """daemon off; pid {folder}/pid; events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_max_body_size 1m; server {{ listen 127.0.0.1:{port};
location = /livez {{ if ($request_method !~ "^(GET|HEAD)$") {{ return 405; }} return 200 "{{}}"; }}
location = /predict {{ if ($request_method != POST) {{ return 405; }} proxy_pass http://127.0.0.1:{api}; }}
location / {{ return 404; }} }} }}"""

    def __new__(cls, folder, api):
        found = subprocess.run([TESTS / "unpack", BUILD, "nginx", "nginx"], capture_output=True, text=True, check=False)
        if found.returncode != 0:
            skip("a real nginx answers the same", found.stderr.strip())
            return None
        nginx = super().__new__(cls)
        nginx.port = free_port()
        with open(f"{folder}/nginx.conf", "w", encoding="ascii") as file:
            file.write(cls.CONFIGURATION.format(folder=folder, port=nginx.port, api=api))
        nginx.process = subprocess.Popen([found.stdout.strip(), "-c", f"{folder}/nginx.conf", "-p", folder, "-e",
                                          f"{folder}/nginx.log"])
        atexit.register(nginx.stop)
        wait_until(lambda: socket.create_connection(("127.0.0.1", nginx.port)).close() or True)
        return nginx

    def stop(self):
        self.process.terminate()
        self.process.wait()


def told_once(server):
    """The library's own answers to these are no problem+json, or put one status line into the body of another."""
    cases = [(f"Content-Length '{length}'", {"Content_Length": length}, 400) for length in ("+3", "3, 3", "", "3 3")]
    cases += [("a Content-Length of 20 digits", {"Content_Length": "9" * 20}, 413),
              ("5,000 bytes of cookies", {"Content_Length": 3, "Cookie": "x" * 5000}, 431),
              ("a coding other than chunked", {"Transfer_Encoding": "gzip, chunked"}, 501),
              ("both Content-Length and Transfer-Encoding", {"Content_Length": 3, "Transfer_Encoding": "chunked"}, 400),
              ("no Host", {"Host": None, "Content_Length": 3}, 400)]
    for sentence, headers, status in cases:
        with server.connect() as s:
            s.sendall(request("POST", "/predict", None, X_Request_Id="mine", **headers) + b"{ }")
            reader = Reader(s)
            reply = reader.reply()
            rest = b"".join(iter(lambda: s.recv(4096), b""))
        check(f"{sentence}: told about once, as every error is",
              reply and reply[0] == status and errors_of(reply) and reply[1]["x-request-id"] == "mine"
              and reader.bytes + rest == b"", (reply, rest))
    connections = [server.connect() for _ in range(100)]
    server.process.send_signal(signal.SIGSTOP)
    for s in connections:
        s.sendall(request("POST", "/predict", None, Content_Length="3x"))
    server.process.send_signal(signal.SIGCONT)
    replies = [b"".join(iter(lambda s=s: s.recv(4096), b"")) for s in connections]
    check("a hundred of them at once, each on its own connection",
          all(reply.count(b"HTTP/1.1 400") == 1 and reply.count(b"problem+json") == 1 for reply in replies), replies[-1])


def pending(server, n):
    """Stop the server, send one request on each of n connections, let it go on: all must be answered."""
    connections = [server.connect() for _ in range(n)]
    for s in connections:  # one answered request each, so that all are accepted
        s.sendall(request("GET", "/livez"))
    readers = [Reader(s) for s in connections]
    for reader in readers:
        reader.reply()
    server.process.send_signal(signal.SIGSTOP)
    for s in connections:
        s.sendall(request("POST", "/predict", DENTAL))
    server.process.send_signal(signal.SIGCONT)
    started = time.monotonic()
    good = 0
    for s, reader in zip(connections, readers):
        s.settimeout(max(0.01, started + 30 - time.monotonic()))
        try:
            good += (reader.reply() or [0])[0] == 200
        except TimeoutError:
            pass
    for s in connections:
        s.close()
    check(f"{n} requests pending at once are all answered", good == n, f"{good} were")


def idle(server, n):
    """So many connections that asked once and stay, as far as files may be open here."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most < n + 1000:
        skip(f"{n} idle connections keep nobody waiting", f"only {most} files may be open")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    connections = []
    for _ in range(n // 500):
        fresh = [server.connect() for _ in range(500)]
        for s in fresh:
            s.sendall(request("GET", "/livez"))
        for s in fresh:
            s.recv(1000)
        connections += fresh
    slowest = 0
    for _ in range(100):
        started = time.monotonic()
        good = server.predict()[0] == 200
        slowest = max(slowest, time.monotonic() - started if good else 10)
    check(f"{n} idle connections keep nobody waiting", slowest < 5, slowest)
    used = int(re.search(rb"process_resident_memory_bytes (\d+)", server.get("/metrics")[2])[1])
    check("  ... and take less than 16 KiB each", used < n * 16384, used)
    good = 0
    for s in connections[::100]:
        s.sendall(request("POST", "/predict", DENTAL))
        good += b" 200 OK" in s.recv(1000)
    check("  ... and are answered when they ask", good == n // 100, good)
    for s in connections:
        s.close()
    check("  ... and are all let go", wait_until(lambda: int(re.search(rb"process_open_fds (\d+)", server.get("/metrics")[2])[1])
                                              < 100))


def few_descriptors(registry):
    """More clients than files may be open: what the server itself opens must still find a descriptor."""
    server = Server(registry.data, tracer=("prlimit", "--nofile=128:128"))
    server.wait_ready()
    connections = [server.connect() for _ in range(150)]
    for s in connections:
        s.sendall(request("GET", "/livez"))

    def answered():
        return len(select.select(connections, [], [], 0)[0])

    wait_until(lambda: answered() > 30)
    registry.promote(3)
    promoted = wait_until(lambda: server.count('"model loaded"') == 2 or server.find('"model refused"'))
    check("where clients could use up all descriptors a model is still loaded", promoted and server.count("refused") == 0,
          server.log)
    check("  ... and as many are served as there is room for", 30 < answered() < 128, answered())
    for s in connections:
        s.close()
    check("  ... and all others when these have gone", wait_until(lambda: server.predict()[1].get("x-model-version") == "3"))
    server.stop()


def lived(server, pieces, pause):
    """How long a connection lives that sends its pieces with pauses."""
    started = time.monotonic()
    with server.connect() as s:
        s.settimeout(pause)
        try:
            for piece in pieces:
                s.sendall(piece)
                try:
                    if s.recv(1) == b"":
                        break
                except TimeoutError:
                    pass
        except OSError:
            pass
    return time.monotonic() - started


def ended_at_once(server):
    """The end of a connection that comes together with its last bytes: nothing further tells of it."""
    for sentence, sent, answers in (
            ("half a body", request("POST", "/predict", None, Content_Length=50) + b"{", 0),
            ("half a chunked batch", request("POST", "/predict/batch", None, Transfer_Encoding="chunked") + b"5\r\n[1,2,\r\n", 0),
            ("half a request line", b"GET /li", 0),
            ("three requests", request("GET", "/livez") * 3, 3)):
        said = set()
        for _ in range(10):
            with server.connect() as s:
                s.sendall(sent)
                s.shutdown(socket.SHUT_WR)
                try:
                    said.add(b"".join(iter(lambda s=s: s.recv(4096), b"")).count(b" 200 OK"))
                except TimeoutError:
                    said.add("no end")
        check(f"a client that sends {sentence} and its end at once is let go, long before the deadline", said == {answers}, said)


with scratch() as folder:
    registry = Registry(folder)
    registry.promote(2)
    server = Server(folder)
    server.wait_ready()
    nginx = Nginx(folder, server.port)
    conformance(server, nginx)
    if nginx:
        nginx.stop()
    told_once(server)
    server.stop()

    server = Server(folder, REQUEST_SECONDS=600, IDLE_SECONDS=600)
    server.wait_ready()
    ended_at_once(server)
    idle(server, 10_000)
    server.stop()

    few_descriptors(registry)

    # One loop, so that all events meet in it.
    server = Server(folder, THREADS=1)
    server.wait_ready()
    for n in (127, 128, 129, 256, 384, 512, 1000):
        pending(server, n)
    server.stop()

    server = Server(folder, REQUEST_SECONDS=1, IDLE_SECONDS=2)
    server.wait_ready()
    dribble = [bytes([byte]) for byte in request("GET", "/livez", X_Long="x" * 200)]
    check("a header that comes byte by byte is cut at the deadline", 0.9 < lived(server, dribble, 0.1) < 8)
    head = request("POST", "/predict", None, Content_Length=200)
    check("a body that comes byte by byte, too", 0.9 < lived(server, [head] + [b" "] * 200, 0.1) < 8)
    chunks = request("POST", "/predict", None, Transfer_Encoding="chunked")
    check("a chunked one, too", 0.9 < lived(server, [chunks] + [b"1\r\n \r\n"] * 200, 0.1) < 8)
    check("a connection that says nothing, too", 0.9 < lived(server, [b""] * 200, 0.1) < 8)
    with server.connect() as s:
        s.sendall(request("GET", "/livez"))
        Reader(s).reply()
        started = time.monotonic()
        check("an idle one after its time", s.recv(1) == b"" and 1.9 < time.monotonic() - started < 15)
    slow = [server.connect() for _ in range(300)]
    for s in slow:
        s.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\n")
    check("300 slow clients do not keep others waiting", server.predict()[0] == 200)
    for s in slow:
        s.close()
    check("it ends with 0", server.stop() == 0)
finish()
