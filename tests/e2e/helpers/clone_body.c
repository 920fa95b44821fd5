/*
 * clone_body.c - what would be sent to clone a container: its inspection on standard input, the requests on
 * standard output as {"body": ..., "networks": [...]}. Status 3 with the sentence when it is refused.
 *
 *   clone-body NAME PORT OPERATION [IMAGE [FILE]]      PORT 0: a successor; FILE: inspection of the old image
 */
#include "ops/clone.h"

#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1 << 20)

static cJSON *read_json(FILE *f)
{
	char *data = f != NULL ? calloc(1, INPUT_MAX) : NULL;
	if (data == NULL)
		return NULL;
	cJSON *tree = cJSON_ParseWithLength(data, fread(data, 1, INPUT_MAX, f));
	free(data);
	return tree;
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc > 6) {
		fputs("usage: clone-body NAME PORT OPERATION [IMAGE [FILE]] <INSPECTION\n", stderr);
		return 2;
	}
	FILE *f = argc > 5 ? fopen(argv[5], "rb") : NULL;
	cJSON *inspected = read_json(stdin), *old_image = read_json(f);
	if (f != NULL)
		fclose(f);
	if (inspected == NULL || (argc > 5 && old_image == NULL)) {
		fputs("clone-body: no JSON\n", stderr);
		return 2;
	}
	struct clone_change change = {
		.name = argv[1],
		.host_port = atoi(argv[2]),
		.operation_id = argv[3],
		.image = argc > 4 ? argv[4] : NULL,
		.old_image = old_image,
	};
	struct parse_error error;
	cJSON *out = cJSON_CreateObject();
	cJSON *body = clone_body(inspected, &change, &error);
	cJSON *networks = body != NULL ? clone_networks(inspected, &change, &error) : NULL;
	int status = 0;
	if (networks == NULL) {
		fprintf(stderr, "%s\n", error.text);
		cJSON_Delete(body);
		status = 3;
	} else {
		cJSON_AddItemToObject(out, "body", body);
		cJSON_AddItemToObject(out, "networks", networks);
		char *text = cJSON_PrintUnformatted(out);
		puts(text);
		cJSON_free(text);
	}
	cJSON_Delete(out);
	cJSON_Delete(inspected);
	cJSON_Delete(old_image);
	return status;
}
