#include "ollama-top/docker.h"

#include "ollama-top/i18n.h"

#include "docker_private.h"
#include "json.h"

#include <string.h>

bool docker_parse_exec_id(const char *body, size_t len, char *id, size_t size, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "exec", error);
	if (tree == NULL)
		return false;
	bool usable = docker_clean_id(json_string(tree, "Id"), id, size);
	cJSON_Delete(tree);
	return usable || json_fail(error, _("exec: the answer has no usable Id"));
}

bool docker_parse_exec_exit(const char *body, size_t len, int *exit_code, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "exec", error);
	if (tree == NULL)
		return false;
	*exit_code = json_true(tree, "Running") ? -1 : json_small(tree, "ExitCode", -1);
	cJSON_Delete(tree);
	return true;
}

bool docker_exec_refused(const char *output)
{
	static const char *const signs[] = {"OCI runtime exec failed", "OCI runtime error",
		"executable file `", "executable file not found"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strstr(output, signs[i]) != NULL)
			return true;
	return false;
}
