"""Holds `tidemill eval --cases` against the conformance suite of the specification (github.com/google/cel-spec, tests/simple).

Arguments: the folder of the suite's files, the command, a file to write the cases to, and options of the command. Prints each
test that does not hold, then how many do by file, and what is out with the reason. Ends with 1 when a test does not hold.
"""

import base64
import glob
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta

import textproto
from textproto import every, last, text

# Files that are about messages and enums of Protocol Buffers from end to end.
FILES_OUT = {
    "proto2": "messages",
    "proto2_ext": "messages",
    "proto3": "messages",
    "enums": "enums",
    "wrappers": "wrappers of Protocol Buffers",
}
MESSAGES = re.compile(r"\b(Nested)?TestAllTypes\b|\b(Global|Nested)Enum\b|\bgoogle\.protobuf\.(Timestamp|Duration)\s*\{")
WELL_KNOWN = re.compile(r"\bgoogle\.protobuf\.(?!Timestamp\b|Duration\b)\w+")
PRIMITIVES = {"BOOL": "bool", "INT64": "int", "UINT64": "uint", "DOUBLE": "double", "STRING": "string", "BYTES": "bytes"}


class Out(Exception):
    """A test that needs what is out; the message says what."""


def only(message):
    """The one field of a message, as name and value."""
    return message[0] if message else ("", None)


def moment(body):
    """Seconds and nanoseconds of a Timestamp or Duration."""
    return int(last(body, "seconds", "0")), int(last(body, "nanos", "0"))


def number(word):
    return {"inf": math.inf, "infinity": math.inf, "-inf": -math.inf, "-infinity": -math.inf}.get(word.lower()) or float(word)


def typed(value):
    """A value of the suite in the notation of --cases."""
    kind, body = only(value)
    if kind == "null_value":
        return {"type": "null", "value": None}
    if kind == "bool_value":
        return {"type": "bool", "value": body == "true"}
    if kind in ("int64_value", "uint64_value"):
        return {"type": kind.removesuffix("64_value"), "value": int(body, 0)}
    if kind == "double_value":
        read = number(body)
        return {
            "type": "double",
            "value": read if math.isfinite(read) else str(read).replace("inf", "Infinity").replace("nan", "NaN"),
        }
    if kind == "string_value":
        return {"type": "string", "value": body.decode()}
    if kind == "bytes_value":
        return {"type": "bytes", "value": base64.b64encode(body).decode()}
    if kind == "type_value":
        return {"type": "type", "value": body.decode()}
    if kind == "list_value":
        return {"type": "list", "value": [typed(element) for element in every(body, "values")]}
    if kind == "map_value":
        entries = every(body, "entries")
        return {
            "type": "map",
            "value": [{"key": typed(last(entry, "key")), "value": typed(last(entry, "value"))} for entry in entries],
        }
    if kind == "object_value":
        name, message = only(body)
        seconds, nanoseconds = moment(message or [])
        if name.endswith("google.protobuf.Duration]"):
            sign = "-" if seconds < 0 or nanoseconds < 0 else ""
            return {"type": "duration", "value": f"{sign}{abs(seconds)}.{abs(nanoseconds):09}s"}
        if name.endswith("google.protobuf.Timestamp]"):
            day = datetime(1970, 1, 1) + timedelta(seconds=seconds)
            return {"type": "timestamp", "value": f"{day.isoformat()}.{nanoseconds:09}Z"}
    raise Out("enums" if kind == "enum_value" else "messages")


def type_text(message):
    """A type of the suite as text."""
    kind, body = only(message)
    if kind == "primitive":
        return PRIMITIVES[body]
    if kind == "dyn":
        return "dyn"
    if kind == "null":
        return "null"
    if kind == "list_type":
        return f"list({type_text(last(body, 'elem_type'))})"
    if kind == "map_type":
        return f"map({type_text(last(body, 'key_type'))}, {type_text(last(body, 'value_type'))})"
    if kind == "well_known" and body in ("TIMESTAMP", "DURATION"):
        return body.lower()
    if kind == "type":
        return f"type({type_text(body)})" if body else "type"
    if kind == "abstract_type" and text(body, "name") == "optional_type":
        return f"optional({type_text(last(body, 'parameter_types'))})"
    raise Out("wrappers of Protocol Buffers" if kind == "wrapper" else "messages")


