"""A plain web server of a folder, as any would be set up: GET with ETag and If-None-Match.

files_with_etags.py PORT_FILE FOLDER    one line on stderr a request: path and status
"""
import functools
import hashlib
import http.server
import io
import pathlib
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        path = pathlib.Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return None
        body = path.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.headers["If-None-Match"] == etag:
            self.send_response(304)
            self.end_headers()
            return None
        self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_request(self, code="-", size="-"):
        print(self.path, int(code), file=sys.stderr, flush=True)


port_file, folder = sys.argv[1:]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
pathlib.Path(port_file).write_text(str(server.server_port))
server.serve_forever()
