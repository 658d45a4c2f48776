"""Decodes a file of ASTERIX data blocks with libasterix: one JSON object a record on standard output.

    peer_libasterix.py FILE

Each object holds `category`, `raw` (hexadecimal bytes of each item) and `fields` ("ITEM[/FIELD[/SUBFIELD]]": number, text, or null where there are fields below).
"""
import json
import sys

import asterix.base as base
import asterix.generated as generated

EDITIONS = {10: generated.Cat_010_1_1, 34: generated.Cat_034_1_29, 48: generated.Cat_048_1_32, 62: generated.Cat_062_1_21}


def value(element):
    """What an element says: a quantity in the unit of the specification, a text, or a plain number."""
    rule = element.rule if hasattr(element, "rule") else element
    content = rule._get_content() if isinstance(rule, base.RuleContentContextFree) else None
    if isinstance(content, base.ContentQuantity):
        return content._as_quantity()
    if isinstance(content, base.ContentInteger):
        return content.as_integer()
    if isinstance(content, base.ContentString):
        return content.as_string()
    return element.as_uint()


def flatten(path, variation, out):
    if isinstance(variation, base.Element):
        out[path] = value(variation)
    elif isinstance(variation, base.Group):
        for item in variation.arg:
            if isinstance(item, base.Item):
                flatten(f"{path}/{item.arg.cv_name}", inner(item.arg), out)
    elif isinstance(variation, base.Extended):
        for group in variation.arg:
            for item in group:
                if isinstance(item, base.Item):
                    flatten(f"{path}/{item.arg.cv_name}", inner(item.arg), out)
    elif isinstance(variation, base.Compound):
        for name, field in variation.arg.items():
            flatten(f"{path}/{name}", inner(field), out)


def inner(non_spare):
    rule = non_spare.arg
    return rule.arg if hasattr(rule, "arg") else rule


def main():
    data = open(sys.argv[1], "rb").read()
    blocks = base.RawDatablock.parse(base.Bits.from_bytes(data))
    if isinstance(blocks, ValueError):
        sys.exit(f"libasterix cannot part the blocks: {blocks}")
    for block in blocks:
        records = EDITIONS[block.get_category()].cv_uap.parse(block.get_raw_records())
        if isinstance(records, ValueError):
            print(json.dumps({"category": block.get_category(), "error": str(records)}))
            continue
        for record in records:
            fields, raw = {}, {}
            for name, item in record.items_regular.items():
                raw[name] = item.unparse().to_bytes().hex()
                fields[name] = None
                flatten(name, inner(item), fields)
            print(json.dumps({"category": block.get_category(), "raw": raw, "fields": fields}))


main()
