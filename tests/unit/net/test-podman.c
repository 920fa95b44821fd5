/*
 * Podman 4.3's imitation of Docker's API, where it differs.
 */
#include "ollama-top/docker.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

Test(podman, version)
{
	size_t len;
	struct docker_version v;
	char *body = fixture_read("podman-version.json", &len), api[16];
	cr_assert(docker_parse_version(body, len, &v, &error), "%s", error.text);
	cr_assert_str_eq(v.version, "4.3.1");
	cr_assert(docker_negotiate(&v, api, sizeof api, &error), "%s", error.text);
	cr_assert_str_eq(api, "1.41");
	free(body);
}

Test(podman, list)
{
	size_t len, n;
	struct docker_listed *list;
	char image[] = "*/obox*";
	struct discover_spec discover = {.image = image};
	char *body = fixture_read("podman-list.json", &len);
	cr_assert(docker_parse_list(body, len, &discover, &list, &n, &error), "%s", error.text);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(list[0].name, "ollama-1");
	cr_assert_eq(list[0].status, CONTAINER_RUNNING);
	cr_assert(list[0].discovered);
	free(list);
	free(body);
}

Test(podman, inspect_of_a_container_on_the_hosts_network)
{
	size_t len;
	struct docker_inspected i;
	char *body = fixture_read("podman-inspect.json", &len);
	cr_assert(docker_parse_inspect(body, len, &i, &error), "%s", error.text);
	cr_assert_eq(i.container.status, CONTAINER_RUNNING);
	cr_assert_eq(i.container.health, HEALTH_NONE);
	cr_assert_eq(i.container.memory_limit, 64 << 20);
	cr_assert(i.host_network);
	cr_assert_eq(i.container.host_port, 24450);
	docker_free_inspected(&i);
	free(body);
}

Test(podman, stats_without_detail_are_judged_by_usage)
{
	size_t len;
	struct docker_stats s;
	char *body = fixture_read("podman-stats.json", &len);
	cr_assert(docker_parse_stats(body, len, &s, &error), "%s", error.text);
	cr_assert_eq(s.memory_used, 225280);
	cr_assert_eq(s.memory_judged, 225280);
	cr_assert_eq(s.memory_limit, 64 << 20);
	cr_assert_eq(s.major_faults, -1);
	cr_assert_eq(s.cpu_ns, 259628876);
	free(body);
}

Test(podman, words_for_states)
{
	cr_assert_eq(docker_status_of("configured"), CONTAINER_CREATED);
	cr_assert_eq(docker_status_of("Stopped"), CONTAINER_EXITED);
	cr_assert_eq(docker_status_of("no such word"), CONTAINER_UNKNOWN);
	cr_assert_eq(docker_status_of(NULL), CONTAINER_UNKNOWN);
}
