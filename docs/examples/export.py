#!/usr/bin/env python3
"""Uploads a video, exports ranges of it, follows the progress and fetches the file: the whole way, with Python alone.

    export.py --server http://127.0.0.1:8080 --token rf_… INPUT OUTPUT --segment 1.5-4 --segment 10-12.25

What each call takes and gives, the server's own /docs says.
"""

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid


class Refused(Exception):
    """The server said no; the message says why."""


class Reelfarm:
    def __init__(self, server: str, token: str) -> None:
        self.server = server.rstrip("/")
        self.token = token

    def call(self, method: str, path: str, body: dict | None = None, accept: str = "application/json"):
        """The answer of a call, still open."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if method == "POST":
            # Should the connection break, the same call with the same key creates nothing twice.
            headers["Idempotency-Key"] = str(uuid.uuid4())
        request = urllib.request.Request(self.server + path, data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            refusal = json.load(error)
            faults = [f"{fault['field']}: {fault['message']}" for fault in refusal["problems"]]
            raise Refused("; ".join(faults) or refusal["message"]) from error

    def json(self, method: str, path: str, body: dict | None = None) -> dict:
        with self.call(method, path, body) as answer:
            return json.load(answer)

    def upload(self, path: str) -> str:
        """Sends a file and waits until it can be exported. Gives the video's id."""
        size = os.path.getsize(path)
        created = self.json("POST", "/api/videos", {"filename": os.path.basename(path), "size_bytes": size})
        video, upload = created["video"]["id"], created["upload"]
        parts = []
        with open(path, "rb") as file:
            for part in upload["parts"]:
                piece = file.read(upload["part_size_bytes"])
                put = urllib.request.Request(part["url"], piece, method="PUT")
                with urllib.request.urlopen(put, timeout=600) as answer:
                    parts.append({"number": part["number"], "etag": answer.headers["ETag"]})
        self.json("POST", f"/api/videos/{video}/complete", {"upload_id": upload["upload_id"], "parts": parts})
        while True:
            seen = self.json("GET", f"/api/videos/{video}")
            if seen["status"] == "ready":
                return video
            if seen["status"] == "failed":
                raise Refused(seen["error_message"])
            time.sleep(0.5)

    def follow(self, export: str):
        """Every change of an export's progress, until it is over."""
        with self.call("GET", f"/api/exports/{export}/progress", accept="text/event-stream") as events:
            for line in events:
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def fetch(self, export: str, path: str) -> None:
        """Fetches the finished file and holds it against its SHA-256."""
        download = self.json("GET", f"/api/exports/{export}/download")
        digest = hashlib.sha256()
        with urllib.request.urlopen(download["url"], timeout=600) as answer, open(path, "wb") as file:
            while piece := answer.read(1 << 20):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != download["sha256"]:
            os.remove(path)
            raise Refused("the file was damaged on its way; fetch it again")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--token", required=True)
    arguments.add_argument("--segment", action="append", default=[], help="START-END in seconds; may be repeated")
    arguments.add_argument("input")
    arguments.add_argument("output")
    asked = arguments.parse_args()
    farm = Reelfarm(asked.server, asked.token)
    segments = [dict(zip(("start", "end"), map(float, segment.split("-")))) for segment in asked.segment]
    order = {
        "resolution": "720p",
        "format": "mp4",
        "quality": "medium",
        "export_type": "combined" if len(segments) > 1 else "single",
        "segments": segments,
    }
    try:
        video = farm.upload(asked.input)
        estimate = farm.json("POST", f"/api/videos/{video}/estimate", order)
        print(f"{estimate['duration_seconds']} s, at most {estimate['size_bytes']['high'] / 1e6:.1f} MB", file=sys.stderr)
        export = farm.json("POST", f"/api/videos/{video}/export", order)["id"]
        for progress in farm.follow(export):
            print(f"{progress['progress']:3} % {progress['current_stage']}", file=sys.stderr)
        ended = farm.json("GET", f"/api/exports/{export}")
        if ended["status"] != "completed":
            raise Refused(ended.get("error_message", ended["status"]))
        farm.fetch(export, asked.output)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(json.dumps(ended))
    return 0


if __name__ == "__main__":
    sys.exit(main())
