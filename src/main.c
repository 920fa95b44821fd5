#include <stdio.h>
int main(void)
{
	puts("ollama-top: not built yet");
	return 2;
}
