"""What a caller gets: predictions, every error by its name, probes, websites."""
import json
import subprocess

from api_fixture import *

with scratch() as folder:
    registry = Registry(folder)
    server = Server(folder, CORS_ORIGINS="https://shop.example")
    check("without a model it is alive", server.get("/livez")[0] == 200 and server.get("/healthz")[0] == 200)
    check("but not ready", server.get("/readyz")[0] == 503 and server.get("/readyz")[1].get("retry-after") == "5")
    reply = server.predict()
    check("and says when to come back", reply[0] == 503 and reply[1].get("retry-after") == "5", reply)

    registry.promote(2)
    check("a promoted model is served without a restart", server.wait_ready())
    status, headers, body = server.predict(X_Request_Id="mine-1")
    check("a prediction is exactly two keys", status == 200 and body.startswith(b'{"predicted_package":"MVP","probability":0.')
          and body.count(b":") == 2 and b" " not in body, body)
    check("a probability has at most four decimals", len(str(json.loads(body)["probability"])) <= 6, body)
    check("its headers name model and request", headers.get("x-model-version") == "2" and
          headers.get("x-request-id") == "mine-1", headers)
    curl = subprocess.run(["curl", "-sS", "-i", f"http://127.0.0.1:{server.port}/predict", "-H", "Content-Type: application/json",
                           "-d", DENTAL.decode()], capture_output=True, text=True, check=True).stdout
    check("curl gets the same", curl.endswith(body.decode()) and "200 OK" in curl, curl)

    status, _, body = server.ask("POST", "/predict?utm=x&details=1", DENTAL)
    check("details=1 adds probabilities and the expected price", status == 200 and
          set(json.loads(body)["probabilities"]) == set(PACKAGES) and json.loads(body)["expected_price"] > 150, body)
    batch = b"[" + DENTAL + b"," * 1 + DENTAL + b"]"
    status, _, body = server.ask("POST", "/predict/batch", batch)
    check("a batch is answered in its order", status == 200 and len(json.loads(body)) == 2, body)
    status, _, body = server.ask("POST", "/predict/batch", (DENTAL + b"\n") * 5000, Content_Type="application/x-ndjson")
    check("5,000 lines in are 5,000 lines out", status == 200 and body.count(b"\n") == 5000 and body.count(b"MVP") == 5000)
    batches = [threading.Thread(target=server.ask, args=("POST", "/predict/batch", (DENTAL + b"\n") * 10000),
                                kwargs={"Content_Type": "application/x-ndjson"}) for _ in range(8)]
    for batch in batches:
        batch.start()
    for batch in batches:
        batch.join()
    check("eight batches of 10,000 at once are logged whole", b"leadforest_prediction_log_dropped_total 0\n" in
          server.get("/metrics")[2])
    reply = server.ask("POST", "/predict/batch", b"[" + b"1," * 5_000_000 + b"1]")
    used = int(re.search(rb"process_resident_memory_bytes (\d+)", server.get("/metrics")[2])[1])
    check("10 MB of nonsense are refused within 30 MB of memory", reply[0] == 413 and used < 30_000_000, (reply, used))
    status, _, body = server.get("/metrics")
    check("metrics count them", status == 200 and b'leadforest_predictions_total{package="MVP",model_version="2"} 8500' in body)

    for sentence, body, status, errors in (
            ("a missing field is 422 and named", b'{"business_type":"Dental"}', 422, {"business_size": "missing"}),
            ("a wrong type is 422 and named", b'{"business_type":7,"business_size":"10-25"}', 422,
             {"business_type": "string_type"}),
            ("all that is wrong is told at once", b'{"business_size":null,"lead_id":"a b"}', 422,
             {"business_type": "missing", "business_size": "string_type", "lead_id": "plain_text"}),
            ("broken JSON is 400", b'{"business_type":', 400, {"body": "json"}),
            ("no body is 400", b"", 400, {"body": "json"}),
            ("a key given twice is 400", b'{"business_type":"Dental","business_type":"Legal","business_size":"1-9"}', 400,
             {"body": "json"}),
            ("60,000 brackets are 400", b"[" * 60000, 400, {"body": "json"}),
            ("bytes that are no text are 400", b'{"business_type":"\xff\xfe","business_size":"1-9"}', 400, {"body": "json"})):
        reply = server.predict(body)
        check(sentence, reply[0] == status and errors_of(reply) == errors, reply)

    reply = server.predict(b'{"business_type":"Veterinary","business_size":"10-25"}')
    check("an unknown category is answered with a warning", reply[0] == 200 and
          reply[1].get("x-prediction-warning") == "unseen business_type", reply)
    reply = server.predict(Content_Type="text/plain")
    check("another media type is 415", reply[0] == 415 and errors_of(reply) == {"Content-Type": "media_type"}, reply)
    reply = server.get("/nowhere")
    check("an unknown path is 404", reply[0] == 404 and errors_of(reply) == {"path": "not_found"}, reply)
    reply = server.get("/predict")
    check("another method is 405 with Allow", reply[0] == 405 and reply[1].get("allow") == "POST, OPTIONS", reply)
    check("HEAD is GET without a body", server.ask("HEAD", "/livez")[0] == 200)

    with server.connect() as s:
        s.sendall(request("POST", "/predict", None, Content_Length=10_000_000) + b"{" * 100_000)
        reply = Reader(s).reply()
    check("10 MB are refused as soon as they are announced", reply and reply[0] == 413, reply)
    with server.connect() as s:
        s.sendall(request("POST", "/predict", None, Transfer_Encoding="chunked") + b"20000\r\n" + b"x" * 0x20000 + b"\r\n0\r\n\r\n")
        reply = Reader(s).reply()
    check("a chunked body over the limit is refused too", reply and reply[0] == 413, reply)
    with server.connect() as s:
        sent = 0
        try:
            s.sendall(request("POST", "/predict", None, Transfer_Encoding="chunked"))
            while sent < 50_000_000:
                s.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
                sent += 0x8000
        except OSError:
            pass
    check("and cut off when it never ends", sent < 20_000_000, sent)
    curl = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{server.port}/predict",
                           "-H", "Content-Type: application/json", "--data-binary", "@-"], input=b"x" * 10_000_000,
                          capture_output=True, check=False)
    check("curl with 10 MB sees the 413", curl.stdout == b"413", curl)

    reply = server.ask("OPTIONS", "/predict", Origin="https://shop.example", Access_Control_Request_Method="POST")
    check("a preflight lets a listed website in", reply[0] == 204 and
          reply[1].get("access-control-allow-origin") == "https://shop.example" and reply[1].get("vary") == "Origin", reply)
    reply = server.predict(Origin="https://shop.example")
    check("and its page may read the answer", reply[1].get("access-control-allow-origin") == "https://shop.example", reply)
    reply = server.predict(Origin="https://evil.example")
    check("another's may not", reply[0] == 200 and "access-control-allow-origin" not in reply[1], reply)

    health = subprocess.run([f"{BUILD}/leadforest-api", "--health", "--port", str(server.port)], check=False)
    check("--health says 0 of a living server", health.returncode == 0)
    probe = subprocess.run([f"{BUILD}/leadforest-api", "--data", folder, "--port", str(server.port), "--host", "127.0.0.1"],
                           capture_output=True, text=True, check=False, timeout=60)
    check("a second server on the port is told that it is taken", probe.returncode == 75 and "in use" in probe.stderr, probe)
    check("SIGTERM ends it with 0", server.stop() == 0, server.log)
    health = subprocess.run([f"{BUILD}/leadforest-api", "--health", "--port", str(server.port)], check=False)
    check("--health says 1 of a stopped one", health.returncode == 1)

    def verdict(**environment):
        return subprocess.run([f"{BUILD}/leadforest-api", "--check", "--data", folder], capture_output=True, text=True,
                              check=False, env={**os.environ, **environment})

    check("--check finds the model good", verdict().returncode == 0 and json.loads(verdict().stdout)["version"] == 2)
    check("--check refuses a setting that is wrong", verdict(UNKNOWN_CATEGORY="maybe").returncode == 64)
    check("--check refuses origins that are none", verdict(CORS_ORIGINS="shop.example").returncode == 64)
    registry.promote(3, "flipped")
    check("--check refuses a damaged model", verdict().returncode == 65, verdict())

    registry.promote(2)
    server = Server(folder, UNKNOWN_CATEGORY="reject", RATE_LIMIT="5")
    server.wait_ready()
    check("a rate limit that counts nobody is warned of", server.find("RATE_LIMIT needs API_KEYS or TRUSTED_PROXIES"), server.log)
    reply = server.predict(b'{"business_type":"Veterinary","business_size":"10-25"}')
    check("UNKNOWN_CATEGORY=reject makes it 422", reply[0] == 422 and errors_of(reply) == {"business_type": "unseen_category"},
          reply)
    server.stop()

    server = Server(folder)
    server.wait_ready()
    tensors = [{"name": name, "shape": [10000, 1], "datatype": "BYTES", "data": [value] * 10000} for name, value in json.loads(DENTAL).items()]
    reply = server.ask("POST", "/v2/models/leadforest/infer", json.dumps({"inputs": tensors}).encode())
    check("an inference of 10,000 leads is answered", json.loads(reply[2])["outputs"][0]["data"] == ["MVP"] * 10000, reply[2][:200])
    check("and none of them is missing from the log", b"prediction_log_dropped_total 0\n" in server.get("/metrics")[2])
    server.stop()

with scratch() as folder:
    Registry(folder).promote(2)
    with open(f"{folder}/predictions", "w", encoding="ascii"):
        pass  # where the log's folder would be
    server = Server(folder, REQUEST_SECONDS="3")
    server.wait_ready()
    replies = [server.ask("POST", "/predict/batch", b"[" + b",".join([DENTAL] * 4000) + b"]") for _ in range(2)]
    check("a log that cannot be written holds no batch up", [len(json.loads(reply[2] or b"[]")) for reply in replies] == [4000, 4000], replies[0][:2])
    check("and what is missing from it is counted", b"prediction_log_dropped_total 0\n" not in server.get("/metrics")[2])
    check("it still ends with 0", server.stop() == 0)
finish()
