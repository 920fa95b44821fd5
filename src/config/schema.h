/*
 * schema.h - DESIGN.md section 4 as tables, and what must hold between servers.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "reader.h"

#define SCHEMA_SERVERS_MAX   1000
#define SCHEMA_INSTANCES_MAX 1000

#define SCHEMA_REFRESH_DEFAULT_MS 2000
#define SCHEMA_TIMEOUT_DEFAULT_MS 3000
#define SCHEMA_BUSY_CPU_DEFAULT   50.0

extern const struct schema schema_fleet;

/* The accepted types of a server's nfs when none are given; false when out of memory. */
bool schema_default_types(struct nfs_spec *nfs);

/* Checks of one map alone, called by the tables (check.c). */
bool check_instance(struct reader *reader, const struct node *map, const void *value);
bool check_discover(struct reader *reader, const struct node *map, const void *value);
bool check_tls(struct reader *reader, const struct node *map, const void *value);
bool check_scale(struct reader *reader, const struct node *map, const void *value);
bool check_nfs(struct reader *reader, const struct node *map, const void *value);
bool check_server(struct reader *reader, const struct node *map, const void *value);
bool check_autoscale(struct reader *reader, const struct node *map, const void *value);
bool check_schedule(struct reader *reader, const struct node *map, const void *value);
bool check_fleet(struct reader *reader, const struct node *map, const void *value);

#endif
