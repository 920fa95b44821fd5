/* Siblings: recorded inspections of containers on Docker 20.10, and what other engines would show. */
#include "ops/clone.h"

#include "recorded.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define HASH64 "f07a31a44c626247103ff1c6cce363fb7ac25a995e1a4a739d3bcfc7c0277b47"

static struct parse_error error;

static const struct clone_change fourth = {.name = "ollama-4", .host_port = 11437, .operation_id = "op-7"};

static cJSON *clone_of(cJSON *template)
{
	cJSON *body = clone_body(template, &fourth, &error);
	cr_assert_not_null(body, "%s", error.text);
	return body;
}

#define is(tree, path, json) cr_expect_str_eq(text_at(tree, path), json, "%s", path)

/* All members of `a` but those named are in `b` with the same values, and the other way round. */
static void equal_but(const cJSON *a, const cJSON *b, const char *const *but)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, a)
	{
		bool excepted = false;
		for (const char *const *name = but; *name != NULL; name++)
			excepted |= strcmp(*name, item->string) == 0;
		if (excepted)
			continue;
		const cJSON *other = cJSON_GetObjectItemCaseSensitive(b, item->string);
		cr_expect(cJSON_Compare(item, other, true), "%s differs", item->string);
	}
}

Test(clone, keeps_all_that_it_does_not_change)
{
	static const char *const config[] = {
		"Hostname", "Image", "Labels", "OnBuild", "Entrypoint", "HostConfig", NULL};
	static const char *const host[] = {"PortBindings", "ContainerIDFile", "ConsoleSize", NULL};
	cJSON *template = recorded("ops", "inspect-options.json"), *body = clone_of(template);
	equal_but(at(template, "Config"), body, config);
	equal_but(body, at(template, "Config"), config);
	equal_but(at(template, "HostConfig"), at(body, "HostConfig"), host);
	equal_but(at(body, "HostConfig"), at(template, "HostConfig"), host);
	is(body, "HostConfig PortBindings",
		"{\"11434/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"11437\"}]}");
	is(body, "Image", "\"sha256:2170a61bde359ab2ed9fe6808dda6657faf04bd26b420dac1c0591c3f6c801c7\"");
	is(body, "Hostname", "(nothing)");
	is(body, "Labels",
		"{\"tier\":\"gpu\",\"traefik.http.services.ollama-84.loadbalancer.server.port\":\"11434\","
		"\"ollama-top.operation\":\"op-7\"}");
	is(body, "NetworkingConfig", "(nothing)");
	cJSON *networks = clone_networks(template, &fourth, &error);
	is(networks, "", "[]");
	cJSON_Delete(networks);
	cJSON_Delete(body);
	cJSON_Delete(template);
}

