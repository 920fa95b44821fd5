/* What is right is kept, value by value. */
#include "ollama-top/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fleet_spec *parse(const char *yaml)
{
	struct config_error error;
	struct fleet_spec *spec = config_parse("f", yaml, strlen(yaml), &error);
	cr_assert_not_null(spec, "%s\nof: %s", error.message, yaml);
	return spec;
}

static struct fleet_spec *example(void)
{
	char path[4096];
	struct config_error error;
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof(path), "%s/data/config.example.yaml", srcdir ? srcdir : ".");
	struct fleet_spec *spec = config_load(path, &error);
	cr_assert_not_null(spec, "%s", error.message);
	cr_assert_str_eq(spec->path, path);
	return spec;
}

Test(config, the_example_has_the_servers_of_the_design)
{
	struct fleet_spec *spec = example();
	cr_expect_eq(spec->refresh_ms, 2000);
	cr_expect_eq(spec->timeout_ms, 3000);
	cr_expect_eq(spec->busy_cpu, 50.0);
	cr_assert_eq(spec->server_count, 2);
	const struct server_spec *s80 = &spec->servers[0];
	cr_expect_str_eq(s80->name, "80");
	cr_expect_str_eq(s80->host, "10.0.0.80");
	cr_expect_eq(s80->role, ROLE_RW);
	cr_expect_str_eq(s80->docker, "ssh://wizardsofts@10.0.0.80");
	cr_expect_null(s80->tls.ca);
	cr_assert_eq(s80->instance_count, 1);
	cr_expect_str_eq(s80->instances[0].name, "ollama");
	cr_expect_eq(s80->instances[0].port, 11434);
	cr_expect_null(s80->instances[0].url);
	cr_expect_null(s80->instances[0].container);
	cr_expect_null(s80->instances[0].token_file);
	cr_expect_not(s80->instances[0].ssh);
	cr_expect_null(s80->discover.name);
	cr_expect_not(s80->scale.given);
	cr_expect(s80->nfs.given);
	cr_expect_str_eq(s80->nfs.export_path, "/opt/ollama-models");
	cr_expect_null(s80->nfs.mount);
	cr_assert_eq(s80->nfs.type_count, 2);
	cr_expect_str_eq(s80->nfs.types[0], "nfs");
	cr_expect_str_eq(s80->nfs.types[1], "nfs4");
	const struct server_spec *s84 = &spec->servers[1];
	cr_expect_str_eq(s84->name, "84");
	cr_expect_str_eq(s84->host, "10.0.0.84");
	cr_expect_eq(s84->role, ROLE_RO);
	cr_expect_eq(s84->instance_count, 0);
	cr_expect_str_eq(s84->discover.name, "ollama-[0-9]*");
	cr_expect_null(s84->discover.label);
	cr_expect_null(s84->discover.image);
	cr_expect(s84->nfs.given);
	cr_expect_null(s84->nfs.export_path);
	cr_expect_str_eq(s84->nfs.mount, "/opt/ollama-models");
	cr_expect_str_eq(s84->nfs.source, "10.0.0.80:/opt/ollama-models");
	spec_free(spec);
}

