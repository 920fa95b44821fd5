dist_man1_MANS = %D%/ollama-top.1
dist_doc_DATA += %D%/config.example.yaml %D%/sim-scenario.example.yaml
