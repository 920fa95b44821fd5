/* Compose files from recorded inspections of Docker 20.10, and from hostile ones; read back by libyaml. */
#include "cli/compose.h"
#include "cli/yaml_write.h"

#include "../ops/recorded.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define IMAGE \
	"{\"Id\":\"sha256:2170a61bde359ab2ed9fe6808dda6657faf04bd26b420dac1c0591c3f6c801c7\",\"Config\":{}}"
#define LIST_MAX 64

struct made {
	cJSON *container, *image;
	struct compose_file file;
	struct parse_error error;
	bool fine;
};

static struct made made_of(cJSON *container, const char *image)
{
	struct made m = {.container = container, .image = cJSON_Parse(image)};
	const struct compose_part part = {
		.container = container, .image = m.image, .named = m.image, .instance = true};
	m.fine = compose_make(&m.file, &part, 1, &m.error);
	return m;
}

static struct made made_well(cJSON *container)
{
	struct made m = made_of(container, IMAGE);
	cr_assert(m.fine, "%s", m.error.text);
	return m;
}

static void unmake(struct made *m)
{
	compose_free(&m->file);
	cJSON_Delete(m->container);
	cJSON_Delete(m->image);
}

#define is(m, path, json) \
	cr_expect_str_eq( \
		text_at((m).file.document, path), json, "%s: %s", path, text_at((m).file.document, path))

static bool notes(const struct made *m, const char *text)
{
	for (size_t i = 0; i < m->file.note_count; i++) {
		if (strstr(m->file.notes[i], text)) {
			return true;
		}
	}
	return false;
}

/* ---- reading back what was written ---- */

static cJSON *read_node(yaml_document_t *doc, const yaml_node_t *node)
{
	cr_assert_not_null(node);
	if (node->type == YAML_SCALAR_NODE) {
		const char *text = (const char *)node->data.scalar.value;
		cr_assert_eq(strlen(text), node->data.scalar.length);
		return node->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? cJSON_CreateString(text)
										  : cJSON_Parse(text);
	}
	if (node->type == YAML_SEQUENCE_NODE) {
		cJSON *list = cJSON_CreateArray();
		for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top;
			i++) {
			cJSON_AddItemToArray(list, read_node(doc, yaml_document_get_node(doc, *i)));
		}
		return list;
	}
	cJSON *map = cJSON_CreateObject();
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = yaml_document_get_node(doc, p->key);
		cJSON_AddItemToObject(map, (const char *)key->data.scalar.value,
			read_node(doc, yaml_document_get_node(doc, p->value)));
	}
	return map;
}

static char *written(const cJSON *tree, enum yaml_reader reader)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	cr_assert(yaml_write(out, tree, reader));
	fclose(out);
	return text;
}

/* Of a tree whose "$" are not doubled, so that it can be compared. */
static void reads_back(const cJSON *tree)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	char *text = written(tree, YAML_PLAIN);
	cr_assert(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const yaml_char_t *)text, strlen(text));
	cr_assert(yaml_parser_load(&parser, &doc), "%s in:\n%s", parser.problem, text);
	cJSON *again = read_node(&doc, yaml_document_get_root_node(&doc));
	char *json = cJSON_PrintUnformatted(tree); /* numbers that were raw text are numbers then */
	cJSON *wanted = cJSON_Parse(json);
	cr_expect(cJSON_Compare(wanted, again, true), "%s", text);
	cJSON_Delete(wanted);
	cJSON_free(json);
	cJSON_Delete(again);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	free(text);
}

/* ---- the recordings ---- */

