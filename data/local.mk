dist_man1_MANS = %D%/ollama-top.1
