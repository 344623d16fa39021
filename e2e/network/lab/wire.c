/*
 * wire: a shaped point-to-point IP link between two network namespaces.
 *
 *   wire NAMESPACE DEVICE FAR_DEVICE
 *
 * Creates the TUN device DEVICE in the named namespace and FAR_DEVICE in the one it was started in, and carries IP
 * packets between them with delay, jitter, loss, a rate and a finite queue. It stands in for tc-netem, which many
 * kernels lack, and behaves the same on every machine.
 *
 * Commands are lines on standard input; each is answered by one line once it is in force, and the end of the input
 * ends the program, and with it both devices:
 *
 *   shape DIRECTION DELAY_US JITTER_US LOSS_PPM BURST RATE_BPS QUEUE_MS CUT
 *     DIRECTION  0: from DEVICE to FAR_DEVICE, 1: back
 *     DELAY_US   fixed delay
 *     JITTER_US  more delay, uniform in [0, JITTER_US]; never reorders
 *     LOSS_PPM   mean loss, parts per million
 *     BURST      mean length of a burst of losses in packets (1 and less: independent losses)
 *     RATE_BPS   bits per second; 0: unlimited
 *     QUEUE_MS   tail drop once the queue for the rate is this long
 *     CUT        1: drops everything without a word (a lift, a tunnel)
 *   stats
 *
 * The answer: for each direction packets and bytes carried, packets lost, packets dropped by full queues.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 2048 /* packets in flight in one direction; a power of two */
#define MTU 2048
#define LINE 256

struct shape {
  long delay_us, jitter_us, loss_ppm, burst, rate_bps, queue_ms, cut;
};

struct packet {
  uint64_t due; /* ns, CLOCK_MONOTONIC */
  uint16_t len;
  unsigned char bytes[MTU];
};

struct direction {
  int in, out;
  struct shape shape;
  struct packet *ring;
  unsigned head, tail; /* head: the next to deliver, tail: the next free */
  uint64_t rate_free;  /* when the queue for the rate is empty */
  uint64_t last_due;   /* keeps the order under jitter */
  int losing;          /* inside a burst of losses */
  unsigned long long packets, bytes_carried, lost, overflow;
};

static struct direction directions[2];

static void die(const char *what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* A TUN device lives in the namespace that its maker is in. */
static int open_tun(const char *device) {
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) die("/dev/net/tun");
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  if (ioctl(fd, TUNSETIFF, &request) < 0) die(device);
  return fd;
}

