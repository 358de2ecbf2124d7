#include "Time.hpp"

#include <charconv>

namespace records {

namespace {

constexpr int64_t second = 1000000000;
constexpr int64_t day = 86400 * second;

// Days since the epoch and back (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
constexpr int64_t days_of(int64_t year, int64_t month, int64_t date) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}
static_assert(days_of(1678, 1, 1) * 86400 == least_time / second, "first year");
static_assert(days_of(2262, 1, 1) * 86400 == end_of_times / second, "last year");

struct Date {
  int64_t year, month, date;
};
constexpr Date date_of(int64_t days) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t of_era = days - era * 146097;
  int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153;
  int64_t date = of_year - (153 * month + 2) / 5 + 1;
  month += month < 10 ? 3 : -9;
  return {year + era * 400 + (month <= 2), month, date};
}

// `count` digits at p; -1 when one is none.
int64_t digits(const uint8_t *p, int count) {
  int64_t value = 0;
  for (int i = 0; i < count; i++) {
    if (static_cast<uint8_t>(p[i] - '0') > 9) return -1;
    value = value * 10 + (p[i] - '0');
  }
  return value;
}

uint8_t *put(uint8_t *into, int64_t value, int count) {
  for (int i = count - 1; i >= 0; i--, value /= 10) into[i] = static_cast<uint8_t>('0' + value % 10);
  return into + count;
}

// ".5" for 500 of 10^3; nothing for 0.
uint8_t *put_fraction(uint8_t *into, int64_t value, int count) {
  if (value == 0) return into;
  while (value % 10 == 0) {
    value /= 10;
    count--;
  }
  *into = '.';
  return put(into + 1, value, count);
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// Seconds since the epoch of any year that four digits say, and nanoseconds from there.
__attribute__((always_inline)) inline bool read_instant(const uint8_t *text, size_t length, int64_t &epoch, int64_t &nanoseconds) {
  // YYYY-MM-DDThh:mm:ssZ
  if (length < 20) return false;
  int64_t year = digits(text, 4), month = digits(text + 5, 2), date = digits(text + 8, 2);
  int64_t hour = digits(text + 11, 2), minute = digits(text + 14, 2), seconds = digits(text + 17, 2);
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return false;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return false;
  if (year < 0 || month < 1 || month > 12 || date < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  if (seconds < 0 || seconds > 60) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  static constexpr uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date > lengths[month - 1] + (month == 2 && leap)) return false;
  const uint8_t *p = text + 19, *end = text + length;
  nanoseconds = 0;
  if (*p == '.') {
    const uint8_t *first = ++p;
    int64_t scale = second / 10;
    for (; p < end && static_cast<uint8_t>(*p - '0') < 10; p++, scale /= 10) nanoseconds += (*p - '0') * scale;
    if (p == first || p == end) return false;
  }
  int64_t zone = 0;
  if (*p == 'Z' || *p == 'z') {
    p++;
  } else {
    if ((*p != '+' && *p != '-') || end - p != 6 || p[3] != ':') return false;
    int64_t hours = digits(p + 1, 2), minutes = digits(p + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    zone = (hours * 3600 + minutes * 60) * (*p == '-' ? -1 : 1);
    p += 6;
  }
  if (p != end) return false;
  epoch = days_of(year, month, date) * 86400 + hour * 3600 + minute * 60 + seconds - zone;
  return true;
}

} // namespace

bool read_rfc3339(const uint8_t *text, size_t length, int64_t &time) {
  int64_t epoch, nanoseconds;
  if (!read_instant(text, length, epoch, nanoseconds)) return false;
  if (epoch < least_time / second || epoch >= end_of_times / second) return false;
  time = epoch * second + nanoseconds;
  return true;
}

bool is_rfc3339(const uint8_t *text, size_t length) {
  int64_t epoch, nanoseconds;
  return read_instant(text, length, epoch, nanoseconds);
}

uint8_t *write_date(uint8_t *into, int64_t days) {
  Date date = date_of(days);
  if (date.year < 0 || date.year > 9999) {
    // RFC 3339 has no such year; ISO 8601 writes it with a sign.
    *into++ = date.year < 0 ? '-' : '+';
    into = put(into, date.year < 0 ? -date.year : date.year, 7);
  } else {
    into = put(into, date.year, 4);
  }
  *into++ = '-';
  into = put(into, date.month, 2);
  *into++ = '-';
  return put(into, date.date, 2);
}

uint8_t *write_time_of_day(uint8_t *into, int64_t time) {
  into = put(into, time / (3600 * second), 2);
  *into++ = ':';
  into = put(into, time / (60 * second) % 60, 2);
  *into++ = ':';
  into = put(into, time / second % 60, 2);
  return put_fraction(into, time % second, 9);
}

uint8_t *write_rfc3339(uint8_t *into, int64_t time) {
  int64_t days = floor_div(time, day);
  into = write_date(into, days);
  *into++ = 'T';
  // Not time - days * day: that product does not fit for the least of times.
  int64_t of_day = time % day;
  into = write_time_of_day(into, of_day < 0 ? of_day + day : of_day);
  *into++ = 'Z';
  return into;
}

uint8_t *write_epoch(uint8_t *into, int64_t time, uint32_t unit) {
  int64_t scale = 1;
  for (uint32_t i = 0; i < unit; i++) scale *= 10;
  int64_t whole = time / scale, part = time % scale;
  if (time < 0 && whole == 0) *into++ = '-';
  into = reinterpret_cast<uint8_t *>(std::to_chars(reinterpret_cast<char *>(into), reinterpret_cast<char *>(into) + 20, whole).ptr);
  return put_fraction(into, part < 0 ? -part : part, static_cast<int>(unit));
}

} // namespace records
