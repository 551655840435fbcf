# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""validate.py SCHEMA: checks the JSON on standard input.

Knows the part of JSON Schema that request.schema.json uses, and refuses a
schema that uses more, so that nothing goes unchecked.
"""
import json
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "integer": int,
         "number": (int, float), "null": type(None)}
KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type",
         "required", "additionalProperties", "properties", "items", "enum",
         "const", "minimum", "maximum", "pattern"}


def fail(where, what):
    sys.exit("%s: %s" % (where or "the document", what))


def check(value, schema, root, where):
    if set(schema) - KNOWN:
        fail(where, "unknown keywords %s" % (set(schema) - KNOWN))
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].lstrip("#/").split("/"):
            target = target[part]
        check(value, target, root, where)
    if "const" in schema and value != schema["const"]:
        fail(where, "%r is not %r" % (value, schema["const"]))
    if "enum" in schema and value not in schema["enum"]:
        fail(where, "%r is none of %r" % (value, schema["enum"]))
    if "type" in schema:
        types = schema["type"]
        types = types if isinstance(types, list) else [types]
        if isinstance(value, bool) or not isinstance(
                value, tuple(t for n in types
                             for t in (TYPES[n] if isinstance(
                                 TYPES[n], tuple) else (TYPES[n],)))):
            fail(where, "%r is no %s" % (value, types))
    if isinstance(value, (int, float)):
        if value < schema.get("minimum", value):
            fail(where, "%r is too small" % value)
        if value > schema.get("maximum", value):
            fail(where, "%r is too large" % value)
    if isinstance(value, str) and not re.search(schema.get("pattern", ""),
                                                value):
        fail(where, "%r does not match" % value)
    if isinstance(value, list):
        for i, item in enumerate(value):
            check(item, schema.get("items", {}), root, "%s[%d]" % (where, i))
    if isinstance(value, dict):
        check_object(value, schema, root, where)


def check_object(value, schema, root, where):
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            fail(where, "%s is missing" % name)
    for name, item in value.items():
        if name in properties:
            check(item, properties[name], root, where + "." + name)
        elif rest is False:
            fail(where, "%s is not in the schema" % name)
        elif rest is not True:
            check(item, rest, root, where + "." + name)


with open(sys.argv[1]) as f:
    SCHEMA = json.load(f)
check(json.load(sys.stdin), SCHEMA, SCHEMA, "")
