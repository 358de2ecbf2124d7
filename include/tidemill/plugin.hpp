/* Plugins in C++17: a component is a class, and what it throws arrives at the host as an error with its text.
 *
 *   class Filter {
 *    public:
 *     explicit Filter(const tide_host *host);                          create; throws when the options cannot work
 *     void process(const tide_batch &in, tide_output *out);            and the other entries of the table, under their names
 *   };
 *   static const tide_component filter = tidemill::component<Filter>("filter");
 *   TIDE_PLUGIN(&filter);
 *
 * An entry may give void or a tide_status. What simple.h has for options, failures and state serves here too. The destructor is
 * destroy; no exception may leave it. What close throws is told in the host's log. Compile with -fvisibility=hidden, so that the
 * entry is all that the library exports.
 */
#ifndef TIDEMILL_PLUGIN_HPP
#define TIDEMILL_PLUGIN_HPP

#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "simple.h"

namespace tidemill {

/* ---- failures --------------------------------------------------------------------------------------------------------- */

/* A failure with a code other than the usual one (TIDE_E_CONFIG from a constructor, TIDE_E_FATAL elsewhere), or with the path of
 * the option at fault. */
class Error : public std::runtime_error {
 public:
  Error(tide_status code, const std::string &text, std::string option = {})
      : std::runtime_error(text), code_(code), option_(std::move(option)) {}
  tide_status code() const noexcept { return code_; }
  const std::string &option() const noexcept { return option_; }

 private:
  tide_status code_;
  std::string option_;
};

/* A status below 0 that the host answered, on its way back to the host, which needs no words. Thrown by check. */
struct Refused {
  tide_status code;
};

/* Gives the status of a call of the host, and throws Refused when it failed: the plugin is to return at once. */
inline tide_status check(tide_status status) {
  if (status < 0) throw Refused{status};
  return status;
}

inline tide_string text(std::string_view words) noexcept { return tide_text(words.data(), words.size()); }
inline std::string_view view(tide_string string) noexcept { return {string.data, static_cast<std::size_t>(string.length)}; }

/* Says why a call is about to return `code`, and gives it. */
inline tide_status fail(const tide_host *host, tide_status code, std::string_view why, std::string_view option = {}) noexcept {
  if (TIDE_HAS(host, fail)) host->fail(host->context, code, text(why), text(option));
  return code;
}

/* Calls `body` and gives its status, TIDE_OK for one without; what it throws becomes a failure with `usual` for a code. No
 * exception may reach the host, which may be written in any language: all entries go through here. */
template <class Body>
tide_status guard(const tide_host *host, tide_status usual, Body &&body) noexcept {
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return TIDE_OK;
    } else {
      return body();
    }
  } catch (const Refused &refused) {
    return refused.code < 0 ? refused.code : usual;
  } catch (const Error &error) {
    return fail(host, error.code() < 0 ? error.code() : usual, error.what(), error.option());
  } catch (const std::bad_alloc &) {
    return fail(host, TIDE_E_FATAL, "memory ran out");
  } catch (const std::exception &error) {
    return fail(host, usual, error.what());
  } catch (...) {
    return fail(host, usual, "something was thrown that is no std::exception");
  }
}

/* An option that is a text, by its path; lives as long as the instance. Numbers: tide_opt_int, tide_opt_double, tide_opt_bool. */
inline std::string_view option(const tide_host *host, const char *path, const char *otherwise = "") noexcept {
  return view(tide_opt_string(host, path, otherwise));
}

/* ---- rows --------------------------------------------------------------------------------------------------------------- */

/* The rows that a batch visits, by their number in the frame: for (std::uint32_t row : tidemill::rows(in)) ... */
class rows {
 public:
  explicit rows(const tide_batch &batch) noexcept : selection_(batch.selection), count_(batch.count) {}
  class iterator {
   public:
    iterator(const std::uint16_t *selection, std::uint32_t k) noexcept : selection_(selection), k_(k) {}
    std::uint32_t operator*() const noexcept { return tide_row(selection_, k_); }
    iterator &operator++() noexcept {
      ++k_;
      return *this;
    }
    bool operator!=(const iterator &other) const noexcept { return k_ != other.k_; }

   private:
    const std::uint16_t *selection_;
    std::uint32_t k_;
  };
  iterator begin() const noexcept { return {selection_, 0}; }
  iterator end() const noexcept { return {selection_, count_}; }

 private:
  const std::uint16_t *selection_;
  std::uint32_t count_;
};

/* Column of a name, -1 when the frame has none. */
inline std::int32_t find(const tide_frame *frame, std::string_view name) noexcept {
  return tide_find_n(frame, name.data(), name.size());
}

/* ---- components --------------------------------------------------------------------------------------------------------- */

