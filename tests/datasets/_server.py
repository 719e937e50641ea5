"""A web server on this machine that serves one file, and fails as it is told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `content` at `url`.

    Attributes
    ----------
    plan : list
        What to do with the next requests, one each: a status to answer, or the number of bytes
        after which the connection is cut. Then all is well.
    ranges : bool
        Whether it can send a part of the file.
    headers : dict
        What to say beside.
    requests : list
        The first byte that each request asked for, None for all of the file.
    """

    def __init__(self, content):
        self.content = content
        self.plan, self.requests, self.headers, self.ranges = [], [], {}, True
        handler = type("Handler", (_Handler,), {"served": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/BSR_bsds500.tgz"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: Server

    def do_GET(self):
        served = self.served
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else None
        served.requests.append(start)
        step = served.plan.pop(0) if served.plan else None
        if step in {404, 500, 503}:
            self.send_error(step)
            return
        size = len(served.content)
        if start is not None and served.ranges and start >= size:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        is_part = start is not None and served.ranges
        body = served.content[start:] if is_part else served.content
        self.send_response(206 if is_part else 200)
        if is_part:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Length", str(len(body)))
        for name, value in served.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:step])
        self.close_connection = True

    def log_message(self, *args):
        pass