def case(test):
    """A test as a case and what is expected of its answer: {"type", "value"}, "error", or None when only its type counts."""
    expression = text(test, "expr")
    if MESSAGES.search(expression):
        raise Out("messages")
    if WELL_KNOWN.search(expression) or text(test, "container") == "google.protobuf":
        raise Out("well-known types of Protocol Buffers other than Timestamp and Duration")
    made = {"expr": expression}
    for declared in every(test, "type_env"):
        if last(declared, "function") is not None:
            raise Out("functions of a program's own")
        made.setdefault("types", {})[text(declared, "name")] = type_text(last(last(declared, "ident"), "type"))
    for binding in every(test, "bindings"):
        made.setdefault("bindings", {})[text(binding, "key")] = typed(last(last(binding, "value"), "value"))
    if text(test, "container"):
        made["container"] = text(test, "container")
    made["check"] = last(test, "disable_check") != "true"
    result = last(test, "typed_result")
    if last(test, "eval_error") is not None:
        return made, "error", None
    if result is None:
        return made, typed(last(test, "value")) if last(test, "value") else {"type": "bool", "value": True}, None
    made["deduce"] = True
    expected = last(result, "result")
    return made, None if expected is None else typed(expected), type_text(last(result, "deduced_type"))


def known(answer):
    """What makes two values in the notation equal: NaN is NaN, -0.0 is not 0.0, and entries of maps have no order."""
    kind, value = answer["type"], answer["value"]
    if kind == "list":
        return kind, tuple(known(element) for element in value)
    if kind == "map":
        return kind, frozenset((known(entry["key"]), known(entry["value"])) for entry in value)
    if kind == "double":
        return kind, repr(float(value))
    if kind == "duration":
        whole, _, fraction = value.rstrip("s").partition(".")
        return kind, whole.lstrip("-"), fraction.rstrip("0"), value.startswith("-")
    if kind == "timestamp":
        whole, _, fraction = value.rstrip("Z").partition(".")
        return kind, whole, fraction.rstrip("0")
    if kind == "optional":
        return kind, value and known(value)
    return kind, value


def holds(answer, expected, deduced):
    if deduced is not None and answer.get("deduced") != deduced:
        return False
    if expected == "error":
        return "error" in answer
    return expected is None or "type" in answer and known(answer) == known(expected)


def main(folder, command, cases_file, *options):
    cases, out, held = [], Counter(), Counter()
    for path in sorted(glob.glob(os.path.join(folder, "*.textproto"))):
        file = os.path.basename(path).removesuffix(".textproto")
        with open(path, encoding="utf-8") as source:
            suite = textproto.read(source.read())
        for section in every(suite, "section"):
            for test in every(section, "test"):
                name = f"{file}/{text(section, 'name')}/{text(test, 'name')}"
                try:
                    if file in FILES_OUT:
                        raise Out(FILES_OUT[file])
                    cases.append((name, *case(test)))
                except Out as reason:
                    out[file, str(reason)] += 1
    with open(cases_file, "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(made) + "\n" for _, made, _, _ in cases)
    run = subprocess.run([command, "eval", "--cases", cases_file, *options], capture_output=True, text=True)
    answers = run.stdout.splitlines()
    if run.returncode or len(answers) != len(cases):
        sys.exit(f"{len(answers)} answers to {len(cases)} cases, exit code {run.returncode}: {run.stderr[-2000:]}")
    failed = 0
    for (name, made, expected, deduced), line in zip(cases, answers):
        if holds(json.loads(line), expected, deduced):
            held[name.split("/")[0]] += 1
        else:
            failed += 1
            print(
                f"{name}: {json.dumps(made, ensure_ascii=False)}\n  gives    {line}\n  expected {json.dumps(expected)} {deduced or ''}"
            )
    for file, count in sorted(held.items()):
        print(f"{file}: {count}")
    for (file, reason), count in sorted(out.items()):
        print(f"out: {file}: {count}: {reason}")
    print(f"{sum(held.values())} hold, {failed} do not, {sum(out.values())} are out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
