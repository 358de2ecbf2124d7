/* Operator `spikes`: passes the rows whose number is further than `by` from the median of the numbers before it.
 *
 * State: the last `window` numbers. Until there are as many, nothing passes. A row without the number says nothing new; one with
 * something else in its place goes to the dead-letter port.
 */
#include <algorithm>
#include <cmath>
#include <string>
#include <tidemill/plugin.hpp>
#include <vector>

TIDE_DESCRIBE({
  "abi": 0, "name": "spikes", "version": "1.0.0", "license": "MIT", "doc": "Find the numbers that stand out.",
  "components": [{
    "id": "spikes", "kind": "operator", "concurrency": "single", "state_version": 1,
    "doc": "Pass the rows whose number is further than `by` from the median of those before it.",
    "options": [
      { "name": "field", "type": "string", "format": "field", "required": true, "doc": "The number to watch." },
      { "name": "window", "type": "integer", "default": 9, "minimum": 1, "maximum": 9999,
        "doc": "The median is that of so many numbers; odd." },
      { "name": "by", "type": "number", "minimum": 0, "required": true, "doc": "How far from the median is a spike." }
    ],
    "inputs": [{ "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: spikes\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 2000, paced: false, seed: 7 } }\noperators:\n  high: { use: spikes, from: readings, with: { field: value, by: 40 } }\nsinks:\n  out: { use: stdout, from: high }\n"
  }]
});

namespace {

class Spikes {
 public:
  explicit Spikes(const tide_host *host)
      : host_(host), field_(tidemill::option(host, "field")), by_(tide_opt_double(host, "by", 0)) {
    auto window = static_cast<std::size_t>(tide_opt_int(host, "window", 9));
    if (window % 2 == 0) {
      auto next = std::to_string(window + 1);
      throw tidemill::Error(TIDE_E_CONFIG, "a median is that of an odd count of numbers: " + next + " would be one", "window");
    }
    last_.resize(window);
    sorted_.resize(window);
    kept_.reserve(TIDE_MAX_ROWS);
  }

  void process(const tide_batch &in, tide_output *out) {
    auto column = tidemill::find(in.frame, field_);
    auto type = tide_type(in.frame, column);
    kept_.clear();
    for (std::uint32_t row : tidemill::rows(in)) {
      double value = tide_f64(in.frame, column, row);
      if (!tide_valid(in.frame, column, row) || std::isnan(value)) continue;
      if (type != TIDE_F64 && type != TIDE_I64) {
        tidemill::check(host_->reject(out, &in, row, TIDE_TEXT("the field is not a number")));
      } else {
        if (seen_ >= last_.size() && std::abs(value - median()) > by_) kept_.push_back(static_cast<std::uint16_t>(row));
        last_[seen_++ % last_.size()] = value;
      }
    }
    if (kept_.empty()) return;
    tidemill::check(host_->forward(out, 0, &in, kept_.data(), static_cast<std::uint32_t>(kept_.size())));
  }

  /* The numbers from the oldest on: at most `window`, so that a run with another window can go on with them. */
  tide_status snapshot(const tide_writer &writer) {
    auto count = std::min<std::uint64_t>(seen_, last_.size());
    tide_status status = TIDE_OK;
    for (auto i = seen_ - count; i < seen_ && status >= 0; i++)
      status = writer.write(writer.context, TIDE_ALL_GROUPS, &last_[i % last_.size()], sizeof(double));
    return status;
  }

  void restore(std::uint32_t, const tide_reader &reader) {
    double number;
    if (reader.state_version > 1) throw std::runtime_error("the state is of a later version of this plugin");
    for (int got; (got = tide_load(&reader, &number, sizeof number)) != 0; last_[seen_++ % last_.size()] = number)
      if (got < 0 || std::isnan(number)) throw std::runtime_error("the saved numbers are cut off or damaged");
  }

 private:
  double median() {
    auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
    std::copy(last_.begin(), last_.end(), sorted_.begin());
    std::nth_element(sorted_.begin(), middle, sorted_.end());
    return *middle;
  }

  const tide_host *host_;
  std::string_view field_; /* the host's, as long as the instance lives */
  double by_;
  std::vector<double> last_, sorted_; /* a ring of the last numbers; room to sort them */
  std::uint64_t seen_ = 0;
  std::vector<std::uint16_t> kept_;
};

const tide_component spikes = tidemill::component<Spikes>("spikes", 1);

}  // namespace

TIDE_PLUGIN(&spikes);
