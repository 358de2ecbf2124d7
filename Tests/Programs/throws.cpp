/* A plugin whose operator and source throw what and where their options say. */
#include <stdexcept>
#include <string>
#include <tidemill/plugin.hpp>

TIDE_DESCRIBE({
  "abi": 0, "name": "throws", "version": "1.0.0", "doc": "Throw.",
  "components": [
    { "id": "throws", "kind": "operator", "doc": "Throw from an operator.", "inputs": [], "outputs": { "same": true },
      "options": [
        { "name": "in", "type": "string", "default": "nothing", "doc": "The entry that throws." },
        { "name": "what", "type": "string", "default": "error", "choices": ["error", "code", "number", "memory"], "doc": "What." }
      ] },
    { "id": "throws", "kind": "source", "doc": "Throw from a source.", "outputs": { "fields": [] },
      "options": [{ "name": "in", "type": "string", "default": "poll", "doc": "The entry that throws." }] }
  ]
});

namespace {

void maybe(const tide_host *host, const char *here) {
  if (tidemill::option(host, "in") != here) return;
  auto what = tidemill::option(host, "what", "error");
  if (what == "code") throw tidemill::Error(TIDE_E_CONFIG, "not this way", "what");
  if (what == "number") throw 7;
  if (what == "memory") throw std::bad_alloc();
  throw std::out_of_range(std::string("thrown in ") + here);
}

class Operator {
 public:
  explicit Operator(const tide_host *host) : host_(host) { maybe(host, "create"); }
  void open() { maybe(host_, "open"); }
  tide_status process(const tide_batch &in, tide_output *out) {
    maybe(host_, "process");
    return tidemill::check(host_->forward(out, 0, &in, nullptr, 0));
  }
  void flush(tide_output *) { maybe(host_, "flush"); }

 private:
  const tide_host *host_;
};

class Source {
 public:
  explicit Source(const tide_host *host) : host_(host) {}
  tide_status poll(std::int64_t, tide_output *) {
    maybe(host_, "poll");
    return TIDE_END;
  }

 private:
  const tide_host *host_;
};

const tide_component operators = tidemill::component<Operator>("throws");
const tide_component sources = tidemill::component<Source>("throws");

}  // namespace

TIDE_PLUGIN(&operators, &sources);
