/* Successors: the same place, another image. */
#include "ops/clone.h"

#include "recorded.h"

#include <criterion/criterion.h>

static struct parse_error error;

static cJSON *template, *old_image;

static void start(void)
{
	template = recorded("ops", "inspect-fixed.json");
	old_image = recorded("ops", "image-1.json");
}

static void end(void)
{
	cJSON_Delete(template);
	cJSON_Delete(old_image);
}

TestSuite(successor, .init = start, .fini = end);

#define is(tree, path, json) cr_expect_str_eq(text_at(tree, path), json, "%s", path)

static cJSON *successor(const cJSON *image_of_template)
{
	struct clone_change change = {
		.name = "upgraded",
		.image = "sha256:new",
		.old_image = image_of_template,
		.operation_id = "op-8",
	};
	cJSON *body = clone_body(template, &change, &error);
	cr_assert_not_null(body, "%s", error.text);
	return body;
}

Test(successor, takes_from_the_new_image_what_came_from_the_old)
{
	cJSON *body = successor(old_image);
	is(body, "Image", "\"sha256:new\"");
	is(body, "Env", "[\"MINE=yes\"]");
	is(body, "Labels", "{\"ollama-top.operation\":\"op-8\"}");
	is(body, "ExposedPorts", "{\"9000/tcp\":{}}");
	is(body, "Volumes", "{}");
	is(body, "WorkingDir", "(nothing)");
	is(body, "User", "(nothing)");
	is(body, "Entrypoint", "(nothing)");
	is(body, "Cmd", "[\"--ollama\",\"0.0.0.0:11434\",\"--models-dir\",\"/var/models\"]");
	cJSON_Delete(body);
}

Test(successor, keeps_all_when_the_old_image_is_not_known)
{
	cJSON *body = successor(NULL);
	is(body, "Env", "[\"MINE=yes\",\"RELEASE=1\",\"OLLAMA_HOST=0.0.0.0:11434\"]");
	is(body, "Labels", "{\"release\":\"1\",\"ollama-top.operation\":\"op-8\"}");
	is(body, "WorkingDir", "\"/root\"");
	is(body, "Entrypoint", "[\"/bin/ollama-top-sim\"]");
	cJSON_Delete(body);
}

Test(successor, keeps_what_the_operator_set)
{
	set(template, "Config Env", "[\"RELEASE=mine\", \"OLLAMA_HOST=0.0.0.0:11434\"]");
	set(template, "Config WorkingDir", "\"/srv\"");
	set(template, "Config Labels", "{\"release\": \"mine\"}");
	set(template, "Config Healthcheck", "{\"Test\": [\"NONE\"]}");
	set(template, "Config StopSignal", "\"SIGINT\"");
	set(old_image, "Config Healthcheck", "{\"Test\": [\"CMD\", \"true\"]}");
	set(old_image, "Config StopSignal", "\"SIGINT\"");
	cJSON *body = successor(old_image);
	is(body, "Env", "[\"RELEASE=mine\"]");
	is(body, "WorkingDir", "\"/srv\"");
	is(body, "Labels release", "\"mine\"");
	is(body, "Healthcheck", "{\"Test\":[\"NONE\"]}");
	is(body, "StopSignal", "(nothing)");
	cJSON_Delete(body);
}

