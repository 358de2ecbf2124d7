// The ring of an edge, as the engine uses it from Swift (Rings.swift), against the same algorithm in C++ on the same two CPUs.
// scripts/bench builds it; see ../README.md.
//   rings [PAIRS] [DESCRIPTORS] [ROUND_TRIPS]
// Each pair measures both, one after the other and in turn first, as the median of short trials, so that a thread that loses its
// CPU spoils a trial and not the pair. The threads are pinned to the first and the last CPU that the process may use.
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "../timing.h"

extern "C" {
void *project_link_create();
void project_link_destroy(void *);
void project_push_all(void *, uint64_t);
uint64_t project_pop_all(void *, uint64_t);
void project_call(void *, int32_t sleeps);
void project_answer(void *, int32_t sleeps);
}

namespace {

// ---- the algorithm: cached indices, credit counters, a mark for the reader, and a wake-up for whoever sleeps ------------------

struct Entry {
  uint64_t ref;
  uint32_t length;
  uint16_t kind, flags;
};

constexpr auto relaxed = std::memory_order_relaxed;

struct Sleeper {
  alignas(128) std::atomic<uint32_t> sleeping{0};
  alignas(128) std::atomic<uint64_t> ready{0};

  // After a full fence, which orders what was published before the look at `sleeping`.
  void wake() {
    if (sleeping.load(relaxed) != 0 && sleeping.exchange(0) == 1)
      syscall(SYS_futex, &sleeping, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void mark() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if ((ready.load(relaxed) & 1) == 0) ready.fetch_or(1);
    wake();
  }
  void signal() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    wake();
  }
  template <typename Ready> void sleep(Ready is_ready) {
    sleeping.store(1, relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (!is_ready()) syscall(SYS_futex, &sleeping, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
    sleeping.store(0, relaxed);
  }
};

void count(std::atomic<uint64_t> &counter, uint64_t n) { counter.store(counter.load(relaxed) + n, relaxed); }

class Ring {
public:
  Ring(Sleeper &producer, Sleeper &consumer) : producer(producer), consumer(consumer), entries(new Entry[slots]()) {}

  bool push(Entry entry) {
    uint64_t w = written.load(relaxed);
    if (w - cached_read >= slots) {
      cached_read = read.load(std::memory_order_acquire);
      if (w - cached_read >= slots) return false;
    }
    entries[w % slots] = entry;
    count(pushed_bytes, entry.length);
    count(pushed_frames, entry.kind <= 1);
    written.store(w + 1, std::memory_order_release);
    consumer.mark();
    return true;
  }

  bool pop(Entry &entry) {
    uint64_t r = read.load(relaxed);
    if (r == cached_written) {
      cached_written = written.load(std::memory_order_acquire);
      if (r == cached_written) return false;
    }
    entry = entries[r % slots];
    count(popped_bytes, entry.length);
    count(popped_frames, entry.kind <= 1);
    read.store(r + 1, std::memory_order_release);
    producer.signal();
    return true;
  }

  bool empty() const { return read.load(relaxed) == written.load(std::memory_order_acquire); }

private:
  static constexpr uint64_t slots = 1024;
  alignas(128) std::atomic<uint64_t> written{0};
  uint64_t cached_read = 0;
  std::atomic<uint64_t> pushed_bytes{0}, pushed_frames{0};
  alignas(128) std::atomic<uint64_t> read{0};
  uint64_t cached_written = 0;
  std::atomic<uint64_t> popped_bytes{0}, popped_frames{0};
  alignas(128) Sleeper &producer;
  Sleeper &consumer;
  std::unique_ptr<Entry[]> entries;
};

struct Link {
  Sleeper near, far;
  Ring there{near, far}, back{far, near};
};

void put(Ring &ring, uint64_t number) {
  Entry entry{number, 64, 0, 0};
  while (!ring.push(entry)) {}
}

uint64_t take(Ring &ring, Sleeper *own) {
  Entry entry;
  while (!ring.pop(entry))
    if (own != nullptr) own->sleep([&] { return !ring.empty(); });
  return entry.ref;
}

// ---- contenders --------------------------------------------------------------------------------------------------------

struct Contender {
  void *(*create)();
  void (*destroy)(void *);
  void (*push_all)(void *, uint64_t);
  uint64_t (*pop_all)(void *, uint64_t);
  void (*call)(void *, int32_t);
  void (*answer)(void *, int32_t);
};

Link &link_of(void *p) { return *static_cast<Link *>(p); }

const Contender same_in_cpp = {
    []() -> void * { return new Link; },
    [](void *p) { delete &link_of(p); },
    [](void *p, uint64_t count) {
      for (uint64_t i = 0; i < count; i++) put(link_of(p).there, i);
    },
    [](void *p, uint64_t count) {
      uint64_t sum = 0;
      for (uint64_t i = 0; i < count; i++) sum += take(link_of(p).there, nullptr);
      return sum;
    },
    [](void *p, int32_t sleeps) {
      put(link_of(p).there, 1);
      take(link_of(p).back, sleeps ? &link_of(p).near : nullptr);
    },
    [](void *p, int32_t sleeps) { put(link_of(p).back, take(link_of(p).there, sleeps ? &link_of(p).far : nullptr)); },
};

const Contender project = {project_link_create, project_link_destroy, project_push_all,
                           project_pop_all,     project_call,         project_answer};

// ---- measuring ----------------------------------------------------------------------------------------------------------

int cpus[2] = {-1, -1};

void pin(int side) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpus[side], &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Runs both sides at once on the two CPUs; `first` on the calling thread.
template <typename First, typename Second> void together(First first, Second second) {
  std::atomic<int> arrived{0};
  auto meet = [&] {
    arrived++;
    while (arrived.load() != 2) {}
  };
  std::thread other([&] {
    pin(1);
    meet();
    second();
  });
  meet();
  first();
  other.join();
}

constexpr size_t trials = 9;

// Nanoseconds for one descriptor, from the first that is pushed to the last that is popped.
double throughput(const Contender &who, uint64_t count) {
  std::vector<double> times;
  for (size_t trial = 0; trial < trials; trial++) {
    void *link = who.create();
    double start = 0;
    uint64_t sum = 0;
    together(
        [&] {
          start = wall_seconds();
          sum = who.pop_all(link, count);
          times.push_back((wall_seconds() - start) * 1e9 / static_cast<double>(count));
        },
        [&] { who.push_all(link, count); });
    if (sum != count * (count - 1) / 2) {
      fprintf(stderr, "rings: descriptors were lost\n");
      exit(1);
    }
    who.destroy(link);
  }
  return median(times.data(), times.size());
}

// Nanoseconds there and back: the middle one of all round trips.
double round_trip(const Contender &who, bool sleeps, uint64_t count) {
  std::vector<double> times(count);
  void *link = who.create();
  together(
      [&] {
        for (double &time : times) {
          double start = wall_seconds();
          who.call(link, sleeps);
          time = (wall_seconds() - start) * 1e9;
        }
      },
      [&] {
        for (uint64_t i = 0; i < count; i++) who.answer(link, sleeps);
      });
  who.destroy(link);
  return median(times.data(), times.size());
}

double middle(std::vector<double> values) { return median(values.data(), values.size()); }

} // namespace

// Prints `throughput|spinning|sleeping PROJECT C++ RATIO`, in nanoseconds, medians over the pairs.
int main(int argc, char **argv) {
  uint64_t pairs = argc > 1 ? strtoull(argv[1], nullptr, 10) : 11, count = argc > 2 ? strtoull(argv[2], nullptr, 10) : 100000;
  uint64_t trips = argc > 3 ? strtoull(argv[3], nullptr, 10) : 2000;
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET(cpu, &allowed)) cpus[cpus[0] < 0 ? 0 : 1] = cpu;
  if (cpus[1] < 0 || pairs == 0 || count == 0 || trips == 0) {
    fprintf(stderr, "rings: two CPUs are needed\n");
    return 2;
  }
  pin(0);
  struct {
    const char *name;
    double (*measure)(const Contender &, uint64_t);
    uint64_t count;
  } cases[] = {{"throughput", throughput, count},
               {"spinning", [](const Contender &who, uint64_t n) { return round_trip(who, false, n); }, trips},
               {"sleeping", [](const Contender &who, uint64_t n) { return round_trip(who, true, n); }, trips / 20 + 1}};
  for (auto &c : cases) {
    std::vector<double> ours, theirs, ratios;
    for (uint64_t pair = 0; pair < pairs; pair++) {
      bool first = pair % 2 == 0;
      double a = c.measure(first ? project : same_in_cpp, c.count), b = c.measure(first ? same_in_cpp : project, c.count);
      ours.push_back(first ? a : b);
      theirs.push_back(first ? b : a);
      ratios.push_back(ours.back() / theirs.back());
    }
    printf("%s %.2f %.2f %.3f\n", c.name, middle(ours), middle(theirs), middle(ratios));
  }
  return 0;
}
