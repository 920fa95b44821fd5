#include "recorded.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cJSON *recorded(const char *folder, const char *name)
{
	static char data[1 << 17];
	char path[4096];
	const char *root = getenv("srcdir");
	snprintf(path, sizeof path, "%s/tests/unit/%s/data/%s", root != NULL ? root : ".", folder, name);
	FILE *f = fopen(path, "rb");
	cr_assert_not_null(f, "cannot read %s", path);
	cJSON *tree = cJSON_ParseWithLength(data, fread(data, 1, sizeof data, f));
	fclose(f);
	cr_assert_not_null(tree, "%s is not JSON", path);
	return tree;
}

static cJSON *child(const cJSON *tree, const char *key)
{
	return cJSON_IsArray(tree) ? cJSON_GetArrayItem(tree, atoi(key))
				   : cJSON_GetObjectItemCaseSensitive(tree, key);
}

cJSON *at(const cJSON *tree, const char *path)
{
	char copy[256], *rest = NULL;
	snprintf(copy, sizeof copy, "%s", path);
	cJSON *item = (cJSON *)tree;
	for (char *key = strtok_r(copy, " ", &rest); key != NULL && item != NULL;
		key = strtok_r(NULL, " ", &rest))
		item = child(item, key);
	return item;
}

void set(cJSON *tree, const char *path, const char *json)
{
	char parent[256];
	snprintf(parent, sizeof parent, "%s", path);
	char *key = strrchr(parent, ' ');
	cJSON *object = key != NULL ? at(tree, (*key = '\0', parent)) : tree;
	key = key != NULL ? key + 1 : parent;
	cJSON *value = cJSON_Parse(json);
	cr_assert_not_null(value, "not JSON: %s", json);
	cr_assert(cJSON_IsObject(object), "no object at %s", parent);
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	cJSON_AddItemToObject(object, key, value);
}

const char *text_at(const cJSON *tree, const char *path)
{
	static char text[1 << 16];
	cJSON *item = at(tree, path);
	if (item == NULL)
		return "(nothing)";
	cr_assert(cJSON_PrintPreallocated(item, text, sizeof text, false));
	return text;
}