Test(compose, one_of_compose_keeps_its_service_and_needs_no_removal)
{
	struct made m = made_well(recorded("ops", "inspect-compose.json"));
	cr_expect_str_eq(m.file.project, "fleet");
	cr_expect_str_eq(m.file.file, "/srv/clone-record/fleet/docker-compose.yml");
	cr_expect_eq(m.file.command_count, 0);
	is(m, "services ollama-3 image", "\"ollama-half\"");
	is(m, "services ollama-3 container_name", "\"ollama-3\"");
	is(m, "services ollama-3 labels", "{\"traefik.enable\":\"true\"}");
	is(m, "services ollama-3 mem_limit", "\"256m\"");
	is(m, "services ollama-3 memswap_limit", "(nothing)");
	is(m, "services ollama-3 ports", "[\"127.0.0.1:11436:11434\"]");
	is(m, "services ollama-3 restart", "\"unless-stopped\"");
	is(m, "services ollama-3 volumes", "[\"/srv/clone-record/store:/root/.ollama:ro\",\"/scratch\"]");
	is(m, "services ollama-3 healthcheck",
		"{\"test\":[\"CMD\",\"curl\",\"-f\",\"http://localhost:11434/api/"
		"version\"],\"interval\":\"30s\","
		"\"timeout\":\"10s\",\"retries\":3}");
	is(m, "services ollama-3 networks fleet_back", "{\"ipv4_address\":\"172.31.8.9\",\"priority\":1000}");
	is(m, "services ollama-3 networks fleet_front", "{\"aliases\":[\"llm\"]}");
	is(m, "networks fleet_back", "{\"external\":true,\"name\":\"fleet_back\"}");
	is(m, "services ollama-3 hostname", "(nothing)");
	is(m, "version", "(nothing)");
	cr_expect_eq(m.file.note_count, 0);
	reads_back(m.file.document);
	unmake(&m);
}

Test(compose, one_with_every_option)
{
	struct made m = made_well(recorded("ops", "inspect-options.json"));
	cr_expect_str_eq(m.file.project, "ollama");
	cr_expect_eq(m.file.command_count, 1);
	cr_expect_str_eq(m.file.commands[0], "docker stop ollama-3 && docker rm ollama-3");
	is(m, "services ollama-3 cpus", "1.5");
	is(m, "services ollama-3 mem_reservation", "\"128m\"");
	is(m, "services ollama-3 shm_size", "\"32m\"");
	is(m, "services ollama-3 pids_limit", "200");
	is(m, "services ollama-3 ulimits",
		"{\"core\":{\"soft\":-1,\"hard\":-1},\"nofile\":{\"soft\":2048,\"hard\":4096}}");
	is(m, "services ollama-3 oom_score_adj", "100");
	is(m, "services ollama-3 devices", "[\"/dev/null:/dev/null9:rw\"]");
	is(m, "services ollama-3 logging", "{\"driver\":\"json-file\",\"options\":{\"max-size\":\"1m\"}}");
	is(m, "services ollama-3 ipc", "\"shareable\"");
	is(m, "services ollama-3 init", "true");
	is(m, "services ollama-3 read_only", "true");
	is(m, "services ollama-3 network_mode", "\"bridge\"");
	is(m, "services ollama-3 tmpfs", "[\"/tmp:size=4m,mode=1777\"]");
	is(m, "services ollama-3 sysctls", "{\"net.core.somaxconn\":\"256\"}");
	is(m, "services ollama-3 stop_grace_period", "\"7s\"");
	is(m, "services ollama-3 healthcheck",
		"{\"test\":[\"CMD-SHELL\",\"echo "
		"well\"],\"interval\":\"2s\",\"start_period\":\"1s\",\"retries\":5}");
	is(m, "services ollama-3 volumes 0", "\"/srv/clone-record/store:/root/.ollama:ro,rslave\"");
	is(m, "services ollama-3 volumes 2",
		"{\"type\":\"bind\",\"target\":\"/other\",\"source\":\"/srv/clone-record/store\","
		"\"bind\":{\"propagation\":\"rshared\"},\"read_only\":true}");
	is(m, "services ollama-3 volumes 4",
		"{\"type\":\"tmpfs\",\"target\":\"/fast\",\"tmpfs\":{\"size\":1048576}}");
	is(m, "services ollama-3 volumes 5",
		"\"f07a31a44c626247103ff1c6cce363fb7ac25a995e1a4a739d3bcfc7c0277b47:/scratch\"");
	is(m, "volumes models", "{\"external\":true,\"name\":\"models\"}");
	cr_expect_eq(m.file.note_count, 1, "%s", m.file.note_count > 1 ? m.file.notes[1] : "");
	reads_back(m.file.document);
	unmake(&m);
}

Test(compose, what_compose_recreated_gets_nothing_of_its_own)
{
	struct made m = made_well(recorded("ops", "inspect-recreated.json"));
	is(m, "services ollama-3 environment", "(nothing)");
	is(m, "services ollama-3 volumes", "[\"/srv/clone-record/store:/root/.ollama:ro\",\"/scratch\"]");
	is(m, "volumes", "(nothing)");
	unmake(&m);
}

