# Reads AIVDM lines on standard input, writes what pyais decodes of them as JSON lines.
import json
import sys

from pyais.stream import IterMessages


def plain(value):
    return value.hex() if isinstance(value, bytes) else str(value)


lines = [line.strip() for line in sys.stdin.buffer]
for message in IterMessages(lines):
    try:
        print(json.dumps(message.decode().asdict(), default=plain))
    except Exception as error:
        print(json.dumps({"error": repr(error)}))
