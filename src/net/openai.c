#include "ollama-top/openai.h"

#include "ollama-top/i18n.h"

#include "json.h"

#include <stdlib.h>

/* llama.cpp's server tells more of a model under "meta"; vLLM the longest context in the model itself. */
static void read_model(const cJSON *item, struct model_loaded *m)
{
	const cJSON *meta = json_object(item, "meta");
	m->size = json_int(meta, "size", -1);
	m->size_vram = -1;
	m->context = json_int(item, "max_model_len", -1);
	if (m->context < 0)
		m->context = json_int(meta, "n_ctx", -1);
	m->expires_at = m->expires_wall = INT64_MAX;
}

bool openai_parse_models(
	const char *body, size_t len, struct model_loaded **models, size_t *count, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "/v1/models", error);
	const cJSON *list = json_array(tree, "data"), *item;
	int wanted = cJSON_GetArraySize(list);
	if (tree == NULL)
		return false;
	if (list == NULL || wanted > PARSE_LIST_MAX) {
		cJSON_Delete(tree);
		return list == NULL
			       ? json_fail(error, _("%s: the answer has no list of models"), "/v1/models")
			       : json_fail(error, _("%s: more than %d models"), "/v1/models", PARSE_LIST_MAX);
	}
	struct model_loaded *out = calloc((size_t)wanted + 1, sizeof *out);
	size_t n = 0;
	if (out == NULL) {
		cJSON_Delete(tree);
		return json_fail(error, _("out of memory"));
	}
	cJSON_ArrayForEach(item, list)
	{
		char *name = json_text_dup(item, "id");
		if (name == NULL || *name == '\0') {
			free(name);
			continue;
		}
		out[n].name = name;
		read_model(item, &out[n++]);
	}
	cJSON_Delete(tree);
	*models = out;
	*count = n;
	return true;
}

/* {"error": {"message": ...}} of OpenAI and llama.cpp, {"error": ...}, {"message": ...} of vLLM, {"detail": ...} of FastAPI. */
void openai_parse_refusal(const char *body, size_t len, char *text, size_t size)
{
	struct parse_error error;
	cJSON *tree = json_parse(body, len, cJSON_Object, "", &error);
	const cJSON *inner = json_object(tree, "error");
	static const char *const keys[] = {"error", "message", "detail"};
	*text = '\0';
	json_text(inner, "message", text, size);
	for (size_t i = 0; *text == '\0' && i < sizeof keys / sizeof *keys; i++)
		json_text(tree, keys[i], text, size);
	cJSON_Delete(tree);
}
