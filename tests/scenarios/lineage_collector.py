"""A collector of OpenLineage events: appends what is posted with the right key, one a line; below /slow it never answers.

lineage_collector.py PORT_FILE FILE - its port is written to the one, what is posted to the other.
"""
import http.server
import json
import sys
import time


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/slow"):
            time.sleep(30)
        good = (self.path == "/api/v1/lineage" and self.headers["Content-Type"] == "application/json"
                and self.headers["Authorization"] == "Bearer open-sesame" and json.loads(body))
        if good:
            with open(sys.argv[2], "ab") as file:
                file.write(body + b"\n")
        self.send_response(201 if good else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
server.daemon_threads = True
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(str(server.server_port))
server.serve_forever()