Test(compose, what_is_the_images_is_left_to_it)
{
	cJSON *image = recorded("ops", "image-1.json");
	char *text = cJSON_PrintUnformatted(image);
	struct made m = made_of(recorded("ops", "inspect-fixed.json"), text);
	cr_assert(m.fine, "%s", m.error.text);
	is(m, "services upgraded-old image", "\"image:1\"");
	is(m, "services upgraded-old environment", "{\"MINE\":\"yes\"}");
	is(m, "services upgraded-old labels", "(nothing)");
	is(m, "services upgraded-old working_dir", "(nothing)");
	is(m, "services upgraded-old entrypoint", "(nothing)");
	is(m, "services upgraded-old command",
		"[\"--ollama\",\"0.0.0.0:11434\",\"--models-dir\",\"/var/models\"]");
	is(m, "services upgraded-old expose", "(nothing)");
	cr_expect(notes(&m, "does not run now (exited)"));
	cJSON_free(text);
	cJSON_Delete(image);
	unmake(&m);
}

/* ---- single traits ---- */

Test(compose, an_entrypoint_that_was_taken_away_stays_away)
{
	struct made m = made_of(recorded("ops", "inspect-options.json"),
		"{\"Id\":\"sha256:x\",\"Config\":{\"Entrypoint\":[\"/bin/x\"],\"Cmd\":[\"y\"]}}");
	is(m, "services ollama-3 entrypoint", "[\"\"]");
	is(m, "services ollama-3 command 0", "\"/bin/ollama-top-sim\"");
	is(m, "services ollama-3 image",
		"\"sha256:2170a61bde359ab2ed9fe6808dda6657faf04bd26b420dac1c0591c3f6c801c7\"");
	cr_expect(notes(&m, "the tag ollama-half has moved"));
	unmake(&m);
}

Test(compose, a_check_that_cannot_run_is_replaced_for_siblings_too)
{
	cJSON *first = recorded("ops", "inspect-compose.json"), *second = cJSON_Duplicate(first, true);
	cJSON *image = cJSON_Parse(IMAGE);
	struct compose_file file;
	struct parse_error error;
	set(first, "State Health",
		"{\"Status\":\"unhealthy\",\"Log\":[{\"ExitCode\":-1,\"Output\":\"OCI runtime exec failed: "
		"exec: \\\"curl\\\": executable file not found in $PATH: unknown\"}]}");
	set(second, "Name", "\"/ollama-4\"");
	set(second, "Config Labels com.docker.compose.service", "\"ollama-4\"");
	const struct compose_part parts[] = {{first, image, image, true}, {second, image, image, true}};
	cr_assert(compose_make(&file, parts, 2, &error));
	for (int i = 3; i <= 4; i++) {
		char path[64];
		snprintf(path, sizeof path, "services ollama-%d healthcheck", i);
		cr_expect_str_eq(text_at(file.document, path),
			"{\"test\":[\"CMD\",\"ollama\",\"ps\"],\"interval\":"
			"\"30s\",\"timeout\":\"10s\",\"retries\":3}");
	}
	cr_expect_eq(file.note_count, 2);
	cr_expect(strstr(file.notes[1], "can never pass") &&
			  strstr(file.notes[1], "\"curl\": executable file not found"),
		"%s", file.notes[1]);
	compose_free(&file);
	cJSON_Delete(first);
	cJSON_Delete(second);
	cJSON_Delete(image);
}

Test(compose, replicas_of_one_service_get_services_of_their_own)
{
	cJSON *first = recorded("ops", "inspect-compose.json"), *second = cJSON_Duplicate(first, true);
	cJSON *image = cJSON_Parse(IMAGE);
	struct compose_file file;
	struct parse_error error;
	set(second, "Name", "\"/fleet_ollama-3_2\"");
	const struct compose_part parts[] = {{first, image, image, true}, {second, image, image, true}};
	cr_assert(compose_make(&file, parts, 2, &error));
	cr_expect_not_null(at(file.document, "services fleet_ollama-3_2"));
	cr_expect_eq(file.command_count, 1);
	cr_expect_str_eq(file.commands[0], "docker stop fleet_ollama-3_2 && docker rm fleet_ollama-3_2");
	compose_free(&file);
	cJSON_Delete(first);
	cJSON_Delete(second);
	cJSON_Delete(image);
}

