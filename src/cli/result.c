#include "result.h"

#include "command.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <string.h>

static bool print_json(const struct fleet *fleet, result_json_fn *json)
{
	cJSON *tree = json(fleet);
	char *text = tree ? cJSON_Print(tree) : NULL;
	cJSON_Delete(tree);
	if (text) {
		puts(text);
	}
	cJSON_free(text);
	return text != NULL;
}

int result_flush(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		char message[128];
		snprintf(message, sizeof(message), _("cannot write the result: %s"), strerror(errno));
		command_complain(message);
		return EXIT_UNWELL;
	}
	return status;
}

int result_print(
	enum format format, const struct fleet *fleet, result_json_fn *json, result_text_fn *text, int status)
{
	if (format == FORMAT_TEXT) {
		text(stdout, fleet);
	} else if (!print_json(fleet, json)) {
		command_complain(_("out of memory"));
		return EXIT_UNWELL;
	}
	return result_flush(status);
}