static void enter(const char *name) {
  char path[LINE];
  snprintf(path, sizeof path, "/run/netns/%s", name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(path);
  if (setns(fd, CLONE_NEWNET) < 0) die("setns");
  close(fd);
}

/* Gilbert's model: a mean loss, in bursts of a mean length. */
static int lose(struct direction *d) {
  double p = (double)d->shape.loss_ppm / 1e6, burst = (double)d->shape.burst;
  if (p <= 0) return 0;
  if (burst <= 1) return drand48() < p;
  if (p >= 1) return 1;
  d->losing = d->losing ? drand48() >= 1 / burst : drand48() < p / (burst * (1 - p));
  return d->losing;
}

/* Reads what has come in on one side and decides when each packet is to come out. */
static void take(struct direction *d, uint64_t now) {
  for (;;) {
    struct packet *packet = &d->ring[d->tail & (SLOTS - 1)];
    ssize_t n = read(d->in, packet->bytes, MTU);
    if (n <= 0) return;
    if (d->shape.cut || lose(d)) {
      d->lost++;
      continue;
    }
    if (d->tail - d->head >= SLOTS - 1) {
      d->overflow++;
      continue;
    }
    uint64_t due = now;
    if (d->shape.rate_bps > 0) {
      if (d->rate_free < now) d->rate_free = now;
      if (d->shape.queue_ms > 0 && d->rate_free - now > (uint64_t)d->shape.queue_ms * 1000000ull) {
        d->overflow++;
        continue;
      }
      d->rate_free += (uint64_t)((double)n * 8e9 / (double)d->shape.rate_bps);
      due = d->rate_free;
    }
    due += (uint64_t)d->shape.delay_us * 1000ull;
    due += (uint64_t)(drand48() * (double)d->shape.jitter_us * 1000.0);
    if (due < d->last_due) due = d->last_due;
    d->last_due = due;
    packet->due = due;
    packet->len = (uint16_t)n;
    d->tail++;
    d->packets++;
    d->bytes_carried += (unsigned long long)n;
  }
}

static void deliver(struct direction *d, uint64_t now) {
  while (d->head != d->tail) {
    struct packet *packet = &d->ring[d->head & (SLOTS - 1)];
    if (packet->due > now) return;
    /* A cut swallows also what is on its way. */
    if (!d->shape.cut && write(d->out, packet->bytes, packet->len) < 0 && errno == EAGAIN) return;
    d->head++;
  }
}

static void answer(void) {
  for (int i = 0; i < 2; i++) {
    struct direction *d = &directions[i];
    printf("%llu %llu %llu %llu%c", d->packets, d->bytes_carried, d->lost, d->overflow,
           i == 0 ? ' ' : '\n');
  }
  fflush(stdout);
}

static void obey(const char *line) {
  struct shape s;
  int which;
  if (sscanf(line, "shape %d %ld %ld %ld %ld %ld %ld %ld", &which, &s.delay_us, &s.jitter_us,
             &s.loss_ppm, &s.burst, &s.rate_bps, &s.queue_ms, &s.cut) == 8 &&
      (which == 0 || which == 1)) {
    directions[which].shape = s;
  } else if (strcmp(line, "stats") != 0) {
    fprintf(stderr, "wire: not a command: %s\n", line);
    exit(1);
  }
  answer();
}

/* Commands that have arrived; 0 at the end of the input. */
static int read_commands(void) {
  static char text[4 * LINE];
  static size_t length;
  ssize_t n = read(0, text + length, sizeof text - 1 - length);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (n <= 0) return 0;
  length += (size_t)n;
  text[length] = 0;
  char *start = text, *end;
  while ((end = strchr(start, '\n')) != NULL) {
    *end = 0;
    obey(start);
    start = end + 1;
  }
  length = strlen(start);
  memmove(text, start, length + 1);
  return length < sizeof text - 1;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: wire NAMESPACE DEVICE FAR_DEVICE\n");
    return 2;
  }
  srand48((long)now_ns());
  int far = open_tun(argv[3]);
  enter(argv[1]);
  int near = open_tun(argv[2]);
  directions[0].in = directions[1].out = near;
  directions[1].in = directions[0].out = far;
  for (int i = 0; i < 2; i++) {
    directions[i].ring = malloc(sizeof(struct packet) * SLOTS);
    if (!directions[i].ring) die("malloc");
  }
  /* The network must not slow down because a browser is busy. Where that is not allowed, it does without. */
  struct sched_param priority = {.sched_priority = 10};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) < 0 && nice(-20) < 0) errno = 0;
  if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0) errno = 0;
  answer();

  for (;;) {
    uint64_t now = now_ns(), next = UINT64_MAX;
    for (int i = 0; i < 2; i++) {
      struct direction *d = &directions[i];
      deliver(d, now);
      if (d->head == d->tail) continue;
      uint64_t due = d->ring[d->head & (SLOTS - 1)].due;
      if (due < next) next = due;
    }
    struct timespec wait = {3600, 0};
    if (next != UINT64_MAX) {
      now = now_ns();
      uint64_t ns = next > now ? next - now : 0;
      wait.tv_sec = (time_t)(ns / 1000000000ull);
      wait.tv_nsec = (long)(ns % 1000000000ull);
    }
    struct pollfd fds[3] = {{near, POLLIN, 0}, {far, POLLIN, 0}, {0, POLLIN, 0}};
    if (ppoll(fds, 3, &wait, NULL) <= 0) continue;
    now = now_ns();
    if (fds[0].revents & POLLIN) take(&directions[0], now);
    if (fds[1].revents & POLLIN) take(&directions[1], now);
    if (fds[2].revents && !read_commands()) return 0;
  }
}
