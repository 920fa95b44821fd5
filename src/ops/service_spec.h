/*
 * service_spec.h - the body of POST /services/{id}/update that changes one number alone.
 */
#ifndef OLLAMA_TOP_OPS_SERVICE_SPEC_H
#define OLLAMA_TOP_OPS_SERVICE_SPEC_H

#include <stddef.h>

/*
 * The spec in an answer of GET /services/{id}, byte for byte as the engine gave it but for one number: what this program
 * knows nothing of stays, and no number is rounded. NULL when there is no place for the number, or out of memory. The
 * caller frees.
 */
char *service_spec_scaled(const char *body, size_t len, int replicas); /* Mode.Replicated.Replicas */
char *service_spec_forced(const char *body, size_t len); /* TaskTemplate.ForceUpdate, one more */

#endif
