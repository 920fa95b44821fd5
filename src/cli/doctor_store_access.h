/*
 * doctor_store_access.h - the checks of doctor_store.c about what a store allows.
 */
#ifndef CLI_DOCTOR_STORE_ACCESS_H
#define CLI_DOCTOR_STORE_ACCESS_H

#include "doctor.h"

/* How full it is, where models are pulled to. */
void check_space(struct doctor *doctor, const struct subject *subject);
/* Whether the container's user may read it, and where models are pulled to, write. */
void check_access(struct doctor *doctor, const struct subject *subject);
/* Whether its id_ed25519 is there and can be read. */
void check_key(struct doctor *doctor, const struct subject *subject);
/* Layers that are not complete: somebody pulls, or a pull broke (DESIGN.md 10.5). */
void check_pull(struct doctor *doctor, const struct subject *subject);

#endif
