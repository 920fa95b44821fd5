/* Docker's contexts: their files, and which of them is used without a configuration. */
#include "ollama-top/config.h"
#include "ollama-top/sha256.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

static void begin(void)
{
	static const char *const names[] = {"OLLAMA_HOST", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG",
		"DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "XDG_RUNTIME_DIR"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsetenv(names[i]);
	}
	strcpy(home, "/tmp/ollama-top-context-XXXXXX");
	cr_assert_not_null(mkdtemp(home));
	setenv("HOME", home, 1);
}

static void end(void)
{
	char command[96];
	snprintf(command, sizeof(command), "rm -rf %s", home);
	cr_assert_eq(system(command), 0);
}

/* Writes $HOME/FOLDER/NAME with all that leads to it. */
static void put(const char *folder, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s/%s", home, folder, name);
	for (char *slash = path + strlen(home) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s", path);
	fputs(text, file);
	fclose(file);
}

/* As `docker context create` writes it. */
static void put_context(const char *folder, const char *name, const char *host)
{
	char id[65];
	char where[256];
	char text[512];
	sha256_hex(name, strlen(name), id);
	snprintf(where, sizeof(where), "%s/contexts/meta/%s", folder, id);
	snprintf(text, sizeof(text),
		"{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"%s\","
		"\"SkipTLSVerify\":false}}}",
		name, host);
	put(where, "meta.json", text);
}

static struct fleet_spec *with(const char *docker)
{
	char yaml[256];
	struct config_error error;
	snprintf(yaml, sizeof(yaml),
		"servers: [{name: a, host: h, role: rw, docker: \"%s\", instances: [{name: i, port: 1}]}]",
		docker);
	struct fleet_spec *spec = config_parse("f", yaml, strlen(yaml), &error);
	cr_assert_not_null(spec, "%s", error.message);
	return spec;
}

Test(context, its_address_is_used, .init = begin, .fini = end)
{
	static const char *const hosts[] = {
		"ssh://op@gpu:2222", "unix:///run/user/1000/docker.sock", "tcp://10.0.0.84:2376"};
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		put_context(".docker", "prod-1", hosts[i]);
		struct fleet_spec *spec = with("context://prod-1");
		cr_expect_str_eq(spec->servers[0].docker, hosts[i]);
		cr_expect_null(spec->servers[0].docker_error);
		cr_expect_null(spec->servers[0].tls.ca);
		spec_free(spec);
	}
	/* The folder's name as docker itself makes it. */
	put(".docker/contexts/meta/b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a",
		"meta.json", "{\"Name\":\"remote\",\"Endpoints\":{\"docker\":{\"Host\":\"ssh://h\"}}}");
	struct fleet_spec *spec = with("context://remote");
	cr_expect_str_eq(spec->servers[0].docker, "ssh://h");
	spec_free(spec);
	setenv("DOCKER_CONFIG", "/nonexistent", 1);
	spec = with("context://remote");
	cr_expect_str_eq(spec->servers[0].docker_error,
		"there is no Docker context remote in /nonexistent (see docker context ls)");
	spec_free(spec);
}

Test(context, its_certificates_are_used, .init = begin, .fini = end)
{
	char id[65];
	char folder[160];
	char path[256];
	sha256_hex("prod", 4, id);
	put_context(".docker", "prod", "tcp://10.0.0.84:2376");
	snprintf(folder, sizeof(folder), ".docker/contexts/tls/%s/docker", id);
	put(folder, "ca.pem", "x");
	struct fleet_spec *spec = with("context://prod");
	snprintf(path, sizeof(path), "%s/%s/ca.pem", home, folder);
	cr_expect_str_eq(spec->servers[0].tls.ca, path);
	cr_expect_null(spec->servers[0].tls.cert);
	spec_free(spec);
	put(folder, "cert.pem", "x");
	put(folder, "key.pem", "x");
	spec = with("context://prod");
	snprintf(path, sizeof(path), "%s/%s/key.pem", home, folder);
	cr_expect_str_eq(spec->servers[0].tls.key, path);
	spec_free(spec);
}

