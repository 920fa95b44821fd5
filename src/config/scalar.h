/*
 * scalar.h - the readers of single values: each checks one, and keeps it at field->offset.
 */
#ifndef CONFIG_SCALAR_H
#define CONFIG_SCALAR_H

#include "reader.h"

field_read scalar_text;     /* char *: anything printable */
field_read scalar_name;     /* char *: of a server or an instance: no '/' either */
field_read scalar_host;     /* char * */
field_read scalar_url;      /* char *: without a trailing slash */
field_read scalar_docker;   /* char * */
field_read scalar_source;   /* char *: ADDRESS:/PATH */
field_read scalar_path;     /* char *: absolute; "~/" is expanded */
field_read scalar_role;     /* enum server_role */
field_read scalar_kind;     /* enum instance_kind */
field_read scalar_bool;     /* bool */
field_read scalar_port;     /* int */
field_read scalar_count;    /* int within field->min and max */
field_read scalar_duration; /* int64_t, milliseconds, within field->min and max */
field_read scalar_size;     /* int64_t, bytes, within field->min and max */
field_read scalar_percent;  /* double within field->min and max; '%' may follow */
field_read scalar_ports;    /* int[2]: "FIRST-LAST" or one port */
field_read scalar_days;     /* char *: "Mon-Fri", "Sat,Sun" */
field_read scalar_time;     /* char *: "HH:MM", up to 24:00 */
field_read scalar_zone;     /* char *: "Europe/Berlin" */
field_read scalar_rule;     /* char *: "METRIC > VALUE for DURATION", joined by and, or */

/* A scalar with something in it, no control character and not too long. */
bool scalar_is_text(
	struct reader *reader, const struct node *node, const struct field *field, const char *expected);

/* The number of `autoscale: target:`. */
bool scalar_positive(struct reader *reader, const struct node *node, const char *what, double *value);

#endif
