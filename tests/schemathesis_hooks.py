"""What Schemathesis cannot know of the API. Loaded by tests/schemathesis.toml."""

import uuid

import schemathesis

KEY = "Idempotency-Key"
# Some calls are made again under a key that others had: that is to be refused as documented.
KEEP_EVERY = 10
calls = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets most calls have a key of their own: the few that come to mind at random would all be taken."""
    global calls
    key = (case.headers or {}).get(KEY)
    if isinstance(key, str) and 0 < len(key.strip()) <= 255 and key.isascii() and key.isprintable():
        calls += 1
        if calls % KEEP_EVERY:
            case.headers[KEY] = str(uuid.uuid4())
