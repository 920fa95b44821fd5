noinst_LIBRARIES += libnet.a
libnet_a_SOURCES =
libnet_a_SOURCES += %D%/clock.c %D%/endpoint.c %D%/frames.c
libnet_a_SOURCES += %D%/http.c %D%/http-date.c %D%/http-error.c %D%/http-private.h
libnet_a_SOURCES += %D%/http-socket.c %D%/http-transfer.c
libnet_a_SOURCES += %D%/ndjson.c %D%/resolve.c %D%/resolve.h
