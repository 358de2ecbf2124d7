// A growing run of bytes with room to spare behind its end.
#ifndef TIDEMILL_CRECORDS_BYTES_HPP
#define TIDEMILL_CRECORDS_BYTES_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace records {

// Both compilers have them, and ISO C++ has not.
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

class Bytes {
public:
  // Bytes behind `size` that may be written and read: copies and loads go by words.
  static constexpr size_t slack = 64;

  Bytes() = default;
  Bytes(const Bytes &) = delete;
  Bytes &operator=(const Bytes &) = delete;
  Bytes(Bytes &&other) noexcept : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
    other.data_ = nullptr;
    other.size_ = other.capacity_ = 0;
  }
  ~Bytes() { std::free(data_); }

  uint8_t *data() { return data_; }
  const uint8_t *data() const { return data_; }
  uint8_t *end() { return data_ + size_; }
  size_t size() const { return size_; }

  // The end, with at least `count` bytes of room behind it.
  uint8_t *room(size_t count) {
    if (__builtin_expect(count > capacity_ - size_, 0)) grow(count);
    return data_ + size_;
  }
  void advance(size_t count) { size_ += count; }
  void end_at(const uint8_t *end) { size_ = static_cast<size_t>(end - data_); }
  void truncate(size_t size) { size_ = size; }
  void clear() { size_ = 0; }

  void append(const void *bytes, size_t count) {
    uint8_t *into = room(count);
    if (count != 0) std::memcpy(into, bytes, count);
    size_ += count;
  }
  void append(uint8_t byte) {
    *room(1) = byte;
    size_ += 1;
  }

  template <class T> T *as() { return reinterpret_cast<T *>(data_); }
  template <class T> const T *as() const { return reinterpret_cast<const T *>(data_); }

  void swap(Bytes &other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

private:
  uint8_t *data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;

  __attribute__((noinline)) void grow(size_t count) {
    size_t capacity = capacity_ * 2;
    if (capacity < size_ + count) capacity = size_ + count;
    if (capacity < 256) capacity = 256;
    void *data = std::realloc(data_, capacity + slack);
    if (data == nullptr) std::abort();
    data_ = static_cast<uint8_t *>(data);
    capacity_ = capacity;
  }
};

inline uint64_t load64(const uint8_t *p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}
inline uint32_t load32(const uint8_t *p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
template <class T> inline void store(uint8_t *p, T value) { std::memcpy(p, &value, sizeof value); }

// Borrowed bytes.
struct Slice {
  const uint8_t *data;
  size_t size;
};

} // namespace records
#endif
