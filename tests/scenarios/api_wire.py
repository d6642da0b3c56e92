"""What comes over the wire: requests no client should send, slow ones, and many at once."""
import codecs
import pathlib

from api_house import *

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures/http/conformance.tsv"


def said(port, sent):
    """What a server answered to some bytes: its statuses, and "close" where it then closed. EOF at the end: so do we."""
    ends = sent.endswith(b"EOF")
    words = []
    with socket.create_connection(("127.0.0.1", port), timeout=0.4) as s:
        reader = Reader(s)
        try:
            s.sendall(sent.removesuffix(b"EOF"))
            if ends:
                time.sleep(0.05)
                s.shutdown(socket.SHUT_WR)
            head = sent.startswith(b"HEAD")
            while (reply := statuses(reader, head)) is not None:
                words += reply
            words.append("close")
        except TimeoutError:
            pass
        except OSError:
            words.append("close")
    return " ".join(words)


def statuses(reader, head):
    while b"\r\n\r\n" not in reader.bytes:
        if not reader._more():
            return None
    if reader.bytes.startswith(b"HTTP/1.1 100"):
        reader.bytes = reader.bytes.split(b"\r\n\r\n", 1)[1]
        return ["100"]
    reply = reader.reply("HEAD" if head else "GET")
    return reply and [str(reply[0])]


def conformance(server):
    """Each line: what we answer, what nginx 1.22 answers, in words, the bytes."""
    for line in CASES.read_text().splitlines():
        expected, nginx, sentence, escaped = line.split("\t")
        sent = codecs.decode(escaped, "unicode_escape").encode("latin-1")
        answer = said(server.port, sent)
        check(f"{sentence}: {expected}", answer == expected, f"answered {answer or 'nothing'}; nginx {nginx}")


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
        s.settimeout(max(0.01, started + 2 - time.monotonic()))
        try:
            good += (reader.reply() or [0])[0] == 200
        except TimeoutError:
            pass
    for s in connections:
        s.close()
    check(f"{n} requests pending at once are all answered", good == n, f"{good} were")


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


with scratch() as folder:
    registry = Registry(folder)
    registry.promote(2)
    server = Server(folder)
    server.wait_ready()
    conformance(server)
    server.stop()

    # One loop, so that all events meet in it.
    server = Server(folder, THREADS=1)
    server.wait_ready()
    for n in (127, 128, 129, 256, 384, 512, 1000):
        pending(server, n)
    server.stop()

    server = Server(folder, REQUEST_SECONDS=1, IDLE_SECONDS=2)
    server.wait_ready()
    dribble = [bytes([byte]) for byte in request("GET", "/livez", X_Long="x" * 200)]
    check("a header that comes byte by byte is cut at the deadline", 0.9 < lived(server, dribble, 0.1) < 1.6)
    head = request("POST", "/predict", None, Content_Length=200)
    check("a body that comes byte by byte, too", 0.9 < lived(server, [head] + [b" "] * 100, 0.1) < 1.6)
    chunks = request("POST", "/predict", None, Transfer_Encoding="chunked")
    check("a chunked one, too", 0.9 < lived(server, [chunks] + [b"1\r\n \r\n"] * 100, 0.1) < 1.6)
    check("a connection that says nothing, too", 0.9 < lived(server, [b""] * 40, 0.1) < 1.6)
    with server.connect() as s:
        s.sendall(request("GET", "/livez"))
        Reader(s).reply()
        started = time.monotonic()
        check("an idle one after its time", s.recv(1) == b"" and 1.9 < time.monotonic() - started < 2.6)
    slow = [server.connect() for _ in range(300)]
    for s in slow:
        s.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\n")
    check("300 slow clients do not keep others waiting", server.predict()[0] == 200)
    for s in slow:
        s.close()
    check("it ends with 0", server.stop() == 0)
finish()
