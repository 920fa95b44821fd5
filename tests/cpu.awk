# tests/cpu.awk - seconds of CPU, from what the shell's times prints: its second line, "12m3.456s 1m2.345s", has those of the
# commands that it waited for. It is asked by a file, as in a pipe it would be that of another shell.
NR == 2 {
	for (i = 1; i <= 2; i++) {
		split($i, part, /[ms]/)
		sum += 60 * part[1] + part[2]
	}
	printf "%.0f\n", sum
}
