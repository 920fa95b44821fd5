/*
 * alone.h - the Ollama half by itself, as one real server process for a real container: models in a
 * real folder, real memory, real CPU.
 */
#ifndef SIM_ALONE_H
#define SIM_ALONE_H

#include "world.h"

#include <stdbool.h>
#include <stddef.h>

struct alone;

/*
 * A world of one server "local" with one instance "ollama" that listens at `address` ("0.0.0.0:11434")
 * and keeps its models under `dir`, laid out as Ollama does (manifests/, blobs/). A model takes memory
 * of its size: a mem-NNNm model NNN MiB, one of the catalogue a 64th. While it generates it takes `percent`
 * (1 to 100) of a core. NULL with a message in `error`, which is
 * Ollama's own where it, too, would not start: the folders are missing and cannot be made.
 */
struct world *alone_world(const char *address, const char *dir, unsigned percent, struct alone **alone,
	char *error, size_t size);
/* After world_free(). */
void alone_free(struct alone *alone);

#endif
