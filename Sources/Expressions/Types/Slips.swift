/// What functions, variables and macros are called elsewhere, and how they are written here.
enum Slips {
  /// Functions and methods of other languages, with what to write instead.
  static let functions: [String: String] = [
    "length": "text.size()", "len": "size(text)", "count": "list.size()", "strlen": "size(text)",
    "lower": "text.lowerAscii()", "toLower": "text.lowerAscii()", "toLowerCase": "text.lowerAscii()",
    "lowercase": "text.lowerAscii()",
    "upper": "text.upperAscii()", "toUpper": "text.upperAscii()", "toUpperCase": "text.upperAscii()",
    "uppercase": "text.upperAscii()",
    "strip": "text.trim()", "substr": "text.substring(from, to)", "slice": "text.substring(from, to)",
    "includes": "text.contains(part), or element in list", "regex": "text.matches(pattern)", "match": "text.matches(pattern)",
    "concat": "a + b", "append": "list + [element]", "push": "list + [element]", "str": "string(x)", "toString": "string(x)",
    "float": "double(x)", "number": "double(x)", "parseInt": "int(text)", "parseFloat": "double(text)", "boolean": "bool(text)",
    "max": "math.greatest(a, b)", "min": "math.least(a, b)", "pow": "a * a", "any": "list.exists(x, condition)",
    "some": "list.exists(x, condition)", "every": "list.all(x, condition)", "find": "list.filter(x, condition)[0]",
    "select": "list.map(x, value)", "where": "list.filter(x, condition)", "keys": "map.map(key, key)",
    "isNull": "x == null", "isnull": "x == null", "exists": "has(x), or list.exists(x, condition)",
    "coalesce": "has(a) ? a : b", "ifNull": "has(a) ? a : b", "ifnull": "has(a) ? a : b", "nvl": "has(a) ? a : b",
    "iif": "condition ? a : b", "now": "event.time, the time of the event", "date": "timestamp(text)",
    "time": "timestamp(text)",
    "datetime": "timestamp(text)", "interval": "duration(text)", "year": "time.getFullYear()", "month": "time.getMonth()",
    "day": "time.getDate()", "hour": "time.getHours()", "minute": "time.getMinutes()", "second": "time.getSeconds()",
    "getYear": "time.getFullYear()", "getDay": "time.getDate()", "typeof": "type(x)", "not": "!x",
  ]

  /// Words of other languages for constants.
  static let constants: [String: String] = [
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "nil": "null", "NULL": "null",
    "Null": "null",
    "undefined": "null", "yes": "true", "no": "false", "NaN": "double('NaN')", "Infinity": "double('Infinity')",
    "inf": "double('Infinity')",
  ]

  /// How macros are called.
  static let macros: [String: String] = [
    "has": "has(map.field)", "all": "list.all(x, condition)", "exists": "list.exists(x, condition)",
    "exists_one": "list.exists_one(x, condition)", "existsOne": "list.existsOne(x, condition)",
    "map": "list.map(x, value) or list.map(x, condition, value)", "filter": "list.filter(x, condition)",
    "transformList": "list.transformList(i, x, value)", "transformMap": "map.transformMap(key, x, value)",
    "transformMapEntry": "map.transformMapEntry(key, x, {newKey: value})", "cel.bind": "cel.bind(name, value, expression)",
    "optMap": "optional.optMap(x, value)", "optFlatMap": "optional.optFlatMap(x, optionalValue)",
    "cel.block": "cel.block([values…], expression)", "cel.index": "cel.index(number)",
  ]
}
