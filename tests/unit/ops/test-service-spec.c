/* The body of a service's update is the engine's own text but for one number. */
#include "ops/service_spec.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void compare(const char *body, char *spec, const char *wanted)
{
	if (wanted == NULL)
		cr_expect_null(spec, "%s", body);
	else
		cr_expect_str_eq(spec != NULL ? spec : "(none)", wanted);
	free(spec);
}

static void expect(const char *body, const char *wanted)
{
	compare(body, service_spec_scaled(body, strlen(body), 12), wanted);
}

static void expect_forced(const char *body, const char *wanted)
{
	compare(body, service_spec_forced(body, strlen(body)), wanted);
}

Test(service_spec, all_else_is_kept)
{
	expect("{\"ID\":\"x\",\"Spec\":{\"Name\":\"a\",\"Mode\":{\"Replicated\":{\"Replicas\":3}}},"
	       "\"Endpoint\":{}}",
		"{\"Name\":\"a\",\"Mode\":{\"Replicated\":{\"Replicas\":12}}}");
	/* Numbers that no double holds, blanks, escapes, and members of the same name elsewhere. */
	expect(" { \"PreviousSpec\" : {\"Mode\":{\"Replicated\":{\"Replicas\":1}}} , \"Spec\" : "
	       "{\"Labels\":{\"Mode\":\"\\\"}{[\","
	       "\"b\":\"\\\\\"},\"Window\":9007199254740993, \"List\":[1,[],{\"Replicas\":5}],\n\"Mode\" : { "
	       "\"Replicated\" : "
	       "{ \"X\":null, \"Replicas\" :\t3 , \"Y\":true} } } }",
		"{\"Labels\":{\"Mode\":\"\\\"}{[\",\"b\":\"\\\\\"},\"Window\":9007199254740993, "
		"\"List\":[1,[],{\"Replicas\":5}],\n\"Mode\" : { \"Replicated\" : { \"X\":null, \"Replicas\" "
		":\t12 , "
		"\"Y\":true} } }");
}

Test(service_spec, without_a_number_there_is_none)
{
	expect("{\"Spec\":{\"Mode\":{\"Global\":{}}}}", NULL);
	expect("{\"Spec\":{\"Mode\":{\"Replicated\":{}}}}", NULL);
	expect("{\"Spec\":[{\"Mode\":1}]}", NULL);
	expect("{}", NULL);
	expect("[]", NULL);
	expect("", NULL);
}

/* What was cut off never leads past its end; the sanitizers watch. */
Test(service_spec, cut_off_anywhere)
{
	static const char body[] = "{\"a\":\"\\\\\\\"\",\"Spec\":{\"b\":[1,{\"c\":2}],\"Mode\":{"
				   "\"Replicated\":{\"Replicas\":3}}}}";
	for (size_t len = 0; len < sizeof body; len++) {
		char *cut = strndup(body, len);
		char *spec = service_spec_scaled(cut, len, 4);
		cr_expect(spec == NULL || strstr(spec, "\"Replicas\":4") != NULL, "%s", cut);
		free(spec);
		free(cut);
	}
}

Test(service_spec, one_update_by_force_more)
{
	expect_forced(
		"{\"ID\":\"x\",\"Spec\":{\"Labels\":{\"ForceUpdate\":\"7\"},\"TaskTemplate\":{\"Window\":"
		"9007199254740993,\"ForceUpdate\":41,\"Runtime\":\"container\"}}}",
		"{\"Labels\":{\"ForceUpdate\":\"7\"},\"TaskTemplate\":{\"Window\":9007199254740993,"
		"\"ForceUpdate\":42,\"Runtime\":\"container\"}}");
	/* The previous spec is not the one to change, and no double holds this number. */
	expect_forced("{\"PreviousSpec\":{\"TaskTemplate\":{\"ForceUpdate\":1}},\"Spec\":{\"TaskTemplate\":"
		      "{\"ForceUpdate\" : 18446744073709551614 }}}",
		"{\"TaskTemplate\":{\"ForceUpdate\" : 18446744073709551615 }}");
}

Test(service_spec, the_first_update_by_force)
{
	expect_forced("{\"Spec\":{\"TaskTemplate\":{ \"Runtime\":\"container\"},\"Mode\":{}}}",
		"{\"TaskTemplate\":{ \"ForceUpdate\":1,\"Runtime\":\"container\"},\"Mode\":{}}");
	expect_forced("{\"Spec\":{\"TaskTemplate\":{}}}", "{\"TaskTemplate\":{\"ForceUpdate\":1}}");
	/* One of a container's own members is none of the task's. */
	expect_forced("{\"Spec\":{\"TaskTemplate\":{\"ContainerSpec\":{\"ForceUpdate\":3}}}}",
		"{\"TaskTemplate\":{\"ForceUpdate\":1,\"ContainerSpec\":{\"ForceUpdate\":3}}}");
}

Test(service_spec, what_cannot_be_counted_on)
{
	expect_forced("{\"Spec\":{\"TaskTemplate\":{\"ForceUpdate\":18446744073709551615}}}", NULL);
	expect_forced("{\"Spec\":{\"TaskTemplate\":{\"ForceUpdate\":184467440737095516150}}}", NULL);
	expect_forced("{\"Spec\":{\"TaskTemplate\":{\"ForceUpdate\":-1}}}", NULL);
	expect_forced("{\"Spec\":{\"TaskTemplate\":{\"ForceUpdate\":\"1\"}}}", NULL);
	expect_forced("{\"Spec\":{\"TaskTemplate\":[]}}", NULL);
	expect_forced("{\"Spec\":{}}", NULL);
	expect_forced("", NULL);
}

Test(service_spec, forced_but_cut_off_anywhere)
{
	static const char body[] =
		"{\"a\":\"\\\\\\\"\",\"Spec\":{\"b\":[1,{\"c\":2}],\"TaskTemplate\":{\"d\":{},"
		"\"ForceUpdate\":3}}}";
	for (size_t len = 0; len < sizeof body; len++) {
		char *cut = strndup(body, len);
		char *spec = service_spec_forced(cut, len);
		cr_expect(spec == NULL || strstr(spec, "\"ForceUpdate\":") != NULL, "%s", cut);
		free(spec);
		free(cut);
	}
}
