/*
 * manifest.c - where Ollama keeps a model's manifest: MODELS/manifests/HOST/NAMESPACE/NAME/TAG.
 */
#include "ollama-top/probe.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_HOST      "registry.ollama.ai"
#define DEFAULT_NAMESPACE "library"
#define DEFAULT_TAG       "latest"

bool probe_manifest_path(char *path, size_t size, const char *models, const char *model)
{
	const char *slash = strrchr(model, '/'), *first = strchr(model, '/');
	const char *name = slash ? slash + 1 : model;
	const char *colon = strchr(name, ':');
	const int name_len = (int)(colon ? (size_t)(colon - model) : strlen(model));
	const char *prefix = !slash           ? DEFAULT_HOST "/" DEFAULT_NAMESPACE "/"
			     : first == slash ? DEFAULT_HOST "/"
					      : "";

	/* a name from a server must not lead out of the store */
	if (strstr(model, "..") || model[0] == '/' || *name == '\0' || *name == ':' ||
		(colon && colon[1] == '\0'))
		return false;
	return (size_t)snprintf(path, size, "%s/manifests/%s%.*s/%s", models, prefix, name_len, model,
		       colon ? colon + 1 : DEFAULT_TAG) < size;
}
