"""Compares `tidemill eval --cases --strict` with another implementation of the language on random expressions.

Arguments: the command, the interpreter that finds cel-expr-python, a file to write the cases to, how many, and the seed. Prints
each difference, then the counts. Ends with 1 when there is a difference that DELIBERATE does not name, or too many that it does.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter

from generator import Generator

# Differences that stay: why, what the case has in it, and what the two answers have.
DELIBERATE = [
    (
        "lengths of time beyond 292 years, which the other cannot hold",
        r"0001-01-01|9999-12-31|-876000h",
        lambda mine, theirs: re.search("overflow|range", mine.get("error", "") + theirs.get("error", "")),
    ),
    (
        "a key that comes twice stops all of the other's evaluation, also beside ||",
        r"\{",
        lambda mine, theirs: "ALREADY_EXISTS" in theirs.get("error", ""),
    ),
    (
        "where all() or exists() ended early, the other's next bind finds the element in place of its value",
        r"\.(all|exists|exists_one)\(.*cel\.bind\(",
        lambda mine, theirs: deduced(mine) == deduced(theirs),
    ),
    (
        "int() of a bool, which the specification does not have",
        r"int\(",
        lambda mine, theirs: "int(bool)" in mine.get("error", ""),
    ),
    (
        "duration() of an int, which the specification does not have",
        r"duration\(",
        lambda mine, theirs: re.search(r"duration\(\) takes .* an int|duration\(int\)", mine.get("error", "")),
    ),
    (
        "NaN and the infinities as text, which nobody specifies",
        r"string\(|format\(",
        lambda mine, theirs: deduced(mine) == deduced(theirs) and spelled(mine) == spelled(theirs),
    ),
    (
        "a uint as an index: the other takes it in [ ], and not in [? ]",
        r"\[\?",
        lambda mine, theirs: "_[?_](list, uint64)" in theirs.get("error", ""),
    ),
    (
        "the least and greatest of a list in which not all is a number, which the other's checker knows by its elements",
        r"math\.(greatest|least)\(\[",
        lambda mine, theirs: "error" in mine and "invalid single argument value" in theirs.get("error", ""),
    ),
    (
        "numbers of two types compare, which the other's checker does not let them",
        r"[<>]",
        lambda mine, theirs: re.search(r"'_[<>]=?_' applied to '\((u?int|double), (u?int|double)\)", theirs.get("error", "")),
    ),
    (
        "blanks around the digits of a number, which the other passes over",
        r"(int|double)\(",
        lambda mine, theirs: re.search("is no (int|uint|double)$", mine.get("error", "")) and "type" in theirs,
    ),
    (
        "a part of a text that is not ASCII, up to its end: the other counts bytes",
        r"\.substring\(",
        lambda mine, theirs: "greater than <string>.size()" in theirs.get("error", ""),
    ),
    (
        "what can only fail, keys of maps that no map can have and the like, we refuse when checking",
        r"\{|null|math\.(greatest|least)\(",
        lambda mine, theirs: "deduced" not in mine and ("error" in theirs or "a key of a map" in mine["error"]),
    ),
    (
        "known types beside unknown ones: we say dyn, the other takes the known one for all",
        r"dyn\(|\bany\b|\.format\(",
        lambda mine, theirs: known(mine) == known(theirs) and "dyn" in mine.get("deduced", "") and "deduced" in theirs,
    ),
    (
        "what is empty has elements of a type that nothing tells: the other takes the first that fits, and refuses the rest",
        r"\[\]|\{\}|optional\.none\(\)",
        lambda mine, theirs: deduced(mine) != deduced(theirs),
    ),
]
# The share of cases that may differ deliberately.
MOST_DELIBERATE = 0.02


def asked(interpreter, lines):
    """The other implementation's answers; where it crashes, it is begun anew behind that case."""
    oracle = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle.py")
    answers = []
    while len(answers) < len(lines):
        run = subprocess.run([interpreter, oracle], input="".join(lines[len(answers) :]), capture_output=True, text=True)
        answers += [json.loads(line) for line in run.stdout.splitlines()]
        if len(answers) < len(lines):
            if run.returncode >= 0:
                sys.exit(f"the other implementation ended with {run.returncode}: {run.stderr[-2000:]}")
            answers.append({"limit": f"signal {-run.returncode}"})
    return answers


