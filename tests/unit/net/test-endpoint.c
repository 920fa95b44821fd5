#include "ollama-top/docker_endpoint.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct docker_endpoint resolve(const char *docker, bool tls)
{
	static char address[1024], ca[] = "/ca.pem";
	struct docker_endpoint out;
	snprintf(address, sizeof address, "%s", docker);
	static struct server_spec server;
	server = (struct server_spec){.docker = address, .tls = {.ca = tls ? ca : NULL}};
	cr_assert(docker_endpoint_of(&server, &out));
	return out;
}

Test(endpoint, none)
{
	struct docker_endpoint out;
	cr_assert_not(docker_endpoint_of(&(struct server_spec){0}, &out));
}

Test(endpoint, unix_socket)
{
	struct docker_endpoint e = resolve("unix:///var/run/docker.sock", false);
	cr_assert_str_eq(e.socket, "/var/run/docker.sock");
	cr_assert_str_eq(e.base, "http://docker");
	cr_assert_str_eq(e.error, "");
	cr_assert_str_eq(e.warning, "");
}

Test(endpoint, tcp)
{
	static const struct {
		const char *docker, *base;
		bool tls, warns;
	} cases[] = {
		{"tcp://10.0.0.84:2375", "http://10.0.0.84:2375", false, true},
		{"tcp://10.0.0.84", "http://10.0.0.84:2375", false, true},
		{"tcp://10.0.0.84", "https://10.0.0.84:2376", true, false},
		{"https://10.0.0.84:8443", "https://10.0.0.84:8443", false, false},
		{"http://10.0.0.84:80", "http://10.0.0.84:80", false, true},
		{"tcp://127.0.0.1:2375", "http://127.0.0.1:2375", false, false},
		{"tcp://localhost", "http://localhost:2375", false, false},
		{"tcp://localhost.example", "http://localhost.example:2375", false, true},
		{"tcp://[::1]:2375", "http://[::1]:2375", false, false},
		{"tcp://[fd00::84]", "http://[fd00::84]:2375", false, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct docker_endpoint e = resolve(cases[i].docker, cases[i].tls);
		cr_assert_str_eq(e.base, cases[i].base, "%s: %s", cases[i].docker, e.base);
		cr_assert_eq(*e.warning != '\0', cases[i].warns, "%s", cases[i].docker);
		cr_assert_eq(e.tls != NULL, strncmp(e.base, "https", 5) == 0);
		cr_assert_str_eq(e.error, "");
	}
}

Test(endpoint, ssh)
{
	struct docker_endpoint e = resolve("ssh://op@10.0.0.84:2222/run/docker.sock", false);
	cr_assert(e.tunneled);
	cr_assert_str_eq(e.base, "http://docker");
	cr_assert_str_eq(e.socket, "");
	cr_assert_str_eq(e.error, "");
	cr_assert_str_eq(e.warning, "");
}

Test(endpoint, what_cannot_be_reached_says_why)
{
	static const char *const cases[] = {"ssh://", "ssh://-oX@h", "context://prod", "npipe://x", ""};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_assert(*resolve(cases[i], false).error != '\0', "%s", cases[i]);
	struct docker_endpoint out;
	struct server_spec server = {
		.docker = (char *)"context://prod", .docker_error = (char *)"there is none"};
	cr_assert(docker_endpoint_of(&server, &out));
	cr_assert_str_eq(out.error, "there is none");
}

Test(endpoint, addresses_that_are_too_long)
{
	char docker[1000] = "tcp://";
	memset(docker + 6, 'a', 900);
	cr_assert(*resolve(docker, false).error != '\0');
	memcpy(docker, "unix:/", 6);
	docker[6] = '/';
	cr_assert(*resolve(docker, false).error != '\0');
}
