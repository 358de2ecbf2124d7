/* The queue of `drop_oldest`: tide_evicting.h, the way EdgePolicy.swift uses it. The producer sends frames 1..FRAMES and announces
 * watermarks behind them as it likes; it takes the oldest entries back when the credit or the slots are used up. A slot is two
 * words, read and written one after the other.
 *
 * What is checked: every frame is either popped or dropped, once, and what is popped is what was pushed, in order; no watermark
 * overtakes a frame that was sent before it; the last watermark and the end arrive, the end last; the credit is kept.
 *
 * Mutations, each of which must be found:
 *   READ_AFTER_CAS   the consumer reads the slot after it has moved the index
 *   PLAIN_POP        the consumer moves the index by a store
 *   PLAIN_EVICT      the producer moves the index by a store
 *   EARLY_PUBLISH    the slot is written after the write index
 *   LOSE_WATERMARK   a watermark that was taken back is not announced anew
 *   NO_ROOM          slots are used up without a look at what watermarks and the end need
 */
#ifndef FRAMES
#define FRAMES 4
#endif
#ifndef CREDIT
#define CREDIT 1
#endif
#ifndef SLOTS
#ifdef NO_ROOM
#define SLOTS 3
#else
#define SLOTS 6
#endif
#endif

#define THREADS 2
#define DEPTH 4
#define PRODUCER 0
#define CONSUMER 1
/* Words in memory: the indices, then kind and value of each slot. */
#define WRITE 0
#define READ 1
#define KIND(i) (2 + 2 * ((i) % SLOTS))
#define VALUE(i) (3 + 2 * ((i) % SLOTS))
#define ADDRESSES (2 + 2 * SLOTS)
#include "memory.pml"

#ifdef NO_ROOM
#define ROOM true
#else
#define ROOM (entries + 4 <= SLOTS)
#endif

#define FRAME 1
#define WATERMARK 2
#define END 3

byte fate[FRAMES + 1]; /* how often each frame was popped or dropped */
byte announced;        /* the last watermark */

/* Moves the read index by one if it still is what was seen. */
inline swap(seen, done) {
  fence();
  atomic {
    done = (memory[READ] == seen);
    if
    :: done -> memory[READ] = seen + 1
    :: else
    fi
  }
}

inline push(kind, value) {
  mark[w % SLOTS] = pushed;
#ifdef EARLY_PUBLISH
  store(WRITE, w + 1);
#endif
  store(KIND(w), kind);
  store(VALUE(w), value);
  pushed = pushed + (kind == FRAME -> 1 : 0);
  w++;
#ifndef EARLY_PUBLISH
  store(WRITE, w);
#endif
}

/* Entries and frames that are queued, from the read index alone. */
inline level() {
  load(READ, r);
  entries = w - r;
  frames = (entries == 0 -> 0 : pushed - mark[r % SLOTS]);
  assert(frames <= CREDIT && frames <= entries)
}

inline flush() {
  if
  :: pending != 0 -> push(WATERMARK, pending); queued = pending; pending = 0
  :: else
  fi
}

inline evict() {
  load(READ, r);
  if
  :: r != w ->
    load(KIND(r), kind);
    load(VALUE(r), value);
#ifdef PLAIN_EVICT
    store(READ, r + 1); done = true;
#else
    swap(r, done);
#endif
    if
    :: done && kind == FRAME -> fate[value]++
    :: done && kind == WATERMARK && value == queued -> again = true
    :: else
    fi;
    kind = 0; value = 0; done = false
  :: else
  fi
}

proctype producer(byte me) {
  byte turns, at, was, w, r, pushed, entries, frames, kind, value, pending, queued, number;
  byte mark[SLOTS];
  bool done, again;
  do
  :: number < FRAMES ->
    number++;
    again = false;
    do
    :: level();
      if
      :: (frames < CREDIT && ROOM) || entries == 0 -> break
      :: else -> evict()
      fi
    od;
    if
    :: again && pending != 0 -> again = false
    :: else
    fi;
    flush();
    push(FRAME, number);
#ifndef LOSE_WATERMARK
    if
    :: again -> pending = queued
    :: else
    fi;
#endif
    /* A watermark is announced or not, and what is announced is put in between calls or not. */
    if
    :: pending = number; announced = number
    :: true
    fi;
    if
    :: level(); if :: ROOM -> flush() :: else fi
    :: true
    fi;
    entries = 0; frames = 0; r = 0
  :: else -> break
  od;
  do
  :: level(); if :: ROOM -> break :: else fi
  od;
  flush();
  push(END, 0)
}

proctype consumer(byte me) {
  byte turns, at, was, w, r, kind, value, last, watermark;
  bool done;
  do
  :: load(READ, r);
    load(WRITE, w);
    if
    :: w != r ->
#ifdef READ_AFTER_CAS
      swap(r, done);
      load(KIND(r), kind);
      load(VALUE(r), value);
#else
      load(KIND(r), kind);
      load(VALUE(r), value);
#ifdef PLAIN_POP
      store(READ, r + 1); done = true;
#else
      swap(r, done);
#endif
#endif
      if
      :: done && kind == FRAME ->
        assert(value > last && value > watermark);
        last = value;
        fate[value]++
      :: done && kind == WATERMARK ->
        assert(value > watermark);
        watermark = value
      :: done && kind == END -> break
      :: done && kind == 0 -> assert(false)
      :: else
      fi;
      kind = 0; value = 0; done = false
    :: else -> memory[WRITE] != memory[READ]
    fi
  od;
  assert(watermark == announced);
  w = 1;
  do
  :: w <= FRAMES -> assert(fate[w] == 1); w++
  :: else -> break
  od
}

init { atomic { run producer(PRODUCER); run consumer(CONSUMER) } }
