// Expect: table-agrees fail
// Announces a component that its table lacks.
#include "../broken.h"

TIDE_DESCRIBE({
  "abi": 0, "name": "missing-component", "version": "1.0.0", "license": "MIT", "doc": "Has one fault.",
  "components": [
    { "id": "first", "kind": "operator", "doc": "Is there.", "inputs": [], "outputs": { "same": true } },
    { "id": "second", "kind": "operator", "doc": "Is not there.", "inputs": [], "outputs": { "same": true } }
  ]
});

TIDE_SIMPLE("first", NULL, NULL, .process = pass);
