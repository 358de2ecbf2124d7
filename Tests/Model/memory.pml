/* Memory as threads see it: plain stores go through a store buffer of their own thread, first in, first out, and reach memory at any
 * later moment; loads look into the own buffer first. Fences and read-modify-writes empty the buffer. Promela alone would be
 * sequentially consistent, and no fence would ever be missed. */

chan buffer[THREADS] = [DEPTH] of { byte, byte }; /* address, value */
byte memory[ADDRESSES];

/* A plain store; waits while the buffer is full. */
inline store(address, value) { buffer[me]!address, value }

/* A plain load: the youngest store of the own buffer to the address, else memory. The buffer is turned around once to look. */
inline load(address, into) {
  d_step {
    into = memory[address];
    turns = len(buffer[me]);
    do
    :: turns > 0 ->
      buffer[me]?at, was;
      buffer[me]!at, was;
      if
      :: at == address -> into = was
      :: else
      fi;
      turns--
    :: else -> break
    od;
    turns = 0; at = 0; was = 0
  }
}

/* Waits until all stores of the thread are in memory. */
inline fence() { empty(buffer[me]) }

/* Stores reach memory. */
active proctype drain() {
  byte at, was, thread;
  end:
  do
  :: atomic { nempty(buffer[0]) -> buffer[0]?at, was; memory[at] = was; at = 0; was = 0 }
  :: atomic { nempty(buffer[1]) -> buffer[1]?at, was; memory[at] = was; at = 0; was = 0 }
#if THREADS > 2
  :: atomic { nempty(buffer[2]) -> buffer[2]?at, was; memory[at] = was; at = 0; was = 0 }
#endif
  od
}