namespace detail {

template <class T>
struct instance {
  const tide_host *host;
  T object;
  explicit instance(const tide_host *table) : host(table), object(table) {}
  static instance *of(tide_instance *self) noexcept { return reinterpret_cast<instance *>(self); }
};

template <class T>
tide_status create(const tide_component *, const tide_host *host, tide_instance **out) {
  return guard(host, TIDE_E_CONFIG, [&] { *out = reinterpret_cast<tide_instance *>(new instance<T>(host)); });
}
template <class T>
void destroy(tide_instance *self) {
  delete instance<T>::of(self);
}
template <class T>
void close(tide_instance *self) noexcept {
  auto *me = instance<T>::of(self);
  const auto say = [&](const char *what) {
    const std::string text = std::string("close: ") + what;
    me->host->log(me->host->context, TIDE_LOG_ERROR, tide_text(text.data(), text.size()));
  };
  try {
    me->object.close();
  } catch (const std::exception &error) {
    say(error.what());
  } catch (...) {
    say("something was thrown that is no std::exception");
  }
}
template <class T>
tide_status process(tide_instance *self, const tide_batch *in, tide_output *out) {
  auto *me = instance<T>::of(self);
  return guard(me->host, TIDE_E_FATAL, [&] { return me->object.process(*in, out); });
}
template <class T>
tide_status snapshot(tide_instance *self, const tide_writer *writer) {
  auto *me = instance<T>::of(self);
  return guard(me->host, TIDE_E_FATAL, [&] { return me->object.snapshot(*writer); });
}
template <class T>
tide_status restore(tide_instance *self, std::uint32_t group, const tide_reader *reader) {
  auto *me = instance<T>::of(self);
  return guard(me->host, TIDE_E_STATE, [&] { return me->object.restore(group, *reader); });
}

/* Whether T has a member of a name, and the entry that calls it; a null pointer otherwise. */
#define TIDE_CXX_HAS_(entry)                                                                                               \
  template <class T, class = void>                                                                                         \
  struct has_##entry : std::false_type {};                                                                                 \
  template <class T>                                                                                                       \
  struct has_##entry<T, std::void_t<decltype(&T::entry)>> : std::true_type {};
#define TIDE_CXX_ENTRY_(entry, parameters, arguments)                                                                      \
  TIDE_CXX_HAS_(entry)                                                                                                     \
  template <class T>                                                                                                       \
  tide_status entry parameters {                                                                                           \
    auto *me = instance<T>::of(self);                                                                                      \
    return guard(me->host, TIDE_E_FATAL, [&] { return me->object.entry arguments; });                                      \
  }

TIDE_CXX_HAS_(close)
TIDE_CXX_HAS_(process)
TIDE_CXX_HAS_(snapshot)
TIDE_CXX_HAS_(restore)
TIDE_CXX_ENTRY_(open, (tide_instance * self), ())
TIDE_CXX_ENTRY_(poll, (tide_instance * self, std::int64_t deadline, tide_output *out), (deadline, out))
TIDE_CXX_ENTRY_(on_watermark, (tide_instance * self, std::uint32_t port, std::int64_t ts, tide_output *out), (port, ts, out))
TIDE_CXX_ENTRY_(on_timer, (tide_instance * self, std::uint64_t id, std::int64_t at, tide_output *out), (id, at, out))
TIDE_CXX_ENTRY_(flush, (tide_instance * self, tide_output *out), (out))
TIDE_CXX_ENTRY_(reconfigure, (tide_instance * self), ())

#undef TIDE_CXX_HAS_
#undef TIDE_CXX_ENTRY_

}  // namespace detail

/* The table of a class: the entries that it has members for. `id` is as in the manifest, `state_version` that of snapshot. */
template <class T>
tide_component component(const char *id, std::uint32_t state_version = 0) noexcept {
  tide_component table = {};
  table.size = static_cast<std::uint32_t>(sizeof table);
  table.state_version = state_version;
  table.id = id;
  table.create = detail::create<T>;
  table.destroy = detail::destroy<T>;
  if constexpr (detail::has_open<T>::value) table.open = detail::open<T>;
  if constexpr (detail::has_close<T>::value) table.close = detail::close<T>;
  if constexpr (detail::has_process<T>::value) table.process = detail::process<T>;
  if constexpr (detail::has_poll<T>::value) table.poll = detail::poll<T>;
  if constexpr (detail::has_on_watermark<T>::value) table.on_watermark = detail::on_watermark<T>;
  if constexpr (detail::has_on_timer<T>::value) table.on_timer = detail::on_timer<T>;
  if constexpr (detail::has_flush<T>::value) table.flush = detail::flush<T>;
  if constexpr (detail::has_snapshot<T>::value) table.snapshot = detail::snapshot<T>;
  if constexpr (detail::has_restore<T>::value) table.restore = detail::restore<T>;
  if constexpr (detail::has_reconfigure<T>::value) table.reconfigure = detail::reconfigure<T>;
  return table;
}

}  // namespace tidemill

#endif
