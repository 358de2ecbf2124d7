// Expect: process-one-row crash
// Throws a C++ exception through the host.
#include <tidemill/plugin.h>

#include <new>
#include <stdexcept>

TIDE_MANIFEST(R"({
  "abi": 0, "name": "escaping-exception", "version": "1.0.0", "license": "MIT", "doc": "Has one fault.",
  "components": [{ "id": "escaping-exception", "kind": "operator", "doc": "Has one fault.", "inputs": [],
                   "outputs": { "same": true } }]
})");

struct tide_instance {};

static tide_status create(const tide_component *, const tide_host *, tide_instance **out) {
  *out = new (std::nothrow) tide_instance;
  return *out == nullptr ? TIDE_E_FATAL : TIDE_OK;
}
static void destroy(tide_instance *self) { delete self; }
static tide_status process(tide_instance *, const tide_batch *, tide_output *) { throw std::runtime_error("nobody listens"); }

static const tide_component component = {
    sizeof component, 0, nullptr, "escaping-exception", create, destroy, nullptr, nullptr, process,
    nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
TIDE_PLUGIN(&component);
