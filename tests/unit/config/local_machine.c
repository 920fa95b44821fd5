/* Without a file: where the configuration is looked for, and the machine itself as the fleet. */
#include "ollama-top/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void clean_environment(void)
{
	static const char *const names[] = {"OLLAMA_HOST", "DOCKER_HOST", "DOCKER_TLS_VERIFY",
		"DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_CONFIG", "OLLAMA_TOP_CONFIG", "XDG_CONFIG_HOME",
		"XDG_RUNTIME_DIR"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsetenv(names[i]);
	}
}

static struct fleet_spec *local(void)
{
	struct config_error error;
	struct fleet_spec *spec = config_default(&error);
	cr_assert_not_null(spec, "%s", error.message);
	cr_assert_eq(spec->server_count, 1);
	cr_assert_eq(spec->servers[0].instance_count, 1);
	cr_expect_eq(spec->servers[0].role, ROLE_RW);
	cr_expect_eq(spec->refresh_ms, 2000);
	cr_expect_eq(spec->timeout_ms, 3000);
	cr_expect_eq(spec->busy_cpu, 50.0);
	cr_expect_not(spec->servers[0].nfs.given);
	return spec;
}

Test(local, ollama_host_is_read_as_ollama_reads_it, .init = clean_environment)
{
	static const struct {
		const char *value, *name, *host, *url;
		int port;
	} rows[] = {
		{NULL, "local", "127.0.0.1", "http://127.0.0.1:11434", 11434},
		{"", "local", "127.0.0.1", "http://127.0.0.1:11434", 11434},
		{"0.0.0.0", "local", "127.0.0.1", "http://127.0.0.1:11434", 11434},
		{"0.0.0.0:8080", "local", "127.0.0.1", "http://127.0.0.1:8080", 8080},
		{":8080", "local", "127.0.0.1", "http://127.0.0.1:8080", 8080},
		{"localhost", "local", "localhost", "http://localhost:11434", 11434},
		{"127.0.0.1:11500", "local", "127.0.0.1", "http://127.0.0.1:11500", 11500},
		{"http://127.0.0.1", "local", "127.0.0.1", "http://127.0.0.1:80", 80},
		{"https://gpu.example", "gpu.example", "gpu.example", "https://gpu.example:443", 443},
		{"https://gpu.example:8443/", "gpu.example", "gpu.example", "https://gpu.example:8443", 8443},
		{"http://gpu.example:1/some/path", "gpu.example", "gpu.example", "http://gpu.example:1", 1},
		{"[::]", "local", "::1", "http://[::1]:11434", 11434},
		{"[::1]:1234", "local", "::1", "http://[::1]:1234", 1234},
		{" \"10.0.0.80:11434\" ", "10.0.0.80", "10.0.0.80", "http://10.0.0.80:11434", 11434},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].value) {
			setenv("OLLAMA_HOST", rows[i].value, 1);
		}
		struct fleet_spec *spec = local();
		const struct server_spec *server = &spec->servers[0];
		cr_expect_str_eq(server->name, rows[i].name);
		cr_expect_str_eq(server->host, rows[i].host);
		cr_expect_str_eq(server->instances[0].name, "ollama");
		cr_expect_str_eq(server->instances[0].url, rows[i].url, "%s", server->instances[0].url);
		cr_expect_eq(server->instances[0].port, rows[i].port);
		spec_free(spec);
	}
}

Test(local, malformed_variables_are_errors, .init = clean_environment)
{
	static const char *const hosts[] = {":", ":0", ":65536", ":123456789", "h:x", "ftp://h", "a b:1",
		"[::1", "::1:80", "user@h", "\x1b[2J", "-h"};
	struct config_error error;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		setenv("OLLAMA_HOST", hosts[i], 1);
		struct fleet_spec *spec = config_default(&error);
		cr_expect_null(spec, "accepted %s", hosts[i]);
		cr_expect(
			strstr(error.message, "cannot be read; expected HOST, HOST:PORT or http://HOST:PORT"),
			"%s", error.message);
		cr_expect_null(strchr(error.message, 0x1b));
		spec_free(spec);
	}
	unsetenv("OLLAMA_HOST");
	setenv("DOCKER_HOST", "npipe:////./pipe/docker_engine", 1);
	cr_expect_null(config_default(&error));
	cr_expect_str_eq(error.message, "$DOCKER_HOST \"npipe:////./pipe/docker_engine\" cannot be read; "
					"expected unix:///PATH, tcp://HOST:PORT, "
					"ssh://[USER@]HOST[:PORT][/PATH] or context://NAME");
}

