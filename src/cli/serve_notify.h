/*
 * serve_notify.h - tells the service manager how things are: the protocol of sd_notify(3), which is a datagram to a
 * Unix socket. Spoken here rather than through libsystemd, because it is smaller than the check for the library, and
 * works wherever the socket is, whatever this was built on.
 */
#ifndef CLI_SERVE_NOTIFY_H
#define CLI_SERVE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* Sends "READY=1" and the like to $NOTIFY_SOCKET; false where there is none or it does not take it. Never blocks. */
bool serve_notify(const char *state);

/* How often WATCHDOG=1 is due, from $WATCHDOG_USEC and $WATCHDOG_PID: half of what is allowed; 0: never. */
int64_t serve_watchdog_ms(void);

/* Sends it that often, from the loop: one that does not turn has the service restarted. `timer` is to be closed. */
void serve_watchdog(uv_loop_t *loop, uv_timer_t *timer);

#endif
