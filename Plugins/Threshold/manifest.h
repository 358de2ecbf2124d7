/* What the plugin says of itself; docs/plugins/manifest.md describes the format. */
#ifndef THRESHOLD_MANIFEST_H
#define THRESHOLD_MANIFEST_H

/* The JSON between the parentheses, as a string literal. */
#define JSON_TEXT(...) #__VA_ARGS__

#define THRESHOLD_MANIFEST JSON_TEXT( \
{ \
  "abi": 0, \
  "name": "threshold", \
  "version": "0.1.0", \
  "doc": "Pass the rows whose number lies beyond a limit.", \
  "components": [{ \
    "id": "threshold", \
    "kind": "operator", \
    "doc": "Pass the rows whose field is greater than `above` or less than `below`.", \
    "concurrency": "stateless", \
    "options": [ \
      { "name": "field", "type": "string", "format": "field", "required": true, \
        "doc": "The field that is compared. Rows where it is null never pass." }, \
      { "name": "above", "type": "number", \
        "doc": "Values greater than this pass. With an `above` less than `below`, only values between the two pass." }, \
      { "name": "below", "type": "number", "doc": "Values less than this pass." } \
    ], \
    "inputs": [{ "option": "field", "type": "double", "required": true }], \
    "outputs": { "same": true }, \
    "example": "name: hot\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }\noperators:\n  hot: { use: threshold, from: readings, with: { field: value, above: 28 } }\nsinks:\n  out: { use: stdout, from: hot }\n" \
  }] \
})

#endif
