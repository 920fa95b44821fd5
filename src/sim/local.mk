# bin_PROGRAMS += ollama-top-sim
