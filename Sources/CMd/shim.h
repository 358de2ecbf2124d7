/* SHA-256 (libmd), and the parts of glibc that the Glibc module leaves out and the plugin host needs. */
#ifndef TIDEMILL_CMD_SHIM_H
#define TIDEMILL_CMD_SHIM_H
#include <sha2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/file.h>

/* dl_iterate_phdr(3), which <link.h> shows under _GNU_SOURCE alone; that must not be defined here, because it changes types
 * that the Glibc module has, too. These are the first members of struct dl_phdr_info. */
struct dl_phdr_info;
typedef struct tide_loaded_object {
  uintptr_t address;
  const char *name;
} tide_loaded_object;
int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *info, size_t size, void *data), void *data);
#endif
