// What a header row of CSV makes of the cells under it.
#ifndef TIDEMILL_CRECORDS_CSV_HEADER_HPP
#define TIDEMILL_CRECORDS_CSV_HEADER_HPP

#include <string>
#include <vector>

#include "Column.hpp"

namespace records {

struct CsvHeader {
  // A cell that is wanted, in the order of the plan's columns.
  struct Binding {
    uint32_t cell;
    Column *column;
  };
  // A cell of the rest, in the order of the names' bytes.
  struct Member {
    uint32_t cell;
    uint32_t number; // in the variants' names, of `generation`
    Bytes name;      // readable to data + 16
  };

  uint32_t count = 0; // of cells
  std::vector<Binding> bindings;
  std::vector<Member> members;
  uint32_t generation = UINT32_MAX;
  Bytes text;          // the row itself, without its line end
  std::string problem; // why no record can be read under it
};

} // namespace records
#endif
