"""A farm to measure, over the same HTTP API that everybody uses, and the sources and machine facts measurements need.
Decides nothing about what is measured; the scripts beside it do."""

import hashlib
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The wrapper builds in release; where speed is not what is measured, another build will do.
PROGRAM = pathlib.Path(os.environ.get("REELFARM_BINARIES", ROOT), "reelfarm")
SAMPLE_EVERY_S = 0.25
# Every look costs the farm and this script processor time that the export under measurement then lacks.
POLL_EVERY_S = 0.1


class Farm:
    """`reelfarm up` in a scratch folder, stopped when the `with` block ends."""

    def __init__(self, environment=None, slots=None):
        self.folder = tempfile.TemporaryDirectory(prefix="reelfarm-bench-")
        command = [PROGRAM, "up", "--json", "--data", self.folder.name, "--listen", "127.0.0.1:0"]
        command += [] if slots is None else ["--slots", str(slots)]
        environment = {**os.environ, **(environment or {})}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the farm did not start")
        ready = json.loads(line)
        self.url, self.token, self.pids = ready["url"], ready["token"], ready["pids"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=data, method=method, headers=headers)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def upload(self, path):
        """Uploads a file and returns the id of the video once it can be exported."""
        content = pathlib.Path(path).read_bytes()
        created = self.call("POST", "/api/videos", {"filename": "source.mp4", "size_bytes": len(content)})
        upload, video, parts = created["upload"], created["video"]["id"], []
        size = upload["part_size_bytes"]
        for part in upload["parts"]:
            start = (part["number"] - 1) * size
            request = urllib.request.Request(part["url"], data=content[start : start + size], method="PUT")
            request.remove_header("Content-type")
            with urllib.request.urlopen(request) as answer:
                parts.append({"number": part["number"], "etag": answer.headers["ETag"]})
        self.call("POST", f"/api/videos/{video}/complete", {"upload_id": upload["upload_id"], "parts": parts})
        while (state := self.call("GET", f"/api/videos/{video}"))["status"] != "ready":
            if state["status"] == "failed":
                raise SystemExit(f"the source cannot be used: {state['error_message']}")
            time.sleep(POLL_EVERY_S)
        return video

    def settle(self, video):
        """Waits until the farm has made what it makes of a new video by itself, in what time exports leave it."""
        while True:
            try:
                return self.call("GET", f"/api/videos/{video}/preview")
            except urllib.error.HTTPError as refusal:
                if json.load(refusal)["code"] != "preview_not_ready":
                    raise
            time.sleep(POLL_EVERY_S)

    def export(self, video, order, output=None):
        """Orders an export, waits for it, fetches the file; returns the seconds all of it took."""
        begin = time.monotonic()
        export = self.call("POST", f"/api/videos/{video}/export", order)["id"]
        while (state := self.call("GET", f"/api/exports/{export}/progress"))["status"] != "completed":
            if state["status"] in ("failed", "cancelled"):
                raise SystemExit(f"the export {state['status']}: {self.call('GET', f'/api/exports/{export}')}")
            time.sleep(POLL_EVERY_S)
        download = self.call("GET", f"/api/exports/{export}/download")
        with urllib.request.urlopen(download["url"]) as answer:
            content = answer.read()
        if hashlib.sha256(content).hexdigest() != download["sha256"]:
            raise SystemExit("the downloaded file is not the one that was made")
        if output:
            pathlib.Path(output).write_bytes(content)
        return time.monotonic() - begin


class PeakMemory:
    """The highest resident memory of any one process below `pid`, by /proc, while the `with` block runs."""

    def __init__(self, pid):
        self.pid, self.bytes, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def watch(self):
        while not self.done.wait(SAMPLE_EVERY_S):
            for child in descendants(self.pid):
                self.bytes = max(self.bytes, resident_peak(child))


def film():
    """The film that REELFARM_MEDIA names a folder of, if it does: 65 s, 720p25, 5.1."""
    path = pathlib.Path(os.environ.get("REELFARM_MEDIA", "/nowhere"), "bbb_720p25_aac51_65s_moovend.mp4")
    return path if path.exists() else None


def descendants(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += [int(child), *descendants(int(child))]
    except OSError:
        pass  # It ended while it was looked at.
    return found


def resident_peak(pid):
    """VmHWM of a process in bytes; 0 when it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def make_source(path, seconds):
    """A 1080p30 H.264 and AAC file: film, if REELFARM_MEDIA names a folder that has one, else moving patterns with noise."""
    if film():
        inputs = ["-stream_loop", "-1", "-i", film()]
    else:
        inputs = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25,noise=alls=12:allf=t"]
        inputs += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    encode = ["-vf", "scale=1920:1080:flags=lanczos", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "50"]
    encode += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-b:a", "160k", "-t", str(seconds), "-movflags", "+faststart"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *inputs, *encode, path], check=True)


def machine():
    """The facts without which a figure means nothing."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    ffmpeg = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}, {ffmpeg.split(' Copyright')[0]}, commit {commit}"
