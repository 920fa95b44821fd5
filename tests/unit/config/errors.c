/* Every mistake that the configuration knows, with the exact place and words. */
#include "mistakes.h"
#include "ollama-top/config.h"

#include <criterion/criterion.h>
#include <string.h>

Test(config, every_mistake_is_told_with_its_place)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct config_error error;
		struct fleet_spec *spec = config_parse("f", m->yaml, strlen(m->yaml), &error);
		cr_expect_null(spec, "accepted: %s", m->yaml);
		cr_expect_str_eq(error.message, m->message, "%s\nof: %s", error.message, m->yaml);
		spec_free(spec);
	}
}
