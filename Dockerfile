# The Prometheus exporter (ollama-top serve) in a container; any other command of ollama-top works as well:
#
#   docker build -t ollama-top .
#   docker run -d --read-only --cap-drop ALL -p 127.0.0.1:9421:9421 \
#     -v /etc/ollama-top:/etc/ollama-top:ro ollama-top
#
# With ssh:// in the configuration, mount a key and known_hosts at /home/ollama-top/.ssh, and add --tmpfs /tmp.
FROM debian:12-slim AS build
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
	autoconf automake gcc gettext libc6-dev libcjson-dev libcurl4-openssl-dev libmicrohttpd-dev libncurses-dev libnfs-dev \
	libuv1-dev libyaml-dev make pkg-config zlib1g-dev
COPY . /src
WORKDIR /build
RUN cd /src && autoreconf -fi && cd /build && /src/configure -q --disable-e2e --prefix=/usr --sysconfdir=/etc && \
	make -s && make -s install-strip DESTDIR=/image

FROM debian:12-slim
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
	ca-certificates libcjson1 libcurl4 libmicrohttpd12 libncursesw6 libnfs13 libuv1 libyaml-0-2 openssh-client zlib1g && \
	rm -rf /var/lib/apt/lists/* && useradd --system --create-home --uid 10080 ollama-top
COPY --from=build /image /
USER ollama-top
EXPOSE 9421
ENTRYPOINT ["ollama-top"]
CMD ["serve", "--listen", "0.0.0.0:9421"]