Test(compose, graphics_cards)
{
	cJSON *container = recorded("ops", "inspect-compose.json");
	set(container, "HostConfig DeviceRequests",
		"[{\"Driver\":\"nvidia\",\"Count\":-1,\"DeviceIDs\":null,\"Capabilities\":[[\"gpu\"]],"
		"\"Options\":{}},"
		"{\"Driver\":\"\",\"Count\":0,\"DeviceIDs\":[\"0\",\"3\"],\"Capabilities\":[[\"gpu\","
		"\"utility\"]]}]");
	struct made m = made_well(container);
	is(m, "services ollama-3 deploy resources reservations devices",
		"[{\"driver\":\"nvidia\",\"count\":\"all\",\"capabilities\":[\"gpu\"]},"
		"{\"device_ids\":[\"0\",\"3\"],\"capabilities\":[\"gpu\",\"utility\"]}]");
	unmake(&m);
}

Test(compose, limits_come_to_the_same_after_cutting)
{
	static const struct {
		const char *nano, *cpus;
	} cases[] = {{"290000000", "0.29"}, {"1000000000", "1"}, {"1", "1e-09"}, {"2300000000", "2.3"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *container = recorded("ops", "inspect-compose.json");
		set(container, "HostConfig NanoCpus", cases[i].nano);
		struct made m = made_well(container);
		const cJSON *cpus = at(m.file.document, "services ollama-3 cpus");
		cr_assert_not_null(cpus);
		cr_expect_eq((long)(strtod(cpus->valuestring, NULL) * 1e9), atol(cases[i].nano), "%s",
			cpus->valuestring);
		unmake(&m);
	}
}

Test(compose, swap_and_sizes)
{
	static const struct {
		const char *memory, *swap, *limit, *swap_limit;
	} cases[] = {
		{"17179869184", "34359738368", "\"16g\"", "(nothing)"},
		{"17179869184", "17179869184", "\"16g\"", "\"16g\""},
		{"1000", "-1", "\"1000b\"", "-1"},
		{"1536", "0", "\"1536b\"", "(nothing)"},
		{"2048", "0", "\"2k\"", "(nothing)"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *container = recorded("ops", "inspect-compose.json");
		set(container, "HostConfig Memory", cases[i].memory);
		set(container, "HostConfig MemorySwap", cases[i].swap);
		struct made m = made_well(container);
		is(m, "services ollama-3 mem_limit", cases[i].limit);
		is(m, "services ollama-3 memswap_limit", cases[i].swap_limit);
		unmake(&m);
	}
}

Test(compose, ports_of_all_kinds)
{
	cJSON *container = recorded("ops", "inspect-compose.json");
	set(container, "HostConfig PortBindings",
		"{\"11434/"
		"tcp\":[{\"HostIp\":\"\",\"HostPort\":\"11434\"},{\"HostIp\":\"::1\",\"HostPort\":\"1\"}],"
		"\"53/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}],\"80/"
		"tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8000-8010\"}],"
		"\"81/tcp\":null}");
	set(container, "NetworkSettings Ports",
		"{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8003\"}]}");
	struct made m = made_well(container);
	is(m, "services ollama-3 ports",
		"[\"11434:11434\",\"[::1]:1:11434\",\"127.0.0.1::53/udp\",\"8003:80\"]");
	unmake(&m);
}

Test(compose, what_cannot_be_said_is_told)
{
	cJSON *container = recorded("ops", "inspect-compose.json");
	set(container, "HostConfig VolumesFrom", "[\"other\"]");
	set(container, "HostConfig Madeup", "{\"a\":1}");
	set(container, "HostConfig SecurityOpt", "[\"seccomp={}\",\"label=disable\"]");
	set(container, "Config Healthcheck StartInterval", "1500000000");
	struct made m = made_well(container);
	cr_expect(notes(&m, "VolumesFrom could not be expressed: [\"other\"]"));
	cr_expect(notes(&m, "Madeup could not be expressed"));
	cr_expect(notes(&m, "seccomp profile"));
	cr_expect(notes(&m, "start_interval of 1500ms"));
	is(m, "services ollama-3 security_opt", "[\"label=disable\"]");
	unmake(&m);
}

Test(compose, what_is_no_service_is_refused)
{
	cJSON *container = recorded("ops", "inspect-compose.json");
	set(container, "Config Labels com.docker.swarm.service.name", "\"web\"");
	struct made m = made_of(container, IMAGE);
	cr_expect(!m.fine && strstr(m.error.text, "Swarm service web"), "%s", m.error.text);
	unmake(&m);
	container = recorded("ops", "inspect-compose.json");
	set(container, "Name", "\"/a\\nb\"");
	m = made_of(container, IMAGE);
	cr_expect(!m.fine && strstr(m.error.text, "which no Compose file can express"), "%s", m.error.text);
	unmake(&m);
	m = made_of(cJSON_Parse("{\"Id\":\"x\"}"), IMAGE);
	cr_expect_not(m.fine);
	unmake(&m);
}

/* ---- hostile values ---- */

#define HOSTILE                                                                      \
	"\"a: b # c\\n- !!python/object:x\\r\\t \\\\n \\\"'{{.}}[&*]|> \\u001b[31m " \
	"\\u0085\\u2028\\u202e\\ufeff $HOME ${X} %\""

Test(compose, hostile_values_stay_strings)
{
	cJSON *container = recorded("ops", "inspect-compose.json");
	set(container, "Config Env", "[" HOSTILE ", \"=x\", \"noequal\"]");
	cJSON *env = at(container, "Config Env 0");
	char *line;
	cr_assert(asprintf(&line, "N: {}\n=%s", env->valuestring) > 0);
	cJSON_SetValuestring(env, line);
	set(container, "Config Labels",
		"{" HOSTILE ": " HOSTILE ", \"yes\": \"no\", \"<<\": \"*x\", \"\": \"x\"}");
	set(container, "Config User", HOSTILE);
	set(container, "Config Hostname", "\"null\"");
	set(container, "HostConfig CpusetCpus", "\"0x10\"");
	set(container, "HostConfig Sysctls", "{" HOSTILE ": \"1\"}");
	struct made m = made_well(container);
	cr_expect(notes(&m, "no NAME=VALUE"));
	const cJSON *kept = at(m.file.document, "services ollama-3 environment");
	cr_assert_not_null(kept);
	cr_expect_str_eq(kept->child->string, "N: {}\n");
	cr_expect_str_eq(kept->child->valuestring, line + sizeof "N: {}\n");
	reads_back(m.file.document);
	free(line);
	unmake(&m);
}

/* Any member may be of any type: nothing crashes, and what comes out is YAML. */
static void with_other_types(const char *section)
{
	static const char *const values[] = {"7", "-1e300", "true", "\"x\"", "[]", "{}", "[\"a\",[\"b\"],{}]",
		"{\"a\":[{\"b\":1}],\"c\":\"d\"}"};
	cJSON *container = recorded("ops", "inspect-options.json");
	const size_t count = (size_t)cJSON_GetArraySize(at(container, section));
	cJSON_Delete(container);
	for (size_t i = 0; i < count; i++) {
		for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
			container = recorded("ops", "inspect-options.json");
			char path[128];
			snprintf(path, sizeof path, "%s %s", section,
				cJSON_GetArrayItem(at(container, section), (int)i)->string);
			set(container, path, values[v]);
			struct made m = made_of(container, IMAGE);
			cr_expect(m.fine || *m.error.text != '\0', "%s", path);
			if (m.fine) {
				reads_back(m.file.document);
			}
			unmake(&m);
		}
	}
}

Test(compose, members_of_other_types)
{
	with_other_types("Config");
	with_other_types("HostConfig");
	with_other_types("NetworkSettings");
}

Test(compose, dollars_are_doubled_in_values_alone)
{
	cJSON *tree = cJSON_Parse(
		"{\"a$b\": \"$HOME $$ x\", \"list\": [\"$1\"], \"no\": true, \"y\": null, \"12\": 3}");
	char *text = written(tree, YAML_COMPOSE);
	cr_expect_str_eq(
		text, "\"a$b\": \"$$HOME $$$$ x\"\nlist:\n- \"$$1\"\n\"no\": true\n\"y\": null\n\"12\": 3\n");
	free(text);
	cJSON_Delete(tree);
}

Test(compose, what_is_not_utf8_cannot_be_written)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	cJSON *tree = cJSON_CreateObject();
	cJSON_AddStringToObject(tree, "a", "x\xff\xfe");
	cr_expect_not(yaml_write(out, tree, YAML_PLAIN));
	fclose(out);
	free(text);
	cJSON_Delete(tree);
}

Test(compose, a_comment_is_one_line)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	yaml_commentf(out, "%s",
		"a\nb: c\r\xc2\x85"
		"d\xe2\x80\xa8"
		"e \x1b[31m");
	yaml_comment(out, NULL);
	fclose(out);
	cr_expect_str_eq(text, "# a b: cde [31m\n#\n");
	free(text);
}
