/* SHA-256 (libmd), and the parts of glibc that the Glibc module leaves out and the plugin host needs. */
#ifndef TIDEMILL_CMD_SHIM_H
#define TIDEMILL_CMD_SHIM_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <link.h>
#include <sha2.h>
#include <sys/auxv.h>
#include <sys/file.h>
#endif
