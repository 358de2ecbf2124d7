"""Answers cases with cel-expr-python, the library in C++ of the language's authors: a line of JSON out for each line in.

A value as {"type", "value"} with entries of maps as pairs; an error as {"error"}; with both comes "deduced" once the expression
has passed the checker. Python keeps microseconds: times are for bindings, not for results.
"""

import base64
import json
import re
import sys
from datetime import datetime, timedelta

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

SIMPLE = {
    "bool": cel.Type.BOOL, "int": cel.Type.INT, "uint": cel.Type.UINT, "double": cel.Type.DOUBLE, "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES, "timestamp": cel.Type.TIMESTAMP, "duration": cel.Type.DURATION, "dyn": cel.Type.DYN,
}  # fmt: skip
EXTENSIONS = [ext_bindings.ExtBindings(), ext_encoders.ExtEncoders(), ext_math.ExtMath(), ext_optional.ExtOptional()]
EXTENSIONS.append(ext_strings.ExtStrings())


def declared(kind):
    if kind.startswith("list("):
        return cel.Type.List(declared(kind[5:-1]))
    if kind.startswith("map("):
        return cel.Type.Map(*map(declared, kind[4:-1].split(", ")))
    return SIMPLE[kind]


def bound(made):
    """What Python passes for a typed value."""
    kind, value = made["type"], made["value"]
    if kind == "list":
        return [bound(element) for element in value]
    if kind == "map":
        return {bound(entry["key"]): bound(entry["value"]) for entry in value}
    if kind == "double":
        return float(value)
    if kind == "bytes":
        return base64.b64decode(value)
    if kind == "timestamp":
        return datetime.fromisoformat(value)
    if kind == "duration":
        return span(value)
    return value


UNITS = {"h": 3600 * 10**6, "m": 60 * 10**6, "s": 10**6, "ms": 1000, "us": 1}


def span(text):
    """A duration of whole microseconds, without passing through floats."""
    total = 0
    for whole, fraction, unit in re.findall(r"(\d+)(?:\.(\d+))?(h|ms|us|m|s)", text):
        total += int(whole) * UNITS[unit] + (int(fraction) * UNITS[unit] // 10 ** len(fraction) if fraction else 0)
    return timedelta(microseconds=-total if text.startswith("-") else total)


def type_text(text):
    """A type as we write it: `LIST<INT>` is `list(int)`."""
    return text.lower().replace("<", "(").replace(">", ")")


def given(value):
    """A value of the library in the notation."""
    kind, held = type_text(value.type().name()).split("(")[0], value.value()
    if kind == "list":
        held = [given(element) for element in held]
    elif kind == "map":
        held = [[key, given(element)] for key, element in held.items()]
    elif kind == "double":
        held = repr(held)
    elif kind == "bytes":
        held = base64.b64encode(bytes(held)).decode()
    elif kind in ("timestamp", "duration"):
        raise ValueError("Python keeps microseconds")
    elif kind == "type":
        held = type_text(held.name()).split("(")[0]
    return {"type": kind, "value": held}


def answer(case):
    try:
        types = {name: declared(kind) for name, kind in case["types"].items()}
        compiled = cel.NewEnv(variables=types, extensions=EXTENSIONS).compile(case["expr"])
    except RuntimeError as error:
        return {"error": str(error)}
    result = {"deduced": type_text(str(compiled.return_type()))}
    try:
        value = compiled.eval(data={name: bound(made) for name, made in case["bindings"].items()})
    except RuntimeError as error:
        return result | {"error": str(error)}
    if value.type() == cel.Type.ERROR:
        return result | {"error": str(value.value())}
    return result | given(value)


for line in sys.stdin:
    try:
        written = answer(json.loads(line))
    except Exception as problem:  # The binding's own limits, such as a value that Python has no form for.
        written = {"limit": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(written), flush=True)
