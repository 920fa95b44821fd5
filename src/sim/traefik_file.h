/*
 * traefik_file.h - the dynamic file from which the balancer takes its pool.
 */
#ifndef SIM_TRAEFIK_FILE_H
#define SIM_TRAEFIK_FILE_H

#include "world.h"

/* Writes the file with the pool as it is, unless it is there already; false when it cannot be written. */
bool traefik_file_write(const struct world *world);

/*
 * Takes the pool from world->traefik_file if it changed since the last time. As Traefik does, a file that is
 * missing or does not parse leaves the pool as it was.
 */
void traefik_file_follow(struct world *world);

#endif
