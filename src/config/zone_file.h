/*
 * zone_file.h - the time zones of this machine, read once: what follows the clock later needs no file.
 */
#ifndef CONFIG_ZONE_FILE_H
#define CONFIG_ZONE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A name that leads nowhere but below zoneinfo. */
bool zone_name_is_good(const char *name);

/*
 * The TZif bytes of a zone below $TZDIR or /usr/share/zoneinfo; of NULL those of this machine: $TZ, else
 * /etc/localtime. The caller frees; NULL with a length of 0 is UTC. False when there is no such zone.
 */
bool zone_file_read(const char *name, unsigned char **data, size_t *len);

#endif
