/* Functions that take a lock or wait for something: counted, then the C library's. */
#include "audit.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <threads.h>
#include <time.h>

/* Name, parameters, arguments. What only gives a lock back is not listed: it had to be taken. */
#define LOCKS(LOCK)                                                                                                        \
  LOCK(pthread_mutex_lock, (pthread_mutex_t * a), (a))                                                                     \
  LOCK(pthread_mutex_trylock, (pthread_mutex_t * a), (a))                                                                  \
  LOCK(pthread_mutex_timedlock, (pthread_mutex_t * a, const struct timespec *b), (a, b))                                   \
  LOCK(pthread_mutex_clocklock, (pthread_mutex_t * a, clockid_t b, const struct timespec *c), (a, b, c))                   \
  LOCK(pthread_rwlock_rdlock, (pthread_rwlock_t * a), (a))                                                                 \
  LOCK(pthread_rwlock_tryrdlock, (pthread_rwlock_t * a), (a))                                                              \
  LOCK(pthread_rwlock_timedrdlock, (pthread_rwlock_t * a, const struct timespec *b), (a, b))                               \
  LOCK(pthread_rwlock_wrlock, (pthread_rwlock_t * a), (a))                                                                 \
  LOCK(pthread_rwlock_trywrlock, (pthread_rwlock_t * a), (a))                                                              \
  LOCK(pthread_rwlock_timedwrlock, (pthread_rwlock_t * a, const struct timespec *b), (a, b))                               \
  LOCK(pthread_spin_lock, (pthread_spinlock_t * a), (a))                                                                   \
  LOCK(pthread_spin_trylock, (pthread_spinlock_t * a), (a))                                                                \
  LOCK(pthread_cond_wait, (pthread_cond_t * a, pthread_mutex_t * b), (a, b))                                               \
  LOCK(pthread_cond_timedwait, (pthread_cond_t * a, pthread_mutex_t * b, const struct timespec *c), (a, b, c))             \
  LOCK(pthread_cond_clockwait, (pthread_cond_t * a, pthread_mutex_t * b, clockid_t c, const struct timespec *d),           \
       (a, b, c, d))                                                                                                       \
  LOCK(pthread_barrier_wait, (pthread_barrier_t * a), (a))                                                                 \
  LOCK(pthread_join, (pthread_t a, void **b), (a, b))                                                                      \
  LOCK(sem_wait, (sem_t * a), (a))                                                                                         \
  LOCK(sem_trywait, (sem_t * a), (a))                                                                                      \
  LOCK(sem_timedwait, (sem_t * a, const struct timespec *b), (a, b))                                                       \
  LOCK(sem_clockwait, (sem_t * a, clockid_t b, const struct timespec *c), (a, b, c))                                       \
  LOCK(mtx_lock, (mtx_t * a), (a))                                                                                         \
  LOCK(mtx_trylock, (mtx_t * a), (a))                                                                                      \
  LOCK(mtx_timedlock, (mtx_t * a, const struct timespec *b), (a, b))                                                       \
  LOCK(cnd_wait, (cnd_t * a, mtx_t * b), (a, b))                                                                           \
  LOCK(cnd_timedwait, (cnd_t * a, mtx_t * b, const struct timespec *c), (a, b, c))

/* A library's constructor may take a lock before this one's has looked the functions up. */
#define REPLACE(name, parameters, arguments)                                                                               \
  static int(*next_##name) parameters;                                                                                     \
  static void find_##name(void) {                                                                                          \
    void *found = audit_next(#name);                                                                                       \
    memcpy(&next_##name, &found, sizeof found);                                                                            \
  }                                                                                                                        \
  AUDIT_EXPORT int name parameters {                                                                                       \
    audit_note(TIDEMILL_AUDIT_LOCK, #name, AUDIT_CALLER);                                                                  \
    if (next_##name == NULL) find_##name();                                                                                \
    return next_##name arguments;                                                                                          \
  }

LOCKS(REPLACE)

#define FIND(name, parameters, arguments)                                                                                  \
  if (next_##name == NULL) find_##name();

void audit_find_locks(void) { LOCKS(FIND) }
