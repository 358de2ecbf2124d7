// Why a record is dead, and where in it; and the search for that place in a line that could not be scanned.
#ifndef TIDEMILL_CRECORDS_FAULT_HPP
#define TIDEMILL_CRECORDS_FAULT_HPP

#include <cstdint>
#include <string>

#include "CRecords.h"

namespace records {

struct Fault {
  uint32_t code;
  uint64_t at; // in the bytes that were read
  const char *message;
};

// The message with its place, counted from the record's first byte.
std::string text_of(const Fault &fault, uint64_t at);

// The first byte that is not part of a UTF-8 sequence, or begins one that is not whole; `length` when there is none.
uint64_t find_non_utf8(const uint8_t *bytes, uint64_t length);

// What is wrong with a line that simdjson's first stage refuses: not UTF-8, a control character in a string, a string without end.
Fault find_line_fault(const uint8_t *bytes, uint64_t length);

} // namespace records
#endif