Test(context, one_that_cannot_be_followed_says_why, .init = begin, .fini = end)
{
	static const struct {
		const char *meta, *part;
	} cases[] = {
		{NULL, "there is no Docker context prod in "},
		{"", "the file of Docker context prod cannot be read: "},
		{"[", "the file of Docker context prod cannot be read: "},
		{"[]", "Docker context prod names no engine (see docker context inspect prod)"},
		{"{\"Endpoints\":{\"docker\":{\"Host\":7}}}", "names no engine"},
		{"{\"Endpoints\":{\"kubernetes\":{}}}", "names no engine"},
		{"{\"Endpoints\":{\"docker\":{\"Host\":\"npipe:////./pipe/docker\"}}}",
			"leads to npipe:////./pipe/docker, which cannot be reached from here"},
		{"{\"Endpoints\":{\"docker\":{\"Host\":\"context://prod\"}}}", "leads to context://prod, "},
		{"{\"Endpoints\":{\"docker\":{\"Host\":\"ssh://-oProxyCommand=x\"}}}",
			"cannot be reached from here"},
	};
	char id[65];
	char folder[160];
	sha256_hex("prod", 4, id);
	snprintf(folder, sizeof(folder), ".docker/contexts/meta/%s", id);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cases[i].meta) {
			put(folder, "meta.json", cases[i].meta);
		}
		struct fleet_spec *spec = with("context://prod");
		cr_expect_str_eq(spec->servers[0].docker, "context://prod");
		cr_assert_not_null(spec->servers[0].docker_error);
		cr_expect(strstr(spec->servers[0].docker_error, cases[i].part), "%s",
			spec->servers[0].docker_error);
		spec_free(spec);
	}
	unsetenv("HOME");
	struct fleet_spec *spec = with("context://prod");
	cr_expect_str_eq(
		spec->servers[0].docker_error, "Docker contexts need a good $HOME or $DOCKER_CONFIG");
	spec_free(spec);
	setenv("HOME", home, 1);
}

Test(context, the_default_one_is_what_docker_does_without, .init = begin, .fini = end)
{
	struct fleet_spec *spec = with("context://default");
	cr_expect_str_eq(spec->servers[0].docker, "unix:///var/run/docker.sock");
	spec_free(spec);
	setenv("DOCKER_HOST", "ssh://op@gpu", 1);
	spec = with("context://default");
	cr_expect_str_eq(spec->servers[0].docker, "ssh://op@gpu");
	spec_free(spec);
	setenv("DOCKER_HOST", "nonsense", 1);
	spec = with("context://default");
	cr_expect_str_eq(spec->servers[0].docker_error, "$DOCKER_HOST is no address of a Docker engine");
	spec_free(spec);
}

/* The engine of config_default(), or why it has none. */
static void expect_local(const char *docker)
{
	struct config_error error;
	struct fleet_spec *spec = config_default(&error);
	cr_assert_not_null(spec, "%s", error.message);
	cr_assert_not_null(spec->servers[0].docker);
	cr_expect_str_eq(spec->servers[0].docker, docker, "%s", spec->servers[0].docker);
	spec_free(spec);
}

Test(context, the_environment_goes_before_the_current_one, .init = begin, .fini = end)
{
	struct config_error error;
	put_context(".docker", "near", "unix:///near.sock");
	put_context(".docker", "far", "ssh://far");
	put(".docker", "config.json", "{\"auths\":{},\"currentContext\":\"near\"}");
	expect_local("unix:///near.sock");
	setenv("DOCKER_CONTEXT", "far", 1);
	expect_local("ssh://far");
	setenv("DOCKER_HOST", "tcp://127.0.0.1:2375", 1);
	expect_local("tcp://127.0.0.1:2375");
	setenv("DOCKER_HOST", "", 1);
	setenv("DOCKER_CONTEXT", "lost", 1);
	expect_local("context://lost");
	setenv("DOCKER_CONTEXT", "../x", 1);
	cr_expect_null(config_default(&error));
	cr_expect(strstr(error.message,
			  "$DOCKER_CONTEXT \"../x\" cannot be read; expected the name of a Docker context"),
		"%s", error.message);
	setenv("DOCKER_CONTEXT", "", 1);
	expect_local("unix:///near.sock");
	/* Another folder, with another current one. */
	char folder[96];
	snprintf(folder, sizeof(folder), "%s/other", home);
	put_context("other", "near", "unix:///other.sock");
	put("other", "config.json", "{\"currentContext\":\"near\"}");
	setenv("DOCKER_CONFIG", folder, 1);
	expect_local("unix:///other.sock");
	/* "default" is no context of its own, and a broken file is none. */
	static const char *const none[] = {
		"{\"currentContext\":\"default\"}", "{\"currentContext\":\"\"}", "{}", "{"};
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		put("other", "config.json", none[i]);
		struct fleet_spec *spec = config_default(&error);
		const char *docker = spec->servers[0].docker;
		cr_expect(!docker || strcmp(docker, "unix:///var/run/docker.sock") == 0);
		spec_free(spec);
	}
	setenv("DOCKER_HOST", "tcp://127.0.0.1:2376", 1);
	setenv("DOCKER_TLS_VERIFY", "1", 1);
	struct fleet_spec *spec = config_default(&error);
	strcat(folder, "/ca.pem");
	cr_expect_str_eq(spec->servers[0].tls.ca, folder);
	spec_free(spec);
}
