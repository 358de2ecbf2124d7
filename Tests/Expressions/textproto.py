"""Reads the text format of protocol buffers without knowing any message type.

A message becomes a list of pairs (name, value) in the order of the text. A value is a message, bytes for a quoted string, or a
`Word` for a number or an identifier: which a field wants only its reader knows. Format: protobuf.dev, textformat-spec.
"""

import re


class Word(str):
    """A scalar that stands without quotes."""


class Malformed(Exception):
    """Text that is none of the format; the message names the line."""


TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<word>-?[A-Za-z0-9_.+-]+)
      | (?P<sign>[{}<>\[\]:;,/])""",
    re.VERBOSE | re.DOTALL,
)
SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|.)", re.DOTALL)


def unquoted(text):
    """The bytes that a quoted string stands for."""

    def byte(match):
        code = match[1]
        if code[0] == "x":
            return bytes([int(code[1:], 16)]).decode("latin-1")
        if code[0] in "uU" and len(code) > 1:
            return chr(int(code[1:], 16)).encode().decode("latin-1")
        if code[0] in "01234567":
            return bytes([int(code, 8)]).decode("latin-1")
        return chr(SIMPLE.get(code, ord(code)))

    return ESCAPE.sub(byte, text[1:-1].encode().decode("latin-1")).encode("latin-1")


class Reader:
    def __init__(self, text):
        self.tokens = []
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise Malformed(f"line {text.count(chr(10), 0, at) + 1}: {text[at:at + 20]!r}")
            if match.lastgroup != "space":
                self.tokens.append((match.lastgroup, match[0], at))
            at = match.end()
        self.text = text
        self.at = 0

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self, *signs):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.peek() in signs:
            self.at += 1
            return True
        return False

    def expect(self, sign):
        if not self.take(sign):
            place = self.tokens[min(self.at, len(self.tokens) - 1)][2]
            raise Malformed(f"line {self.text.count(chr(10), 0, place) + 1}: {self.peek()!r} instead of {sign!r}")

    def message(self, end=None):
        fields = []
        while self.peek() != end:
            name = self.name()
            self.take(":")
            if self.take("["):
                while not self.take("]"):
                    fields.append((name, self.value()))
                    self.take(",")
            else:
                fields.append((name, self.value()))
            self.take(",", ";")
        if end:
            self.expect(end)
        return fields

    def name(self):
        if self.take("["):
            name = "["
            while not self.take("]"):
                name += self.tokens[self.at][1]
                self.at += 1
            return name + "]"
        kind, name, place = self.tokens[self.at]
        if kind != "word":
            raise Malformed(f"line {self.text.count(chr(10), 0, place) + 1}: {name!r} is no name of a field")
        self.at += 1
        return name

    def value(self):
        if self.take("{"):
            return self.message("}")
        if self.take("<"):
            return self.message(">")
        kind, text, _ = self.tokens[self.at]
        if kind != "string":
            self.at += 1
            return Word(text)
        whole = b""
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "string":
            whole += unquoted(self.tokens[self.at][1])
            self.at += 1
        return whole


def read(text):
    """The message that a text holds."""
    return Reader(text).message()


def every(message, name):
    """All values of a repeated field."""
    return [value for field, value in message if field == name]


def last(message, name, default=None):
    """The value of a field; the default when the message has none."""
    found = every(message, name)
    return found[-1] if found else default


def text(message, name):
    """The value of a string field, "" when there is none."""
    return last(message, name, b"").decode()