/* What is shown as null is what the engine would fill in from the image. */
Test(clone, an_entrypoint_that_was_taken_away_stays_away)
{
	cJSON *template = recorded("ops", "inspect-options.json"), *body = clone_of(template);
	is(body, "Entrypoint", "[\"\"]");
	cJSON_Delete(body);
	set(template, "Config Entrypoint", "[\"/bin/ollama\"]");
	body = clone_of(template);
	is(body, "Entrypoint", "[\"/bin/ollama\"]");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

Test(clone, templates_of_other_recordings)
{
	static const char *const names[] = {"docker-inspect-1.json", "docker-inspect-unhealthy.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		cJSON *template = recorded("net", names[i]), *body = clone_body(template, &fourth, &error);
		cr_assert_not_null(body, "%s: %s", names[i], error.text);
		cr_expect_not_null(
			strstr(text_at(body, "HostConfig PortBindings"), "\"11437\""), "%s", names[i]);
		cr_expect(cJSON_Compare(
			at(body, "HostConfig Memory"), at(template, "HostConfig Memory"), true));
		cJSON_Delete(body);
		cJSON_Delete(template);
	}
}

Test(clone, of_compose_is_a_service_of_its_own)
{
	cJSON *template = recorded("ops", "inspect-compose.json");
	set(template, "Config Labels com.docker.compose.replace", "\"ollama-3\"");
	set(template, "Config Labels com.docker.compose.image", "\"sha256:2170\"");
	cJSON *body = clone_of(template), *networks = clone_networks(template, &fourth, &error);
	is(body, "Labels com.docker.compose.project", "\"fleet\"");
	is(body, "Labels com.docker.compose.service", "\"ollama-4\"");
	is(body, "Labels com.docker.compose.container-number", "\"1\"");
	is(body, "Labels com.docker.compose.config-hash", "\"ollama-top\"");
	is(body, "Labels com.docker.compose.replace", "(nothing)");
	is(body, "Labels com.docker.compose.image", "\"sha256:2170\"");
	is(body, "Labels com.docker.compose.oneoff", "\"False\"");
	/* Its one network has a fixed address and the template's name for alias: nothing is left. */
	is(body, "HostConfig NetworkMode", "\"fleet_back\"");
	is(body, "NetworkingConfig", "(nothing)");
	is(networks, "",
		"[{\"Body\":{\"Container\":\"ollama-4\",\"EndpointConfig\":{\"Aliases\":[\"llm\"]}},"
		"\"Network\":\"fleet_front\"}]");
	cJSON_Delete(networks);
	cJSON_Delete(body);
	cJSON_Delete(template);
}

Test(clone, labels_of_compose_come_only_with_compose)
{
	cJSON *template = recorded("net", "docker-inspect-1.json"), *body = clone_of(template);
	is(body, "Labels", "{\"tier\":\"gpu\",\"ollama-top.operation\":\"op-7\"}");
	cJSON_Delete(body);
	set(template, "Config Labels", "null");
	body = clone_of(template);
	is(body, "Labels", "{\"ollama-top.operation\":\"op-7\"}");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

/* Compose binds the anonymous volumes of what it recreates by name, and says so in the environment. */
Test(clone, anonymous_volumes_are_not_shared)
{
	cJSON *template = recorded("ops", "inspect-recreated.json"), *body = clone_of(template);
	is(body, "HostConfig Binds", "[\"/srv/clone-record/store:/root/.ollama:ro\"]");
	is(body, "HostConfig Mounts", "[{\"Type\":\"volume\",\"Target\":\"/scratch\"}]");
	is(body, "Env", "[]");
	cJSON_Delete(body);
	set(template, "HostConfig Binds",
		"[\"models:/models:ro\", \"" HASH64 ":/a:nocopy,ro\", \"" HASH64 ":/b\", \"/" HASH64
		":/c\"]");
	set(template, "HostConfig Mounts",
		"[{\"Type\":\"volume\",\"Source\":\"" HASH64 "\",\"Target\":\"/d\",\"ReadOnly\":true},"
		"{\"Type\":\"volume\",\"Source\":\"named\",\"Target\":\"/e\"},"
		"{\"Type\":\"bind\",\"Source\":\"" HASH64 "\",\"Target\":\"/f\"}]");
	body = clone_of(template);
	is(body, "HostConfig Binds", "[\"models:/models:ro\",\"/" HASH64 ":/c\"]");
	is(body, "HostConfig Mounts",
		"[{\"Type\":\"volume\",\"Target\":\"/d\",\"ReadOnly\":true},"
		"{\"Type\":\"volume\",\"Source\":\"named\",\"Target\":\"/e\"},"
		"{\"Type\":\"bind\",\"Source\":\"" HASH64 "\",\"Target\":\"/f\"},"
		"{\"Type\":\"volume\",\"Target\":\"/"
		"a\",\"ReadOnly\":true,\"VolumeOptions\":{\"NoCopy\":true}},"
		"{\"Type\":\"volume\",\"Target\":\"/b\"}]");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

Test(clone, gpus_are_asked_for_again)
{
	static const char requests[] =
		"[{\"Driver\":\"\",\"Count\":-1,\"DeviceIDs\":null,\"Capabilities\":[[\"gpu\"]],"
		"\"Options\":{}}]";
	cJSON *template = recorded("ops", "inspect-options.json");
	set(template, "HostConfig DeviceRequests", requests);
	set(template, "HostConfig Runtime", "\"nvidia\"");
	cJSON *body = clone_of(template);
	is(body, "HostConfig DeviceRequests", requests);
	is(body, "HostConfig Runtime", "\"nvidia\"");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

/* Docker 25 and newer: DNSNames, no short id among the aliases, a MAC address in each endpoint. */
Test(clone, endpoints_of_newer_engines)
{
	cJSON *template = recorded("ops", "inspect-compose.json");
	set(template, "Config MacAddress", "\"02:42:ac:1f:08:09\"");
	set(template, "Config Hostname", "\"ollama-3\"");
	set(template, "NetworkSettings Networks",
		"{\"fleet_front\": {\"IPAMConfig\": {}, \"Links\": null, \"Aliases\": [\"ollama-3\", "
		"\"ollama-3\", \"llm\"],"
		"  \"MacAddress\": \"02:42:ac:12:00:02\", \"DriverOpts\": {\"a\": \"b\"}, \"GwPriority\": 0, "
		"\"NetworkID\": \"12\","
		"  \"DNSNames\": [\"ollama-3\", \"d7b0608a9eaf\"]},"
		" \"fleet_back\": {\"IPAMConfig\": {\"IPv4Address\": \"172.31.8.9\"}, \"Aliases\": "
		"[\"ollama-3\", \"gpu\"],"
		"  \"MacAddress\": \"02:42:ac:1f:08:09\", \"GwPriority\": 5, \"NetworkID\": \"34\"}}");
	cJSON *body = clone_of(template), *networks = clone_networks(template, &fourth, &error);
	is(body, "MacAddress", "(nothing)");
	is(body, "Hostname", "\"ollama-4\"");
	is(body, "NetworkingConfig",
		"{\"EndpointsConfig\":{\"fleet_back\":{\"GwPriority\":5,\"Aliases\":[\"gpu\"]}}}");
	is(networks, "0 Body EndpointConfig", "{\"DriverOpts\":{\"a\":\"b\"},\"Aliases\":[\"llm\"]}");
	is(networks, "1", "(nothing)");
	cJSON_Delete(networks);
	cJSON_Delete(body);
	cJSON_Delete(template);
}

Test(clone, the_first_network_is_that_of_the_mode)
{
	static const struct {
		const char *mode, *networks, *result, *endpoints;
		int further;
	} cases[] = {
		{"\"default\"", "{\"bridge\": {\"Aliases\": [\"x\"]}}", "\"default\"", "(nothing)", 0},
		{"\"bridge\"", "{\"bridge\": {\"Aliases\": null}, \"n\": {}}", "\"bridge\"", "(nothing)", 1},
		{"\"\"", "{\"bridge\": {}}", "\"\"", "(nothing)", 0},
		{"\"0123456789abcdef\"",
			"{\"m\": {\"NetworkID\": \"ff\"}, \"n\": {\"NetworkID\": \"0123456789abcdef0\", "
			"\"Aliases\": [\"x\"]}}",
			"\"n\"", "{\"n\":{\"Aliases\":[\"x\"]}}", 1},
		/* The template was disconnected from the network that it was created with. */
		{"\"left\"", "{\"n\": {\"Aliases\": [\"x\"]}, \"m\": {}}", "\"n\"",
			"{\"n\":{\"Aliases\":[\"x\"]}}", 1},
		{"\"default\"", "{\"n\": {}}", "\"n\"", "(nothing)", 0},
		{"\"n\"", "{}", "\"n\"", "(nothing)", 0},
		{"\"n\"", "null", "\"n\"", "(nothing)", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *template = recorded("ops", "inspect-compose.json");
		set(template, "HostConfig NetworkMode", cases[i].mode);
		set(template, "NetworkSettings Networks", cases[i].networks);
		cJSON *body = clone_of(template), *networks = clone_networks(template, &fourth, &error);
		is(body, "HostConfig NetworkMode", cases[i].result);
		is(body, "NetworkingConfig EndpointsConfig", cases[i].endpoints);
		cr_expect_eq(cJSON_GetArraySize(networks), cases[i].further, "case %zu", i);
		cJSON_Delete(networks);
		cJSON_Delete(body);
		cJSON_Delete(template);
	}
}

Test(clone, ports)
{
	static const struct {
		const char *env, *bindings, *all, *result;
	} cases[] = {
		{"null", "{\"11434/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"11434\"}]}", "false",
			"{\"11434/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11437\"}]}"},
		/* Two addresses stay two; the same one twice would be refused at the same port. */
		{"null",
			"{\"11434/tcp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"1\"}, {\"HostIp\": "
			"\"::1\", \"HostPort\": \"1\"},"
			"{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"2\"}]}",
			"false",
			"{\"11434/"
			"tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"11437\"},{\"HostIp\":\"::1\","
			"\"HostPort\":\"11437\"}]}"},
		{"[\"OLLAMA_HOST=http://0.0.0.0:8000\"]", "{\"8000/tcp\": [{\"HostPort\": \"80\"}]}", "false",
			"{\"8000/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11437\"}]}"},
		/* Not Ollama's port, but the only one there is: somebody else forwards it inside. */
		{"null", "{\"9/udp\": null, \"8080/tcp\": [{\"HostPort\": \"80\"}]}", "false",
			"{\"9/udp\":null,\"8080/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11437\"}]}"},
		/* Another one at a port that the engine picks is no obstacle. */
		{"null",
			"{\"11434/tcp\": [{\"HostPort\": \"\"}], \"9000/tcp\": [{\"HostIp\": \"\", "
			"\"HostPort\": \"0\"}]}",
			"false",
			"{\"9000/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"0\"}],\"11434/"
			"tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11437\"}]}"},
		{"null", "null", "true", "{\"11434/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11437\"}]}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *template = recorded("ops", "inspect-options.json");
		set(template, "Config Env", cases[i].env);
		set(template, "HostConfig PortBindings", cases[i].bindings);
		set(template, "HostConfig PublishAllPorts", cases[i].all);
		cJSON *body = clone_of(template), *wanted = cJSON_Parse(cases[i].result);
		cr_expect(cJSON_Compare(at(body, "HostConfig PortBindings"), wanted, true), "case %zu: %s", i,
			text_at(body, "HostConfig PortBindings"));
		cJSON_Delete(wanted);
		cJSON_Delete(body);
		cJSON_Delete(template);
	}
}

Test(clone, refusals)
{
	static const struct {
		const char *path, *json, *sentence;
	} cases[] = {
		{"HostConfig NetworkMode", "\"host\"",
			"ollama-3 is on the host's own network, where a second one would want the same port: "
			"recreate it with a published port"},
		{"HostConfig NetworkMode", "\"container:abc\"",
			"ollama-3 uses the network of another container, which the clone would lose track "
			"of: give it "
			"a network of its own"},
		{"HostConfig NetworkMode", "\"none\"",
			"ollama-3 has no network, so nobody could reach its clone"},
		{"HostConfig PortBindings",
			"{\"11434/tcp\": [{\"HostPort\": \"1\"}], \"9000/tcp\": [{\"HostPort\": \"9090\"}]}",
			"ollama-3 also publishes 9000/tcp at port 9090 of the host, which only one container "
			"can have"},
		{"HostConfig PortBindings", "{}",
			"ollama-3 does not publish the port of its Ollama, so its clone could not be "
			"reached"},
		{"HostConfig PortBindings",
			"{\"1/tcp\": [{\"HostPort\": \"\"}], \"2/tcp\": [{\"HostPort\": \"\"}]}",
			"ollama-3 does not publish the port of its Ollama, so its clone could not be "
			"reached"},
		{"Config Labels com.docker.swarm.service.name", "\"llm\\u001b[31m\"",
			"ollama-3 is a task of the Swarm service llm[31m: scale or update the service"},
		{"Image", "null", "the inspection of ollama-3 does not tell the id of its image"},
		{"HostConfig", "7",
			"the inspection of ollama-3 lacks its name, id, Config or HostConfig: the engine is "
			"not one that "
			"this program knows"},
		{"Id", "\"12\"",
			"the inspection of ollama-3 lacks its name, id, Config or HostConfig: the engine is "
			"not one that "
			"this program knows"},
		{"Name", "\"/\"",
			"the inspection of the container lacks its name, id, Config or HostConfig: the "
			"engine is not one "
			"that this program knows"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *template = recorded("ops", "inspect-options.json");
		set(template, cases[i].path, cases[i].json);
		cr_expect_null(clone_body(template, &fourth, &error), "case %zu", i);
		cr_expect_str_eq(error.text, cases[i].sentence);
		cJSON_Delete(template);
	}
}

/* Go reads no exponent as a whole number, and no number beyond 64 bits. */
Test(clone, large_numbers_are_written_out)
{
	cJSON *template = recorded("ops", "inspect-options.json");
	set(template, "HostConfig Memory", "1000000000000000");
	set(template, "HostConfig MemorySwap", "1125899906842624");
	set(template, "HostConfig Ulimits",
		"[{\"Name\":\"as\",\"Hard\":9223372036854775807,\"Soft\":-9223372036854775808}]");
	set(template, "HostConfig BlkioDeviceReadBps", "[1, 2000000000000000, 3]");
	set(template, "HostConfig ShmSize", "999999999999999");
	cJSON *body = clone_of(template);
	is(body, "HostConfig Memory", "1000000000000000");
	is(body, "HostConfig MemorySwap", "1125899906842624");
	is(body, "HostConfig Ulimits 0 Hard", "9223372036854775807");
	is(body, "HostConfig Ulimits 0 Soft", "-9223372036854775808");
	is(body, "HostConfig BlkioDeviceReadBps", "[1,2000000000000000,3]");
	is(body, "HostConfig ShmSize", "999999999999999");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

Test(clone, what_an_engine_shows_but_does_not_take)
{
	cJSON *template = recorded("ops", "inspect-options.json");
	set(template, "HostConfig UTSMode", "\"host\"");
	set(template, "Config Hostname", "\"server84\"");
	set(template, "HostConfig MemorySwappiness", "-1");
	cJSON *body = clone_of(template);
	is(body, "Hostname", "(nothing)");
	is(body, "HostConfig MemorySwappiness", "(nothing)");
	cJSON_Delete(body);
	set(template, "HostConfig UTSMode", "\"\"");
	set(template, "HostConfig MemorySwappiness", "0");
	body = clone_of(template);
	is(body, "Hostname", "\"server84\"");
	is(body, "HostConfig MemorySwappiness", "0");
	cJSON_Delete(body);
	cJSON_Delete(template);
}

/* Every member in turn with a value of another type: no crash, and a body or a sentence. */
static void twist(cJSON *template, cJSON *parent)
{
	static const char *const values[] = {
		"null", "[]", "{}", "\"x\"", "7", "[null]", "{\"a\":null}", "true"};
	for (int i = 0; i < cJSON_GetArraySize(parent); i++) {
		cJSON *item = cJSON_GetArrayItem(parent, i);
		twist(template, item);
		for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
			for (int port = 0; port <= 11437; port += 11437) {
				struct clone_change change = {
					.name = "n", .host_port = port, .operation_id = "o"};
				cJSON kept = *item, *value = cJSON_Parse(values[k]);
				item->type = value->type;
				item->child = value->child;
				item->valuestring = value->valuestring;
				item->valuedouble = value->valuedouble;
				cJSON *body = clone_body(template, &change, &error);
				cr_assert((body == NULL) == (*error.text != '\0'));
				cJSON *networks = clone_networks(template, &change, &error);
				cr_assert((networks == NULL) == (*error.text != '\0'));
				item->type = kept.type;
				item->child = kept.child;
				item->valuestring = kept.valuestring;
				item->valuedouble = kept.valuedouble;
				cJSON_Delete(value);
				cJSON_Delete(body);
				cJSON_Delete(networks);
			}
		}
	}
}

Test(clone, wrong_types_anywhere)
{
	static const char *const names[] = {"inspect-options.json", "inspect-recreated.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		cJSON *template = recorded("ops", names[i]);
		twist(template, template);
		cJSON_Delete(template);
	}
}
