#include "ollama-top/traefik.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

Test(traefik, pool)
{
	size_t len, n;
	struct balancer_server *s;
	char *body = fixture_read("traefik-service.json", &len);
	cr_assert(traefik_parse_service(body, len, &s, &n, &error), "%s", error.text);
	cr_assert_eq(n, 3);
	cr_assert_str_eq(s[0].url, "http://10.0.0.80:11434");
	cr_assert_str_eq(s[0].status, "UP");
	cr_assert_str_eq(s[2].url, "http://10.0.0.84:11435");
	cr_assert_str_eq(s[2].status, "DOWN");
	traefik_free_servers(s, n);
	free(body);
}

Test(traefik, forms)
{
	static const struct {
		const char *body;
		bool fine;
		size_t count;
		const char *status;
	} cases[] = {
		{"{\"loadBalancer\":{\"servers\":[{\"url\":\"http://a\"}]}}", true, 1, ""},
		{"{\"serverStatus\":{\"http://a\":\"DOWN\"}}", true, 1, "DOWN"},
		{"{\"loadBalancer\":{\"servers\":[{\"url\":7},3,{\"url\":\"http://a\"}]},\"serverStatus\":7}",
			true, 1, ""},
		{"{\"loadBalancer\":{\"servers\":[]}}", true, 0, NULL},
		{"{\"weighted\":{\"services\":[]}}", false, 0, NULL},
		{"[]", false, 0, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct balancer_server *s = NULL;
		size_t n = 0;
		bool fine = traefik_parse_service(cases[i].body, strlen(cases[i].body), &s, &n, &error);
		cr_assert_eq(fine, cases[i].fine, "%s", cases[i].body);
		cr_assert_eq(n, cases[i].count, "%s", cases[i].body);
		if (cases[i].status != NULL)
			cr_assert_str_eq(s[0].status, cases[i].status);
		traefik_free_servers(s, n);
	}
}
