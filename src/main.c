#include "cli/command.h"
#include "ollama-top/i18n.h"

#include <locale.h>

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	bindtextdomain("ollama-top", LOCALEDIR);
	textdomain("ollama-top");
	return command_main(argc, argv);
}
