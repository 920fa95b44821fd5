/*
 * sha256.h - SHA-256 (FIPS 180-4) of what is in memory: Ollama names manifests and blobs by it, Docker the folders of its
 * contexts.
 */
#ifndef OLLAMA_TOP_SHA256_H
#define OLLAMA_TOP_SHA256_H

#include <stddef.h>

/* Writes 64 hex digits and a NUL. */
void sha256_hex(const void *data, size_t len, char out[65]);

#endif