Test(local, docker_host_and_its_certificates_are_used, .init = clean_environment)
{
	setenv("DOCKER_HOST", "tcp://127.0.0.1:2376", 1);
	struct fleet_spec *spec = local();
	cr_expect_str_eq(spec->servers[0].docker, "tcp://127.0.0.1:2376");
	cr_expect_null(spec->servers[0].tls.ca);
	spec_free(spec);
	setenv("DOCKER_TLS_VERIFY", "1", 1);
	setenv("DOCKER_CERT_PATH", "/certs", 1);
	spec = local();
	cr_expect_str_eq(spec->servers[0].tls.ca, "/certs/ca.pem");
	cr_expect_str_eq(spec->servers[0].tls.cert, "/certs/cert.pem");
	cr_expect_str_eq(spec->servers[0].tls.key, "/certs/key.pem");
	spec_free(spec);
	unsetenv("DOCKER_CERT_PATH");
	setenv("HOME", "/home/op", 1);
	spec = local();
	cr_expect_str_eq(spec->servers[0].tls.ca, "/home/op/.docker/ca.pem");
	spec_free(spec);
}

Test(local, docker_is_asked_only_where_an_engine_of_this_machine_is, .init = clean_environment)
{
	char folder[] = "/tmp/ollama-top-local-XXXXXX";
	char path[64];
	char expected[80];
	const bool system = access("/var/run/docker.sock", F_OK) == 0;
	struct fleet_spec *spec = local();
	cr_expect_eq(spec->servers[0].docker != NULL, system);
	spec_free(spec);
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/docker.sock", folder);
	snprintf(expected, sizeof(expected), "unix://%s", system ? "/var/run/docker.sock" : path);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fclose(file);
	setenv("XDG_RUNTIME_DIR", folder, 1);
	spec = local();
	cr_expect_str_eq(spec->servers[0].docker, expected);
	spec_free(spec);
	setenv("OLLAMA_HOST", "gpu.example", 1);
	spec = local();
	cr_expect_null(spec->servers[0].docker);
	spec_free(spec);
	unlink(path);
	rmdir(folder);
}

static void expect_found(const char *option, const char *expected)
{
	char *path = config_find(option);
	if (expected) {
		cr_assert_not_null(path);
		cr_expect_str_eq(path, expected);
	} else {
		cr_expect(path == NULL || strcmp(path, "/etc/ollama-top/config.yaml") == 0);
	}
	free(path);
}

Test(local, the_file_is_looked_for_in_this_order, .init = clean_environment)
{
	char home[] = "/tmp/ollama-top-home-XXXXXX";
	char dir[64];
	char sub[80];
	char file[96];
	cr_assert_not_null(mkdtemp(home));
	setenv("HOME", home, 1);
	expect_found(NULL, NULL);
	snprintf(dir, sizeof(dir), "%s/.config", home);
	snprintf(sub, sizeof(sub), "%s/ollama-top", dir);
	snprintf(file, sizeof(file), "%s/config.yaml", sub);
	cr_assert_eq(mkdir(dir, 0700), 0);
	cr_assert_eq(mkdir(sub, 0700), 0);
	FILE *f = fopen(file, "w");
	cr_assert_not_null(f);
	fclose(f);
	expect_found(NULL, file);
	setenv("XDG_CONFIG_HOME", "relative", 1);
	expect_found(NULL, file);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	expect_found(NULL, NULL);
	setenv("XDG_CONFIG_HOME", dir, 1);
	expect_found(NULL, file);
	setenv("OLLAMA_TOP_CONFIG", "/nonexistent/one.yaml", 1);
	expect_found(NULL, "/nonexistent/one.yaml");
	expect_found("two.yaml", "two.yaml");
	setenv("OLLAMA_TOP_CONFIG", "", 1);
	expect_found(NULL, file);
	unlink(file);
	rmdir(sub);
	rmdir(dir);
	rmdir(home);
}
