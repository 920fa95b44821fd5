/*
 * nfs_sections.h - what the NFS view says: of each NFS server that the fleet depends on, and of each mount.
 */
#ifndef UI_NFS_SECTIONS_H
#define UI_NFS_SECTIONS_H

#include "look.h"
#include "pen.h"

/* Server, services, export list, and whether each server of the fleet is on it; one section for each NFS server. */
void nfs_servers_draw(const struct look *look, struct pen *pen);
/* Instances with what their store is mounted from and how it answers; what is wrong stands below. */
void nfs_mounts_draw(const struct look *look, struct pen *pen);

#endif
