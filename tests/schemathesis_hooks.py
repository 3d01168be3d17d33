"""What Schemathesis cannot know of the API: which things there are, which of them the run stands on, and which values belong
together. Loaded by tests/schemathesis.toml."""

import json
import os
import random
import time
import uuid
from pathlib import Path

import jsonschema_rs
import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

KEY = "Idempotency-Key"
# Some calls are made again under a key that others had: that is to be refused as documented.
KEEP_EVERY = 10
# Lists are read anew when they are older, in seconds.
FRESH_FOR = 5

# tests/tests/schema.rs says where the farm is, who asks, with a video of each, and what must outlive the run.
PLACES = json.loads(Path(os.environ["REELFARM_FUZZ_PLACES"]).read_text())
PEOPLE, KEPT = PLACES["people"], set(PLACES["kept"])
DOCUMENT = requests.get(PLACES["url"] + "/openapi.json", timeout=30).json()
# Of a machine there never was; nobody has its key.
SIGNING_REQUEST = """-----BEGIN CERTIFICATE REQUEST-----
MIHJMHECAQAwDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABFO4iB9aEz329cJuwOACI5tqyj6zNUeTqTkFdh+A75ofUiWaxaWUrIGlo/EU
H2zuC1ua/zwW7B/GKKNyIRgmFgCgADAKBggqhkjOPQQDAgNIADBFAiEAlQCBIGtw
5Fm/vsCg5xWfRfoFP9drjdAIn4ueHAi9dgQCICnPadYX4RA+zRJRytbg8C+4Xspw
sisJIvVi9lQgyPOF
-----END CERTIFICATE REQUEST-----
"""

# Where the ids come from that a path takes; the longest that fits counts.
LISTS = {
    "/api/exports/{id}": "exports",
    "/api/nodes/{id}": "nodes",
    "/api/queue/exports/{id}": "queue",
    "/api/settings/presets/{id}": "settings/presets",
    "/api/tokens/{id}": "tokens",
    "/api/users/{id}": "users",
    "/api/videos/{id}": "videos",
    "/api/webhooks/{id}": "webhooks",
}
# What is kept may be looked at and used by all, but not by these.
ENDING = {"change_user", "delete_node", "delete_video", "drain_node", "quarantine_node", "revoke_token"}
# What makes sense of such things only.
STATUS = dict.fromkeys(["download_export", "export_report", "share_export", "unshare_export"], "completed") | {"view_preview": "ready"}
# Here what is well formed is refused unless values fit each other and the ledger; of these only what was made to fit must be taken.
FITTING = {}

calls = 0
known = {}
fitted = set()
passwords = {}
shared = []


def fitting(*operations):
    """Marks what makes a call fit for these operations; it says whether it could."""

    def mark(fit):
        FITTING.update(dict.fromkeys(operations, fit))
        return fit

    return mark


def ask(method, path, who, body=None):
    """A call of our own; its JSON, or nothing when it was refused."""
    headers = {"Authorization": f"Bearer {PEOPLE[who]['token']}"}
    answer = requests.request(method, PLACES["url"] + path, json=body, headers=headers, timeout=30)
    return answer.json() if answer.ok else {}


def listed(name, who):
    """What somebody finds in a list."""
    read_at, rows = known.get((name, who), (0, []))
    if time.monotonic() - read_at > FRESH_FOR:
        rows = ask("GET", f"/api/{name}?limit=100", who).get("exports" if name == "queue" else name.rsplit("/", 1)[-1], [])
        known[name, who] = (time.monotonic(), rows)
    return rows


def real_id(case, who):
    """The id of something that is there, for a path that wants one."""
    name = next((name for path, name in LISTS.items() if case.path.startswith(path)), None)
    rows, operation = listed(name, who) if name else [], case.operation.definition.raw.get("operationId")
    if operation in ENDING:
        rows = [row for row in rows if row["id"] not in KEPT]
    if operation in STATUS:
        rows = [row for row in rows if row["status"] == STATUS[operation]]
    return random.choice(rows)["id"] if rows else None


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def filter_headers(context, headers):
    """Leaves out values with blanks around them: HTTP takes these off, so the server cannot tell."""
    values = (headers or {}).values()
    return all(value == value.strip() for value in values if isinstance(value, str))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets calls reach what is there, leaves the run what it stands on, and makes some calls fit."""
    global calls
    calls += 1
    key = (case.headers or {}).get(KEY)
    # The few keys that come to mind at random would all be taken.
    if isinstance(key, str) and 0 < len(key) <= 255 and key.isascii() and key.isprintable() and calls % KEEP_EVERY:
        case.headers[KEY] = str(uuid.uuid4())
    who = case.auth_identity
    operation = case.operation.definition.raw.get("operationId")
    if "token" in (case.path_parameters or {}) and is_positive(case) and shared and calls % 3:
        case.path_parameters["token"] = random.choice(shared[-3:])
    if who not in PEOPLE:
        return
    given = (case.path_parameters or {}).get("id")
    drawn = case.meta is not None and any(draw.location == "path" for draw in case.meta.pool_draws)
    if operation in ENDING and given in KEPT:
        case.path_parameters["id"] = real_id(case, who) or str(uuid.uuid4())
    elif given is not None and is_positive(case) and not drawn and calls % 3:
        case.path_parameters["id"] = real_id(case, who) or given
    if operation in FITTING and is_positive(case) and FITTING[operation](case, who):
        fitted.add(case.id)


@schemathesis.hook
def after_call(context, case, response):
    """Notes links and passwords: the farm tells them once."""
    operation = case.operation.definition.raw.get("operationId")
    if operation == "share_export" and response.status_code == 201:
        shared.append(response.json()["token"])
    if operation == "change_password" and response.status_code == 204:
        passwords[case.auth_identity] = case.body["new_password"]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Refusing what was not made to fit is right where fitting is needed; of many orders each is refused by itself."""
    operation = case.operation.definition.raw.get("operationId")
    if operation == "create_exports" and isinstance(failure, AcceptedNegativeData) and refused_one_by_one(case.body, response):
        return False
    return not (operation in FITTING and isinstance(failure, RejectedPositiveData) and case.id not in fitted)


