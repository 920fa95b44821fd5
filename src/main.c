#include "cli/command.h"
#include "ollama-top/i18n.h"

#include <limits.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

/*
 * Where the catalogues are: of an installed program where they were installed, else beside the program, as make
 * leaves them, so that a build speaks every language before it is installed.
 */
static const char *catalogues(char path[PATH_MAX])
{
	static const char below[] = "po/locale";
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	while (len > 0 && path[len - 1] != '/') {
		len--;
	}
	if (len <= 0 || (size_t)len + sizeof(below) > PATH_MAX) {
		return LOCALEDIR;
	}
	memcpy(path + len, below, sizeof(below));
	return access(path, X_OK) == 0 ? path : LOCALEDIR;
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	setlocale(LC_ALL, "");
	/* Figures are written to JSON, to Prometheus and to files as well: a decimal point everywhere. */
	setlocale(LC_NUMERIC, "C");
	bindtextdomain("ollama-top", catalogues(path));
	bind_textdomain_codeset("ollama-top", "UTF-8");
	textdomain("ollama-top");
	return command_main(argc, argv);
}