Test(config, the_example_has_the_scaling_of_the_design)
{
	struct fleet_spec *spec = example();
	const struct scale_spec *scale = &spec->servers[1].scale;
	cr_expect(scale->given);
	cr_expect_eq(scale->min, 1);
	cr_expect_eq(scale->max, 6);
	cr_expect_eq(scale->port_first, 11434);
	cr_expect_eq(scale->port_last, 11449);
	cr_expect_eq(scale->memory_headroom, (int64_t)2 << 30);
	cr_expect_eq(scale->drain_ms, 30000);
	cr_expect_null(scale->service);
	cr_expect_str_eq(spec->traefik.api, "http://10.0.0.80:8080");
	cr_expect_str_eq(spec->traefik.service, "ollama");
	cr_expect_str_eq(spec->traefik.dynamic_file, "/etc/traefik/dynamic/ollama.yml");
	cr_assert_eq(spec->autoscale_count, 1);
	cr_expect(!spec->servers[0].autoscaled && spec->servers[1].autoscaled);
	const struct autoscale_spec *rule = &spec->autoscale[0];
	cr_expect_str_eq(rule->server, "84");
	cr_expect_str_eq(rule->up_when, "busy > 0.8 for 60s");
	cr_expect_str_eq(rule->down_when, "busy < 0.2 for 10m");
	cr_expect_null(rule->target_metric);
	cr_expect_eq(rule->cooldown_up_ms, 60000);
	cr_expect_eq(rule->cooldown_down_ms, 300000);
	cr_expect_eq(rule->step_up, 1);
	cr_expect_eq(rule->step_down, 1);
	cr_assert_eq(rule->schedule_count, 1);
	cr_expect_str_eq(rule->schedule[0].days, "Mon-Fri");
	cr_expect_str_eq(rule->schedule[0].from, "08:00");
	cr_expect_str_eq(rule->schedule[0].to, "19:00");
	cr_expect_str_eq(rule->schedule[0].tz, "Europe/Berlin");
	cr_expect_eq(rule->schedule[0].min, 3);
	spec_free(spec);
}

Test(config, what_is_left_out_has_its_default)
{
	struct fleet_spec *spec = parse("servers:\n"
					"- name: a\n  host: ::1\n  role: rw\n  docker: context://prod\n"
					"  instances: [{name: i, url: 'https://[::1]:8443/'}]\n"
					"  scale: {max: 1000, service: ollama}\n"
					"autoscale: {a: {target: {inflight: 2.5}, cooldown: 3m}}\n");
	const struct server_spec *server = &spec->servers[0];
	cr_expect_eq(spec->refresh_ms, 2000);
	cr_expect_eq(spec->timeout_ms, 3000);
	cr_expect_eq(spec->busy_cpu, 50.0);
	cr_expect_null(spec->path);
	cr_expect_null(spec->traefik.api);
	cr_expect_not(server->nfs.given);
	cr_expect_eq(server->instances[0].port, 0);
	cr_expect_str_eq(server->instances[0].url, "https://[::1]:8443");
	cr_expect_eq(server->scale.min, 1);
	cr_expect_eq(server->scale.memory_headroom, (int64_t)2 << 30);
	cr_expect_eq(server->scale.drain_ms, 30000);
	cr_expect_eq(server->scale.port_first, 0);
	cr_expect_str_eq(spec->autoscale[0].target_metric, "inflight");
	cr_expect_eq(spec->autoscale[0].target_value, 2.5);
	cr_expect_eq(spec->autoscale[0].cooldown_up_ms, 180000);
	cr_expect_eq(spec->autoscale[0].cooldown_down_ms, 180000);
	cr_expect_eq(spec->autoscale[0].step_up, 4);
	spec_free(spec);
}

