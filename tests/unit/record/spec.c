#include "ollama-top/config.h"
#include "record/spec_json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed(const struct fleet_spec *spec, struct names *names)
{
	cJSON *json = spec_json(spec, names);
	cr_assert(json);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static struct fleet_spec *parsed(const char *text)
{
	struct config_error error;
	struct fleet_spec *spec = config_parse("test", text, strlen(text), &error);
	cr_assert(spec, "%s in %s", error.message, text);
	return spec;
}

/* Everything that a configuration can have. */
static const char whole[] =
	"refresh: 1500ms\ntimeout: 4s\nbusy_cpu: 62.5\n"
	"servers:\n"
	"  - {name: alpha, host: 10.0.0.80, role: rw, docker: 'tcp://alpha.example.com:2376',\n"
	"     tls: {ca: /etc/geheim/ca.pem, cert: /etc/geheim/cert.pem, key: /etc/geheim/key.pem},\n"
	"     instances: [{name: one, port: 11434, container: box, token_file: /etc/geheim/token},\n"
	"       {name: two, kind: openai, url: 'https://alpha.example.com:8443', tls: {ca: "
	"/etc/geheim/ca.pem}}],\n"
	"     nfs: {export: /opt/weights, port: 12049, portmapper: 10111}}\n"
	"  - {name: beta, host: 'fe80::84', role: ro, docker: 'ssh://bob@beta.example.com',\n"
	"     discover: {name: 'llm-[0-9]*', label: team=bob, image: 'bob/*', ssh: true},\n"
	"     scale: {min: 0, max: 6, ports: 11434-11449, memory_headroom: 3G, drain: 45s},\n"
	"     nfs: {mount: /mnt/weights, source: '10.0.0.80:/opt/weights', types: [nfs4]}}\n"
	"  - {name: gamma, host: gamma, role: ro, docker: 'unix:///home/bob/docker.sock',\n"
	"     scale: {service: bobs, min: 1, max: 3}}\n"
	"traefik: {api: 'http://10.0.0.80:8080', service: bobs-pool, dynamic_file: /etc/bob/pool.yml}\n"
	"autoscale:\n"
	"  beta: {up_when: 'busy > 0.8 for 60s', down_when: 'busy < 0.2 for 10m', cooldown: {up: 1m, down: "
	"5m},\n"
	"    step: {up: 2, down: 1}, schedule: [{days: Mon-Fri, from: '08:00', to: '19:00', min: 3, tz: "
	"Europe/Berlin}]}\n"
	"  gamma: {target: {inflight: 2.5}}\n";

Test(spec, a_configuration_is_read_back_as_it_was)
{
	struct fleet_spec *spec = parsed(whole);
	char *once = printed(spec, NULL);
	struct fleet_spec *again = parsed(once);
	char *twice = printed(again, NULL);
	cr_expect_str_eq(once, twice);
	cr_expect_eq(again->refresh_ms, 1500);
	cr_expect_eq(again->servers[1].scale.memory_headroom, (int64_t)3 << 30);
	cr_expect_eq(again->servers[1].scale.port_last, 11449);
	cr_expect_str_eq(again->servers[0].instances[0].token_file, "/etc/geheim/token");
	cr_expect_str_eq(again->servers[0].tls.key, "/etc/geheim/key.pem");
	cr_expect_eq(again->servers[0].instances[1].kind, KIND_OPENAI);
	cr_expect(again->servers[1].discover.ssh);
	cr_expect_eq(again->servers[1].nfs.type_count, 1);
	cr_expect_eq(again->autoscale_count, 2);
	cr_expect_str_eq(again->autoscale[0].schedule[0].tz, "Europe/Berlin");
	cr_expect_str_eq(again->autoscale[1].target_metric, "inflight");
	free(once);
	free(twice);
	spec_free(spec);
	spec_free(again);
}

Test(spec, without_names_it_is_still_a_configuration)
{
	static const char *const secrets[] = {"alpha", "beta", "gamma", "10.0.0", "fe80", "example", "geheim",
		"bob", "weights", "llm", "team", "box", "\"one\"", "\"two\"", "Berlin", "pool.yml"};
	struct names *names = names_new();
	struct fleet_spec *spec = parsed(whole);
	char *text = printed(spec, names);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		cr_expect_not(strstr(text, secrets[i]), "\"%s\" in %s", secrets[i], text);
	}
	struct fleet_spec *again = parsed(text);
	cr_expect_eq(again->server_count, 3);
	cr_expect_eq(again->servers[0].instance_count, 2);
	cr_expect_eq(again->autoscale_count, 2);
	cr_expect_eq(again->servers[0].instances[0].port, 11434);
	/* What was the same still is. */
	cr_expect_eq(
		strncmp(again->servers[1].nfs.source, again->servers[0].host, strlen(again->servers[0].host)),
		0);
	cr_expect(strstr(again->servers[1].nfs.source, again->servers[0].nfs.export_path));
	free(text);
	spec_free(spec);
	spec_free(again);
	names_free(names);
}

Test(spec, this_machine_is_read_back_too)
{
	struct config_error error;
	setenv("OLLAMA_HOST", "127.0.0.1:11500", 1);
	setenv("DOCKER_HOST", "unix:///run/docker.sock", 1);
	struct fleet_spec *spec = config_default(&error);
	cr_assert(spec, "%s", error.message);
	char *text = printed(spec, NULL);
	struct fleet_spec *again = parsed(text);
	cr_expect_str_eq(again->servers[0].instances[0].url, "http://127.0.0.1:11500");
	cr_expect_str_eq(again->servers[0].docker, "unix:///run/docker.sock");
	free(text);
	spec_free(spec);
	spec_free(again);
}