def refused_one_by_one(body, response):
    """Whether some of many orders are not as documented, and every one of these was refused."""
    if response.status_code != 207:
        return False
    schema = {"$ref": "#/components/schemas/NewExportOfVideo", "components": DOCUMENT["components"]}
    wrong = [not jsonschema_rs.is_valid(schema, order) for order in body["orders"]]
    return any(wrong) and all("refusal" in told for told, bad in zip(response.json()["orders"], wrong) if bad)


@schemathesis.check
def fitting_orders_are_taken(context, response, case):
    """Of many orders that were made to fit none is refused for what it says."""
    if case.operation.definition.raw.get("operationId") == "create_exports" and case.id in fitted:
        refused = [told["refusal"] for told in response.json().get("orders", []) if told["status"] == 400]
        assert not refused, refused


def fit_segments(body):
    """Whole seconds of the video, so that most are rendered already."""
    count = 1 if body["export_type"] == "single" else min(max(len(body.get("segments") or []), 1), 3)
    names = [segment.get("clip_id") for segment in body.get("segments") or []]
    spans = [{"start": float(second), "end": second + 1.0} for second in range(count)]
    for span, name in zip(spans, names):
        span.update({"clip_id": name} if name else {})
    body["segments"] = spans
    body.pop("crossfade_seconds", None)


def fitting_order(body):
    body = dict(body)
    fit_segments(body)
    body["quality"] = body.pop("quality_preset", None) or body.get("quality") or "low"
    return body


@fitting("create_export", "estimate_export")
def fit_order(case, who):
    # Every order is rendered; there is one node.
    if "video" not in PEOPLE[who] or (case.method == "POST" and case.path.endswith("/export") and calls % 4):
        return False
    case.path_parameters["id"] = PEOPLE[who]["video"]
    case.body = fitting_order(case.body)
    return True


@fitting("create_exports")
def fit_orders(case, who):
    if "video" not in PEOPLE[who] or calls % 4:
        return False
    case.body = {"orders": [dict(fitting_order(order), video_id=PEOPLE[who]["video"]) for order in case.body["orders"][:2]]}
    return True


@fitting("retry_export")
def fit_retry(case, who):
    over = [row["id"] for row in listed("exports", who) if row["status"] in ("completed", "failed", "cancelled")]
    if not over or calls % 4:
        return False
    case.path_parameters["id"] = random.choice(over)
    body = dict(case.body) if isinstance(case.body, dict) else {}
    body.setdefault("export_type", "single")
    fit_segments(body)
    case.body = body
    return True


@fitting("extend_export")
def fit_extension(case, who):
    open_ones = [row["id"] for row in listed("exports", who) if row["status"] == "processing"]
    if not open_ones:
        return False
    case.path_parameters["id"] = random.choice(open_ones)
    case.body = {"minutes": 1}
    return True


@fitting("complete_video")
def fit_upload(case, who):
    """An upload that has all its bytes; what they are is no video, as the farm finds out later."""
    if calls % 4:
        return False
    told = ask("POST", "/api/videos", who, {"filename": "note.txt", "size_bytes": 9})
    if "upload" not in told:
        return False
    put = requests.put(told["upload"]["parts"][0]["url"], data=b"no video\n", timeout=30)
    case.path_parameters["id"] = told["video"]["id"]
    case.body = {"upload_id": told["upload"]["upload_id"], "parts": [{"number": 1, "etag": put.headers["ETag"]}]}
    return True


@fitting("choose_export_settings")
def fit_settings(case, who):
    body = dict(case.body)
    presets = listed("settings/presets", who)
    if "settings" in body or not presets:
        body.pop("preset_id", None)
        body.setdefault("settings", {})
    else:
        body["preset_id"] = random.choice(presets)["id"]
    case.body = body
    return True


@fitting("enroll_node")
def fit_enrolment(case, who):
    token = ask("POST", "/api/nodes/join-tokens", "root", {"name": f"fuzz {calls}"}).get("token") if calls % 2 else None
    body = {"csr": SIGNING_REQUEST, "token": token or case.body["token"]}
    if "facts" in case.body:
        body["facts"] = case.body["facts"]
    case.body = body
    return True


@fitting("change_password")
def fit_password(case, who):
    body = dict(case.body)
    if who in passwords:
        body["current_password"] = passwords[who]
    case.body = body
    return True


@fitting("create_webhook", "edit_webhook")
def fit_webhook(case, who):
    # A name that leads nowhere (RFC 2606): nobody is called.
    case.body = dict(case.body, url="https://reelfarm.invalid/hook")
    return True