Test(config, every_key_of_a_server_is_kept)
{
	setenv("HOME", "/home/op", 1);
	struct fleet_spec *spec =
		parse("refresh: 500ms\ntimeout: 1.5s\nbusy_cpu: 12.5%\nservers:\n- name: a\n  host: "
		      "h.example\n  role: rw\n"
		      "  docker: tcp://h:2376\n  tls: {ca: /ca, cert: ~/c.pem, key: ~/k.pem}\n"
		      "  instances:\n  - {name: i, port: 1, url: 'http://x', container: c, token_file: ~/t, "
		      "ssh: true}\n"
		      "  - {name: k, url: 'https://x', tls: {ca: ~/ca.pem}}\n"
		      "  - {name: j, port: 11435, kind: openai}\n"
		      "  discover: {name: '*', label: role=llm, image: ollama/ollama*, ssh: true}\n"
		      "  scale: {min: 0, max: 3, ports: 11434-11435, memory_headroom: 1.5GiB, drain: 2m}\n"
		      "  nfs: {source: /dev/sda1, types: [ext4]}\n");
	const struct server_spec *server = &spec->servers[0];
	const struct instance_spec *i = &server->instances[0];
	cr_expect_eq(spec->refresh_ms, 500);
	cr_expect_eq(spec->timeout_ms, 1500);
	cr_expect_eq(spec->busy_cpu, 12.5);
	cr_expect_str_eq(server->docker, "tcp://h:2376");
	cr_expect_str_eq(server->tls.ca, "/ca");
	cr_expect_str_eq(server->tls.cert, "/home/op/c.pem");
	cr_expect_str_eq(server->tls.key, "/home/op/k.pem");
	cr_expect_str_eq(i->url, "http://x");
	cr_expect_str_eq(i->container, "c");
	cr_expect_str_eq(i->token_file, "/home/op/t");
	cr_expect(i->ssh);
	cr_expect_str_eq(server->instances[1].tls.ca, "/home/op/ca.pem");
	cr_expect_null(server->instances[1].tls.cert);
	cr_expect_eq(server->instances[2].port, 11435);
	cr_expect_eq(server->instances[2].kind, KIND_OPENAI);
	cr_expect_eq(server->instances[1].kind, KIND_OLLAMA);
	cr_expect(server->discover.ssh);
	cr_expect_str_eq(server->discover.label, "role=llm");
	cr_expect_str_eq(server->discover.image, "ollama/ollama*");
	cr_expect_eq(server->scale.min, 0);
	cr_expect_eq(server->scale.memory_headroom, (int64_t)3 << 29);
	cr_expect_eq(server->scale.drain_ms, 120000);
	cr_expect_str_eq(server->nfs.source, "/dev/sda1");
	cr_assert_eq(server->nfs.type_count, 1);
	cr_expect_str_eq(server->nfs.types[0], "ext4");
	spec_free(spec);
}

Test(config, docker_addresses_of_every_kind_parse)
{
	static const char *const good[] = {"unix:///var/run/docker.sock", "tcp://h:2375", "tcp://[::1]:2376",
		"tcp://127.0.0.1:1", "ssh://h", "ssh://u@h", "ssh://u.v-w_x@h:22",
		"ssh://h/run/user/1000/docker.sock", "ssh://u@[::1]:2222/var/run/docker.sock", "ssh://h/",
		"ssh://h/a,b=c+d~e@f_g-h.sock", "context://my-prod_1.x"};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char yaml[512];
		snprintf(yaml, sizeof(yaml),
			"servers: [{name: a, host: h, role: rw, docker: \"%s\", instances: [{name: i, port: "
			"1}]}]",
			good[i]);
		struct fleet_spec *spec = parse(yaml);
		cr_expect_str_eq(spec->servers[0].docker, good[i]);
		spec_free(spec);
	}
}

Test(config, anchors_are_followed)
{
	struct fleet_spec *spec = parse(
		"servers:\n"
		"- {name: a, host: h, role: rw, instances: &both [{name: i, port: &p 1}]}\n"
		"- {name: b, host: g, role: ro, instances: *both, nfs: {mount: &m /m, source: 'a:/m'}}\n"
		"- {name: c, host: f, role: ro, instances: [{name: i, port: *p}]}\n");
	cr_expect_str_eq(spec->servers[1].instances[0].name, "i");
	cr_expect_eq(spec->servers[2].instances[0].port, 1);
	spec_free(spec);
}

Test(config, names_may_be_in_any_script)
{
	struct fleet_spec *spec =
		parse("servers: [{name: \"Köln 東京\", host: h, role: rw, instances: [{name: ж, port: 1}]}]");
	cr_expect_str_eq(spec->servers[0].name, "Köln 東京");
	spec_free(spec);
}

Test(config, a_comma_as_decimal_sign_changes_nothing)
{
	/* Where the locale is not installed this still shows that the plain one works. */
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	struct fleet_spec *spec = parse(
		"refresh: 1.5s\nservers: [{name: a, host: h, role: rw, instances: [{name: i, port: 1}]}]");
	cr_expect_eq(spec->refresh_ms, 1500);
	spec_free(spec);
}
