/* What the exporter is told and tells: where to listen, health, and the service manager. */
#include "cli/serve_health.h"
#include "cli/serve_listen.h"
#include "cli/serve_notify.h"

#include "ollama-top/config.h"
#include "ollama-top/observation.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

Test(serve, addresses)
{
	static const struct {
		const char *text;
		int family, port; /* family 0: refused */
		bool loopback;
	} cases[] = {
		{"127.0.0.1:9421", AF_INET, 9421, true},
		{"127.9.4.21:0", AF_INET, 0, true},
		{"0.0.0.0:65535", AF_INET, 65535, false},
		{"[::1]:9421", AF_INET6, 9421, true},
		{"[::]:9421", AF_INET6, 9421, false},
		{"[fe80::1]:1", AF_INET6, 1, false},
		{"", 0, 0, false},
		{":9421", 0, 0, false},
		{"9421", 0, 0, false},
		{"localhost:9421", 0, 0, false},
		{"127.0.0.1", 0, 0, false},
		{"127.0.0.1:", 0, 0, false},
		{"127.0.0.1:65536", 0, 0, false},
		{"127.0.0.1:-1", 0, 0, false},
		{"127.0.0.1:9421x", 0, 0, false},
		{"::1:9421", 0, 0, false},
		{"[127.0.0.1]:9421", 0, 0, false},
		{"[]:1", 0, 0, false},
		{"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1", 0, 0, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct serve_place place;
		char error[SERVE_ERROR_MAX] = "";
		const bool good = serve_listen_parse(&place, cases[i].text, error);
		cr_expect_eq(good, cases[i].family != 0, "%s: %s", cases[i].text, error);
		cr_expect_eq(error[0] == '\0', good, "%s", cases[i].text);
		if (good) {
			const struct sockaddr_in *address = (const struct sockaddr_in *)&place.address;
			cr_expect_eq(address->sin_family, cases[i].family, "%s", cases[i].text);
			cr_expect_eq(ntohs(address->sin_port), cases[i].port, "%s", cases[i].text);
			cr_expect_eq(place.loopback, cases[i].loopback, "%s", cases[i].text);
		}
	}
}

Test(serve, listening_says_which_port_it_took)
{
	struct serve_place place;
	char error[SERVE_ERROR_MAX];
	char name[SERVE_PLACE_MAX];
	cr_assert(serve_listen_parse(&place, "127.0.0.1:0", error));
	const int fd = serve_listen_open(&place, name, error);
	cr_assert_geq(fd, 0, "%s", error);
	cr_expect_eq(strncmp(name, "127.0.0.1:", 10), 0, "%s", name);
	cr_expect_gt(atoi(name + 10), 0, "%s", name);
	/* and another cannot have it */
	cr_assert(serve_listen_parse(&place, name, error));
	char again[SERVE_PLACE_MAX];
	cr_expect_eq(serve_listen_open(&place, again, error), -1);
	cr_expect(strstr(error, name) && strstr(error, "--listen"), "%s", error);
	close(fd);
}

Test(serve, health_is_freshness)
{
	static const char yaml[] =
		"refresh: 2s\ntimeout: 3s\nservers:\n- {name: a, host: 10.0.0.80, role: rw,\n"
		"   instances: [{name: ollama, port: 11434}]}\n";
	struct config_error error;
	char text[160];
	struct fleet_spec *spec = config_parse("f", yaml, sizeof(yaml) - 1, &error);
	cr_assert_not_null(spec, "%s", error.message);
	struct fleet *fleet = fleet_new(spec, 1000, 1767269071000);
	cr_expect(!serve_health(fleet, 1500, text, sizeof(text)));
	cr_expect(strstr(text, "nothing has been heard of the fleet yet"), "%s", text);
	/* that it fails is news too */
	struct observation o = {.kind = OBS_VERSION,
		.at = 2000,
		.wall = 1767269072000,
		.instance = "ollama",
		.error = "refused"};
	fleet_apply(fleet, &o);
	cr_expect(serve_health(fleet, 4000, text, sizeof(text)));
	cr_expect_str_eq(text, "ok: the fleet is down, data is 2s old\n");
	/* a tick is none */
	fleet_tick(fleet, 40000, 1767269110000);
	cr_expect(!serve_health(fleet, 40000, text, sizeof(text)));
	cr_expect_str_eq(
		text, "nothing has been heard of the fleet for 38s; expected something within 36s\n");
	fleet_free(fleet);
	spec_free(spec);
}

/* A service manager of ours. */
Test(serve, the_service_manager_is_told)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char got[64] = "";
	char folder[] = "/tmp/ot-notify-XXXXXX";
	cr_assert_not_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	unsetenv("NOTIFY_SOCKET");
	cr_expect(!serve_notify("READY=1"));
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	cr_expect(serve_notify("READY=1"));
	cr_expect_eq(recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT), 7);
	cr_expect_str_eq(got, "READY=1");
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
	cr_expect(!serve_notify("WATCHDOG=1"), "nobody is there any more");
	setenv("NOTIFY_SOCKET", "relative", 1);
	cr_expect(!serve_notify("READY=1"));
}

Test(serve, the_abstract_name_space_too)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];
	const int len = snprintf(name, sizeof(name), "@ot-notify-%d", (int)getpid());
	memcpy(address.sun_path, name, (size_t)len);
	address.sun_path[0] = '\0';
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	cr_expect(serve_notify("STOPPING=1"));
	char got[64];
	cr_expect_eq(recv(fd, got, sizeof(got), MSG_DONTWAIT), 10);
	close(fd);
}

Test(serve, the_watchdog_is_fed_twice_as_often_as_it_must)
{
	char pid[32];
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	cr_expect_eq(serve_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	cr_expect_eq(serve_watchdog_ms(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	cr_expect_eq(serve_watchdog_ms(), 0, "it is another process that is watched");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	cr_expect_eq(serve_watchdog_ms(), 15000);
	setenv("WATCHDOG_USEC", "soon", 1);
	cr_expect_eq(serve_watchdog_ms(), 0);
}
