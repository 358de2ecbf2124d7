// Times as text: RFC 3339 and numbers since the epoch, in exact integer arithmetic. All times are ns since 1970-01-01, UTC.
#ifndef TIDEMILL_CRECORDS_TIME_HPP
#define TIDEMILL_CRECORDS_TIME_HPP

#include "Bytes.hpp"
#include "CRecords.h"

namespace records {

// The times an event may have: the years 1678 to 2261, all of which an i64 of ns holds.
constexpr int64_t least_time = -9214560000ll * 1000000000ll;
constexpr int64_t end_of_times = 9214646400ll * 1000000000ll;

inline bool is_event_time(int64_t time) { return time >= least_time && time < end_of_times; }

// The power of ten that makes ns of a RECORD_TIME_* unit.
inline int32_t power_of_unit(uint32_t unit) { return 9 - 3 * static_cast<int32_t>(unit - RECORD_TIME_S); }

// A date and time of RFC 3339 with its zone. Digits beyond ns are dropped; second 60 is the next minute's first. False: it is
// none, or its year is outside 1678 to 2261.
bool read_rfc3339(const uint8_t *text, size_t length, int64_t &time);
// The same form of any year that four digits say.
bool is_rfc3339(const uint8_t *text, size_t length);

// Both write at most 32 bytes and return their end. Fractions have no trailing zeros.
uint8_t *write_rfc3339(uint8_t *into, int64_t time);
// `unit` is the power of ten: 9 for s, 6 for ms, 3 for us, 0 for ns.
uint8_t *write_epoch(uint8_t *into, int64_t time, uint32_t unit);
// YYYY-MM-DD of days since the epoch.
uint8_t *write_date(uint8_t *into, int64_t days);
// hh:mm:ss with a fraction of ns since midnight.
uint8_t *write_time_of_day(uint8_t *into, int64_t time);

} // namespace records
#endif
