// What expressions take from C and C++ libraries: decimal texts of doubles, time zones, searches in bytes.
#ifndef TIDE_EXPRESSIONS_H
#define TIDE_EXPRESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Room for any double with as many digits after the point as the functions below accept.
#define TIDE_DOUBLE_TEXT 1536
#define TIDE_DOUBLE_PRECISION 1000

// Writes a finite double as d.ddde±xx, with an exponent of two digits at least: the fewest digits that read back as the same
// double when `precision` is negative, else that many after the point. Returns the length, 0 when it does not fit.
uint64_t tide_double_scientific(double value, int precision, char *out, uint64_t capacity);
// Writes a finite double without an exponent and with `precision` digits after the point.
uint64_t tide_double_fixed(double value, int precision, char *out, uint64_t capacity);
// Reads digits with an optional minus, fraction and exponent, no spaces, whatever the locale; the nearest double, which is an
// infinity or a zero for what is out of range. False when the text is anything else.
bool tide_double_parse(const char *text, uint64_t length, double *out);

typedef struct tide_zone tide_zone;

// Longest name of a zone.
#define TIDE_ZONE_NAME 64

// A zone of the tz database by its name ("Europe/Berlin"), NULL when there is none. To be freed; for any number of threads.
tide_zone *tide_zone_new(const char *name, uint64_t length);
void tide_zone_free(tide_zone *zone);
// Writes the name that a text which names no zone is a misspelling of: capitals aside, a third of its letters differ at most, or
// it is a city alone. Returns its length, 0 when no name is near. Reads the folders of the tz database.
uint64_t tide_zone_nearest(const char *name, uint64_t length, char *out, uint64_t capacity);
// Seconds east of UTC at an instant in seconds since 1970.
int64_t tide_zone_offset(const tide_zone *zone, int64_t seconds);

// The place of the first occurrence of a needle in a haystack; -1 when there is none.
int64_t tide_bytes_find(const uint8_t *haystack, uint64_t length, const uint8_t *needle, uint64_t needle_length);

#ifdef __cplusplus
}
#endif

#endif