def known(answer):
    """What makes two answers equal. A key of a map is a number, whichever type it has: the library does not tell."""
    if "error" in answer:
        return "error"
    kind, value = answer["type"], answer["value"]
    if kind == "list":
        return kind, [known(element) for element in value]
    if kind == "map":
        pairs = [entry if isinstance(entry, list) else (entry["key"]["value"], entry["value"]) for entry in value]
        return kind, sorted((repr(name), repr(known(element))) for name, element in pairs)
    if kind == "double":
        return kind, repr(float(value))
    if kind == "type":
        return kind, {
            "null_type": "null",
            "google.protobuf.Timestamp": "timestamp",
            "google.protobuf.Duration": "duration",
        }.get(value, value)
    return kind, value


def spelled(answer):
    """An answer in which NaN and the infinities have one spelling, in texts and in the bytes of texts."""
    plain = json.dumps(known(answer))
    if answer.get("type") == "bytes":
        plain = base64.b64decode(answer["value"]).decode("latin-1")
    return plain.replace("-NaN", "nan").replace("NaN", "nan").replace("-nan", "nan").replace("Infinity", "inf")


def deduced(answer):
    """The type that the checker found.

    What a type is a type of does not count: of `c ? int : string` one says one, one says dyn.
    """
    kept, inside = "", 0
    for piece in re.findall(r"type\(|[()]|[^()]+(?=type\()|[^()]+", answer.get("deduced", "")):
        if inside:
            inside += {"(": 1, "type(": 1, ")": -1}.get(piece, 0)
        elif piece == "type(":
            kept, inside = kept + "type", 1
        else:
            kept += piece
    return kept


def reason(line, mine, theirs):
    """Why two answers may differ; None when they may not."""
    return next((why for why, marks, is_meant in DELIBERATE if re.search(marks, line) and is_meant(mine, theirs)), None)


def main(command, interpreter, cases_file, count, seed):
    random = Generator(int(seed))
    lines = [json.dumps(random.case()) + "\n" for _ in range(int(count))]
    with open(cases_file, "w", encoding="utf-8") as cases:
        cases.writelines(json.dumps(json.loads(line) | {"check": True, "deduce": True}) + "\n" for line in lines)
    run = subprocess.run([command, "eval", "--strict", "--cases", cases_file], capture_output=True, text=True)
    ours = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode or len(ours) != len(lines):
        sys.exit(f"{len(ours)} answers to {len(lines)} cases, exit code {run.returncode}: {run.stderr[-2000:]}")
    counts, different = Counter(), 0
    for line, mine, theirs in zip(lines, ours, asked(interpreter, lines)):
        case = json.loads(line)
        if "limit" in theirs:
            counts["beyond what the library can show"] += 1
        elif known(mine) == known(theirs) and deduced(mine) == deduced(theirs):
            counts["values" if "type" in mine else "errors at run time" if "deduced" in mine else "errors of the checker"] += 1
        elif why := reason(line, mine, theirs):
            counts["deliberate: " + why] += 1
        else:
            different += 1
            print(
                f"{json.dumps(case, ensure_ascii=False)}\n  ours   {json.dumps(mine, ensure_ascii=False)}\n  theirs {json.dumps(theirs, ensure_ascii=False)}"
            )
    for name, number in counts.most_common():
        print(f"{name}: {number}")
    print(f"seed {seed}: {different} of {len(lines)} differ")
    deliberate = sum(number for name, number in counts.items() if name.startswith("deliberate"))
    return 1 if different or deliberate > MOST_DELIBERATE * len(lines) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
