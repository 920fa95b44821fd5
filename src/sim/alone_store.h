/*
 * alone_store.h - a folder of models in Ollama's layout: manifests/HOST/NAMESPACE/MODEL/TAG and blobs/sha256-HEX.
 */
#ifndef SIM_ALONE_STORE_H
#define SIM_ALONE_STORE_H

#include "world.h"

/* Makes what is missing of the layout; false with Ollama's own message. */
bool alone_store_prepare(const char *dir, char *error, size_t size);
/* What is there now, as fresh models; the array and its models are the caller's. */
struct world_model **alone_store_list(struct world *world, const char *dir, size_t *count);
/* Writes manifest and blobs (the big ones with holes instead of content); digest and size are set to what was written. */
bool alone_store_write(const char *dir, struct world_model *model, char *error, size_t size);
/* Removes the manifest, and the blobs that no other manifest names. */
bool alone_store_delete(const char *dir, const char *name, char *error, size_t size);
/* Can nothing be written there? */
bool alone_store_read_only(const char *dir);

#endif
