/* Sleeping and waking: tide_parker.h, the way Chain.swift uses it. INPUTS producers push into a ring each, within a credit; one
 * consumer takes a turn of one entry from each ring that is marked. Everyone sleeps when there is nothing to do.
 *
 * A lost wake-up is a deadlock (an invalid end state). An entry that is there but not marked, while everyone else is done, is
 * the assertion in `park`.
 *
 * Mutations, each of which must be found:
 *   NO_PUSH_FENCE   no fence between a push and the look at the mark and at the sleep flag
 *   NO_POP_FENCE    no fence between a pop and the look at the producer's sleep flag
 *   NO_SLEEP_FENCE  no fence between the sleep flag and the last look
 *   NO_RECHECK      no last look
 *   RECHECK_MARKS   the last look is at the marks and not at the rings
 *   NO_CLEAR_FENCE  the ring may be read before the mark is cleared
 */
#ifndef INPUTS
#define INPUTS 2
#endif
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef CREDIT
#define CREDIT 1
#endif

#define THREADS (INPUTS + 1)
#define DEPTH 3
#define CONSUMER INPUTS
/* Words in memory. */
#define W(i) (i)
#define R(i) (INPUTS + (i))
#define SLEEPING(t) (2 * INPUTS + (t))
#define ADDRESSES (3 * INPUTS + 1)
#include "memory.pml"

byte marks;           /* only read-modify-writes change it */
bool waits[THREADS];  /* in the futex */
byte producersDone;

/* The look at a sleep flag, and the wake-up of a thread that sleeps. */
inline wake(thread, seen) {
  if
  :: seen != 0 ->
    fence();
    atomic {
      if
      :: memory[SLEEPING(thread)] == 1 -> memory[SLEEPING(thread)] = 0; waits[thread] = false
      :: else
      fi
    }
  :: else
  fi
}

/* The kernel compares the word and queues the thread in one step. */
inline futexWait() {
  fence();
  atomic {
    if
    :: memory[SLEEPING(me)] == 1 -> waits[me] = true
    :: else
    fi
  };
  !waits[me]
}

inline notify(input) {
#ifndef NO_PUSH_FENCE
  fence();
#endif
  marked = marks & (1 << input);
  if
  :: marked == 0 ->
    /* The mark's store may come after the load of the flag: it is one of an exclusive pair. */
    if
    :: fence(); marks = marks | (1 << input); load(SLEEPING(CONSUMER), seen)
    :: load(SLEEPING(CONSUMER), seen); fence(); marks = marks | (1 << input)
    fi
  :: else -> load(SLEEPING(CONSUMER), seen)
  fi;
  wake(CONSUMER, seen);
  marked = 0; seen = 0
}

proctype producer(byte me) {
  byte turns, at, was, seen, r, marked, w;
  do
  :: w < ITEMS ->
    do
    :: load(R(me), r);
      if
      :: w - r < CREDIT -> break
      :: else
      fi;
      store(SLEEPING(me), 1);
#ifndef NO_SLEEP_FENCE
      fence();
#endif
      load(R(me), r);
      if
#ifndef NO_RECHECK
      :: w - r < CREDIT
#endif
      :: else -> futexWait()
      fi;
      store(SLEEPING(me), 0)
    od;
    r = 0;
    w++;
    store(W(me), w);
    notify(me)
  :: else -> break
  od;
  fence();
  producersDone++
}

inline pop(input) {
  r[input]++;
  store(R(input), r[input]);
#ifndef NO_POP_FENCE
  fence();
#endif
  load(SLEEPING(input), seen);
  wake(input, seen);
  seen = 0
}

inline turn(input) {
  if
  :: (marks & (1 << input)) != 0 ->
#ifdef NO_CLEAR_FENCE
    load(W(input), w);
    fence(); marks = marks & ~(1 << input);
#else
    fence(); marks = marks & ~(1 << input);
    load(W(input), w);
#endif
    if
    :: w != r[input] ->
      pop(input);
      worked = true;
      /* The turn is over, and there may be more. */
      fence(); marks = marks | (1 << input)
    :: else
    fi;
    w = 0
  :: else
  fi
}

inline look(input) {
  load(W(input), w);
  if
  :: w != r[input] -> found = true
  :: else
  fi;
  w = 0
}

inline park() {
  store(SLEEPING(me), 1);
#ifndef NO_SLEEP_FENCE
  fence();
#endif
#ifdef RECHECK_MARKS
  found = (marks != 0);
#else
#ifndef NO_RECHECK
  look(0);
#if INPUTS > 1
  look(1);
#endif
#endif
#endif
  if
  :: found ->
    assert(!(producersDone == INPUTS && marks == 0));
    store(SLEEPING(me), 0)
  :: else -> futexWait(); store(SLEEPING(me), 0)
  fi;
  found = false
}

proctype consumer(byte me) {
  byte turns, at, was, seen, w;
  byte r[INPUTS];
  bool worked, found;
  do
  :: worked = false;
    turn(0);
#if INPUTS > 1
    turn(1);
#endif
    if
#if INPUTS > 1
    :: r[0] == ITEMS && r[1] == ITEMS -> break
#else
    :: r[0] == ITEMS -> break
#endif
    :: else
    fi;
    if
    :: !worked -> park()
    :: else
    fi
  od;
  assert(r[0] == memory[W(0)])
}

init {
  atomic {
    run producer(0);
#if INPUTS > 1
    run producer(1);
#endif
    run consumer(CONSUMER)
  }
}
