// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)
#include "tide_regex.h"
#pragma GCC visibility pop

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct tide_regex {
  RE2 program;
  // By number, from 1 on.
  std::vector<std::string> names;

  tide_regex(re2::StringPiece pattern, const RE2::Options &options) : program(pattern, options) {}
};

namespace {

// No pattern of ours has more groups; find takes its spans from the stack.
constexpr int max_groups = 255;

void report(char *error, uint64_t capacity, const std::string &text) {
  if (capacity == 0) return;
  size_t length = std::min<size_t>(text.size(), capacity - 1);
  std::memcpy(error, text.data(), length);
  error[length] = 0;
}

}  // namespace

tide_regex *tide_regex_new(const char *pattern, uint64_t length, char *error, uint64_t error_capacity) try {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto regex = std::make_unique<tide_regex>(re2::StringPiece(pattern, length), options);
  if (!regex->program.ok()) {
    report(error, error_capacity, regex->program.error());
    return nullptr;
  }
  int groups = regex->program.NumberOfCapturingGroups();
  if (groups > max_groups) {
    report(error, error_capacity, "more than " + std::to_string(max_groups) + " groups");
    return nullptr;
  }
  regex->names.resize(size_t(groups) + 1);
  for (const auto &[number, name] : regex->program.CapturingGroupNames()) regex->names[size_t(number)] = name;
  return regex.release();
} catch (const std::exception &failure) {
  report(error, error_capacity, failure.what());
  return nullptr;
}

void tide_regex_free(tide_regex *regex) { delete regex; }

bool tide_regex_matches(const tide_regex *regex, const char *text, uint64_t length) {
  return regex->program.Match(re2::StringPiece(text, length), 0, length, RE2::UNANCHORED, nullptr, 0);
}

int tide_regex_groups(const tide_regex *regex) { return int(regex->names.size()) - 1; }

const char *tide_regex_group_name(const tide_regex *regex, int group) {
  if (group < 1 || size_t(group) >= regex->names.size() || regex->names[size_t(group)].empty()) return nullptr;
  return regex->names[size_t(group)].c_str();
}

bool tide_regex_find(const tide_regex *regex, const char *text, uint64_t length, uint64_t from, tide_regex_span *spans, int count) {
  re2::StringPiece found[max_groups + 1];
  count = std::clamp(count, 0, max_groups + 1);
  if (from > length) return false;
  // The leftmost match is the one that begins where the search does, if there is one. To look there alone costs a single pass
  // where the pattern has no ambiguities, without the locks and the memory that finding its place takes.
  re2::StringPiece whole(text, length);
  if (!regex->program.Match(whole, from, length, RE2::ANCHOR_START, found, count) &&
      !regex->program.Match(whole, from, length, RE2::UNANCHORED, found, count))
    return false;
  for (int i = 0; i < count; i++) {
    bool there = found[i].data() != nullptr;
    spans[i].start = there ? found[i].data() - text : -1;
    spans[i].end = there ? spans[i].start + int64_t(found[i].size()) : -1;
  }
  return true;
}
