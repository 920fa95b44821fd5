# Sums up what gcov -n prints: each source of src/ with its share of executed lines, then all of them.
/^File / { file = $2 }
/^Lines executed:/ {
	split($0, part, /[:% ]+/)
	if (file ~ /(^|\/)src\/.*\.c$/) {
		sub(/.*\/src\//, "src/", file)
		lines = part[5]
		printf "%6.1f %% of %5d  %s\n", part[3], lines, file
		all += lines
		executed += lines * part[3] / 100
	}
	file = ""
}
END { printf "%6.1f %% of %5d  in all\n", all ? 100 * executed / all : 0, all }
