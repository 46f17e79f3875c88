/* Shifts the clocks of a program by seconds that stand in the file NETMON_CLOCK_SHIFT: LD_PRELOAD this. The first number
 * is for the wall clock, the second for the one that counts sleep too (CLOCK_BOOTTIME): after a sleep both are ahead by as
 * much. The monotonic clock stays as it is. libfaketime breaks Python 3.11: its monotonic clock jumps. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { WALL, BOOT, SHIFTS };

static int64_t shift(int which) {
  static volatile int64_t *seconds;
  if (!seconds) {
    static int64_t none[SHIFTS];
    const char *path = getenv("NETMON_CLOCK_SHIFT");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    seconds = page == MAP_FAILED ? none : (volatile int64_t *)page;
  }
  return seconds[which];
}

int clock_gettime(clockid_t id, struct timespec *out) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, out);
  if (!result && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) out->tv_sec += shift(WALL);
  if (!result && id == CLOCK_BOOTTIME) out->tv_sec += shift(BOOT);
  return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
  int result = real(out, zone);
  if (!result) out->tv_sec += shift(WALL);
  return result;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
