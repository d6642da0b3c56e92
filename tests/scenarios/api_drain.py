"""SIGTERM under load: not ready first, then every request that came is answered, and exit 0."""
from api_fixture import *

with scratch() as folder:
    registry = Registry(folder)
    registry.promote(1)

    failed, codes = [], []
    for _ in range(5):
        server = Server(folder, DRAIN_SECONDS=1)
        server.wait_ready()
        loads = [Load(server) for _ in range(16)]
        time.sleep(0.3)
        codes.append(server.stop())
        failed += sum((load.end().failed for load in loads), [])
    check("five times SIGTERM under 16 keep-alive clients fails no request", not failed, failed[:3])
    check("and exits 0", codes == [0] * 5, codes)

    server = Server(folder, DRAIN_SECONDS=300)
    server.wait_ready()
    server.process.send_signal(signal.SIGTERM)
    check("while draining it is not ready", wait_until(lambda: server.get("/readyz")[0] == 503))
    check("but alive", server.get("/livez")[0] == 200)
    check("and still serves", server.predict()[0] == 200)
    code = server.stop()
    check("a second SIGTERM ends it at once", code == 143, code)

    server = Server(folder, REQUEST_SECONDS=100, THREADS=1)
    server.wait_ready()
    half = server.connect()
    half.sendall(request("POST", "/predict", DENTAL)[:-10])
    idle = server.connect()
    server.get("/livez")  # the one loop has seen both when it answers this
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: server.find('"draining"'))
    time.sleep(1)  # until it is over
    half.sendall(DENTAL[-10:])
    reply = Reader(half).reply()
    check("a request that was half there is finished", reply and reply[0] == 200 and reply[1].get("connection") == "close", reply)
    check("a connection without a request does not hold it up", wait_until(lambda: server.process.poll() == 0))

    server = Server(folder, REQUEST_SECONDS=1)
    server.wait_ready()
    half = server.connect()
    half.sendall(request("POST", "/predict", DENTAL)[:-10])
    check("one that never comes is given up", server.stop() == 0)

    unread, full = os.pipe()
    server = Server(folder, ACCESS_LOG=1, stdout=full)
    server.wait_ready()
    with server.connect() as s:
        reader = Reader(s)
        for _ in range(1000):
            s.sendall(request("GET", "/livez"))
            reader.reply()
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: server.count('"stopped"'))
    check("where nobody reads its access log a second SIGTERM ends it all the same", server.stop() == 143)
finish()
