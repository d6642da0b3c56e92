#!/usr/bin/env python3
"""A receiver of alerts: receiver.py FILE SECRET - prints its address; each message with a good signature is a line of FILE.

The first request is answered with 503, to be tried again.
"""
import hashlib
import hmac
import http.server
import re
import sys
import time

seen = 0


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global seen
        seen += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", self.headers.get("Leadforest-Signature", ""))
        status = 401
        if found and abs(time.time() - int(found[1])) < 60:
            wanted = hmac.new(sys.argv[2].encode(), found[1].encode() + b"." + body, hashlib.sha256).hexdigest()
            status = 204 if hmac.compare_digest(wanted, found[2]) else 401
        if status == 204 and seen == 1:
            status = 503
        if status == 204:
            with open(sys.argv[1], "ab") as file:
                file.write(body + b"\n")
        self.send_response(status)
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(f"http://127.0.0.1:{server.server_port}/alerts", flush=True)
server.serve_forever()
