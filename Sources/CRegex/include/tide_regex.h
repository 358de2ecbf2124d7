// Regular expressions of RE2: linear in the text, whatever the pattern. https://github.com/google/re2/wiki/Syntax
#ifndef TIDE_REGEX_H
#define TIDE_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tide_regex tide_regex;

// Bytes of a text, from its beginning; both -1 for a group that took no part.
typedef struct tide_regex_span {
  int64_t start, end;
} tide_regex_span;

// Compiles a pattern in UTF-8. NULL, with one sentence in `error` (cut to fit, ended by NUL), when it is none or its program
// would take more than a few MiB. To be freed; may be used by several threads at once.
tide_regex *tide_regex_new(const char *pattern, uint64_t length, char *error, uint64_t error_capacity);
void tide_regex_free(tide_regex *regex);

// True when the pattern matches anywhere in the text.
bool tide_regex_matches(const tide_regex *regex, const char *text, uint64_t length);

// Groups of the pattern, the whole match not counted; and the name of one from 1 on, NULL when it has none.
int tide_regex_groups(const tide_regex *regex);
const char *tide_regex_group_name(const tide_regex *regex, int group);

// The first match at or after `from`: the whole one into spans[0], groups after it. False when there is none.
bool tide_regex_find(const tide_regex *regex, const char *text, uint64_t length, uint64_t from, tide_regex_span *spans, int count);

#ifdef __cplusplus
}
#endif

#endif
