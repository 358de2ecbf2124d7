/* System calls as they reach the kernel, by Syscall User Dispatch: while the thread's selector says so, the kernel turns each
 * into a SIGSYS instead, and the handler counts it and performs it through the gate, the one place whose calls are let through.
 * Kernel: Documentation/admin-guide/syscall-user-dispatch.rst. */
#include "audit.h"

#ifdef __x86_64__

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

/* Of kernel headers that may be newer than the system's. */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif
#define LET_THROUGH 0
#define DISPATCH 1
#define OF_DISPATCH 2 /* si_code */
#define HAS_RESTORER 0x04000000ul

/* The gate: returning from the handler, and one call with six arguments. */
__asm__(".pushsection .text\n"
        ".type audit_gate_begin, @function\n"
        "audit_gate_begin:\n"
        ".type audit_gate_return, @function\n"
        "audit_gate_return:\n"
        "  mov $15, %eax\n" /* rt_sigreturn */
        "  syscall\n"
        ".type audit_gate, @function\n"
        "audit_gate:\n"
        "  mov %rdi, %rax\n"
        "  mov %rsi, %rdi\n"
        "  mov %rdx, %rsi\n"
        "  mov %rcx, %rdx\n"
        "  mov %r8, %r10\n"
        "  mov %r9, %r8\n"
        "  mov 8(%rsp), %r9\n"
        "  syscall\n"
        "  ret\n"
        "audit_gate_end:\n"
        ".popsection\n");
extern const char audit_gate_begin[] __attribute__((visibility("hidden")));
extern const char audit_gate_end[] __attribute__((visibility("hidden")));
void audit_gate_return(void) __attribute__((visibility("hidden")));
long audit_gate(long number, long a, long b, long c, long d, long e, long f) __attribute__((visibility("hidden")));

/* The kernel's struct, which is not the C library's. */
struct action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

static _Thread_local volatile char selector __attribute__((tls_model("initial-exec")));
static const uint64_t sigsys = 1ull << (SIGSYS - 1);

/* Whether an address lies in the vDSO, which makes a call where the clock cannot be read without one. */
static int is_in_vdso(const void *address) {
  const char *base = (const char *)getauxval(AT_SYSINFO_EHDR);
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)(const void *)base;
  if (base == NULL) return 0;
  for (int i = 0; i < header->e_phnum; i++) {
    const ElfW(Phdr) *part = (const ElfW(Phdr) *)(const void *)(base + header->e_phoff) + i;
    if (part->p_type == PT_LOAD && (uintptr_t)address - (uintptr_t)base < part->p_memsz) return 1;
  }
  return 0;
}

/* Whether two would go on from the handler's stack. Those are made where they stand, and end the dispatching: the thread or
 * process that they start has none, and nothing tells when this one is back. */
static int shares_stack(long number, const greg_t *registers) {
  if (number == SYS_vfork || number == SYS_clone3) return 1;
  return number == SYS_clone && (registers[REG_RDI] & CLONE_VM) != 0;
}

/* The default action, for a SIGSYS that is not ours. */
static void give_up(void) {
  struct action action;
  memset(&action, 0, sizeof action);
  action.flags = HAS_RESTORER;
  action.restorer = audit_gate_return;
  audit_gate(SYS_rt_sigaction, SIGSYS, (long)&action, 0, sizeof action.mask, 0, 0);
  audit_gate(SYS_tgkill, audit_gate(SYS_getpid, 0, 0, 0, 0, 0, 0), audit_gate(SYS_gettid, 0, 0, 0, 0, 0, 0), SIGSYS, 0, 0, 0);
}

static void on_call(int signal, siginfo_t *info, void *context) {
  ucontext_t *interrupted = context;
  greg_t *registers = interrupted->uc_mcontext.gregs;
  long number = info->si_syscall;
  uint64_t mask;
  (void)signal;
  if (info->si_code != OF_DISPATCH) {
    give_up();
    return;
  }
  if (number == SYS_rt_sigreturn) { /* another handler is done: its frame is where the stack pointer is now */
    registers[REG_RIP] = (greg_t)(uintptr_t)audit_gate_return;
    return;
  }
  if (!is_in_vdso(info->si_call_addr)) {
    if (audit_window.is_open && audit_window.counts[TIDEMILL_AUDIT_SYSCALL] == 0) audit_window.number = number;
    audit_note(TIDEMILL_AUDIT_SYSCALL, audit_call_name(number), info->si_call_addr);
  }
  if (shares_stack(number, registers)) {
    selector = LET_THROUGH;
    registers[REG_RIP] -= 2; /* of the instruction */
    registers[REG_RAX] = number;
    return;
  }
  if (number == SYS_rt_sigaction && (int)registers[REG_RDI] == SIGSYS) {
    registers[REG_RAX] = 0; /* taking this handler away would end the process at the next call */
    return;
  }
  registers[REG_RAX] =
      audit_gate(number, (long)registers[REG_RDI], (long)registers[REG_RSI], (long)registers[REG_RDX],
                 (long)registers[REG_R10], (long)registers[REG_R8], (long)registers[REG_R9]);
  if (number == SYS_rt_sigprocmask) { /* returning restores the mask: carry the new one along, SIGSYS never blocked */
    audit_gate(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&mask, sizeof mask, 0, 0);
    mask &= ~sigsys;
    memcpy(&interrupted->uc_sigmask, &mask, sizeof mask);
  }
}

int audit_dispatch_begin(void) {
  struct action action;
  uint64_t mask = sigsys;
  memset(&action, 0, sizeof action);
  action.handler = on_call;
  action.flags = SA_SIGINFO | SA_NODEFER | HAS_RESTORER;
  action.restorer = audit_gate_return;
  selector = LET_THROUGH;
  if (audit_gate(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, (long)audit_gate_begin,
                 audit_gate_end - audit_gate_begin, (long)&selector, 0) != 0)
    return 0;
  audit_gate(SYS_rt_sigaction, SIGSYS, (long)&action, 0, sizeof action.mask, 0, 0);
  audit_gate(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&mask, 0, sizeof mask, 0, 0);
  selector = DISPATCH;
  return 1;
}

void audit_dispatch_end(void) {
  selector = LET_THROUGH;
  audit_gate(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0, 0);
}

#else

int audit_dispatch_begin(void) { return 0; }
void audit_dispatch_end(void) {}

#endif
