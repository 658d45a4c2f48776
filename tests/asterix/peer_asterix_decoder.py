"""Decodes a file of ASTERIX data blocks with asterix_decoder: one JSON object a record on standard output.

    peer_asterix_decoder.py FILE

Each object holds `category` and `fields` ("ITEM/FIELD[/SUBFIELD]": number or text).
"""
import json
import sys

import asterix


def flatten(path, node, out):
    if isinstance(node, dict) and "val" in node:
        out[path] = node["val"]
    elif isinstance(node, dict):
        for name, inner in node.items():
            flatten(f"{path}/{name}", inner, out)
    else:
        out[path] = None


def blocks(data):
    while data:
        length = int.from_bytes(data[1:3], "big")
        yield data[:length]
        data = data[length:]


def main():
    for block in blocks(open(sys.argv[1], "rb").read()):
        for record in asterix.parse(block, verbose=False):
            fields = {}
            for name, node in record.items():
                if name.startswith("I") or name in ("RE", "SP"):
                    flatten(name.removeprefix("I"), node, fields)
            print(json.dumps({"category": record["category"], "fields": fields}))


main()