/* The engine takes an image's command only together with its entrypoint. */
Test(successor, command_and_entrypoint)
{
	static const struct {
		const char *entrypoint, *cmd, *new_entrypoint, *new_cmd;
	} cases[] = {
		{"[\"/bin/ollama-top-sim\"]", "[\"--help\"]", "(nothing)", "(nothing)"},
		{"[\"/bin/ollama-top-sim\"]", "[\"-V\"]", "(nothing)", "[\"-V\"]"},
		{"[\"/bin/sh\"]", "[\"--help\"]", "[\"/bin/sh\"]", "[\"--help\"]"},
		{"[\"/bin/sh\"]", "null", "[\"/bin/sh\"]", "null"},
		{"null", "[\"/bin/sh\"]", "[\"\"]", "[\"/bin/sh\"]"},
		{"[]", "[\"--help\"]", "[\"\"]", "[\"--help\"]"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		set(template, "Config Entrypoint", cases[i].entrypoint);
		set(template, "Config Cmd", cases[i].cmd);
		cJSON *body = successor(old_image);
		is(body, "Entrypoint", cases[i].new_entrypoint);
		is(body, "Cmd", cases[i].new_cmd);
		cJSON_Delete(body);
	}
	set(old_image, "Config Entrypoint", "null");
	set(template, "Config Entrypoint", "null");
	cJSON *body = successor(old_image);
	is(body, "Entrypoint", "(nothing)");
	cJSON_Delete(body);
}

Test(successor, stays_in_its_place)
{
	set(template, "Config MacAddress", "\"02:42:ac:1f:08:09\"");
	set(template, "Config Hostname", "\"upgraded-old\"");
	cJSON *body = successor(old_image);
	is(body, "HostConfig PortBindings",
		"{\"11434/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"11440\"}],"
		"\"9000/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"9100\"}]}");
	is(body, "HostConfig Binds",
		"[\"2221bf6927cdfc83c867b7a6036ff95e595ae94574c3ef492a7b411ade790ed6:/var/models\"]");
	is(body, "NetworkingConfig EndpointsConfig",
		"{\"fixed\":{\"IPAMConfig\":{\"IPv4Address\":\"172.31.7.9\"},\"Aliases\":[\"llm\"]}}");
	is(body, "MacAddress", "\"02:42:ac:1f:08:09\"");
	is(body, "Hostname", "\"upgraded-old\"");
	cJSON_Delete(body);
}

Test(successor, keeps_its_volumes_where_they_are_bound_already)
{
	cJSON_Delete(template);
	template = recorded("ops", "inspect-options.json");
	set(template, "HostConfig Binds", "[\"/srv/store:/root/.ollama:ro\", \"models:/models/:ro\"]");
	cJSON *body = successor(NULL);
	is(body, "HostConfig Binds",
		"[\"/srv/store:/root/.ollama:ro\",\"models:/models/:ro\","
		"\"f07a31a44c626247103ff1c6cce363fb7ac25a995e1a4a739d3bcfc7c0277b47:/scratch\"]");
	is(body, "HostConfig Mounts 1",
		"{\"Type\":\"volume\",\"Target\":\"/cache\","
		"\"Source\":\"a845638fb5fec1725c745e72cc64ac0f1f81d7badae1d86844af9750b9e478c5\"}");
	cJSON_Delete(body);
}

Test(successor, of_compose_stays_what_it_was)
{
	cJSON_Delete(template);
	template = recorded("ops", "inspect-compose.json");
	set(template, "Config Labels com.docker.compose.image", "\"sha256:old\"");
	cJSON *body = successor(NULL);
	is(body, "Labels com.docker.compose.service", "\"ollama-3\"");
	is(body, "Labels com.docker.compose.config-hash",
		"\"aa349b9be95f67a000df100c3cbff34a4a6345fc77257a3fdbba2be073d4df96\"");
	is(body, "Labels com.docker.compose.image", "\"sha256:new\"");
	is(body, "NetworkingConfig EndpointsConfig fleet_back",
		"{\"IPAMConfig\":{\"IPv4Address\":\"172.31.8.9\"},\"Aliases\":[\"ollama-3\"]}");
	cJSON_Delete(body);
}

Test(successor, may_be_on_the_host_network)
{
	set(template, "HostConfig NetworkMode", "\"host\"");
	set(template, "HostConfig PortBindings", "{}");
	set(template, "NetworkSettings Networks", "{\"host\": {\"Aliases\": null, \"NetworkID\": \"12\"}}");
	cJSON *body = successor(old_image);
	is(body, "HostConfig NetworkMode", "\"host\"");
	is(body, "NetworkingConfig", "(nothing)");
	cJSON_Delete(body);
}

Test(successor, needs_something_to_go_back_to)
{
	struct clone_change change = {.name = "upgraded", .image = "sha256:new", .operation_id = "op-8"};
	set(template, "HostConfig AutoRemove", "true");
	cr_expect_null(clone_body(template, &change, &error));
	cr_expect_str_eq(error.text,
		"upgraded-old is removed by the engine when it stops (--rm), so there would be "
		"nothing to go back to: recreate it without --rm");
	change.host_port = 11500;
	set(template, "HostConfig PortBindings 9000/tcp", "null");
	cJSON *body = clone_body(template, &change, &error);
	cr_expect_not_null(body, "%s", error.text);
	cJSON_Delete(body);
}
