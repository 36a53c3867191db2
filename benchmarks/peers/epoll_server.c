// The floor: a loop of epoll that shakes hands, reads plain requests, and writes the same bytes to every
// subscriber. It checks nothing and limits nothing. Usage: epoll_server PORT
//
// What came in one read is written at once: each subscriber gets the events of one turn joined in one write.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 1 << 17, READ_SIZE = 1 << 18, MAX_EVENTS = 1024 };

enum kind { HTTP, SOCKET };

struct connection {
  enum kind kind;
  int place;   // among the subscribers; -1 where it is none
  char *rest;  // the beginning of a request or a frame, until the rest of it comes
  size_t held;
};

static struct connection connections[MAX_FDS];
static int subscribers[MAX_FDS];
static int subscriber_count;
static char input[2 * READ_SIZE];
static char pending[READ_SIZE];  // the frames of this turn
static size_t pending_size;

static const char SUBSCRIBED[] = "\x81\x0asubscribed";
static const char ANSWER[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint32_t rotated(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

// SHA-1 of a text of at most 119 bytes (two blocks), which the handshake asks for.
static void sha1(const char *text, size_t size, unsigned char digest[20]) {
  uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  unsigned char padded[128] = {0};
  size_t blocks = size < 56 ? 1 : 2;
  memcpy(padded, text, size);
  padded[size] = 0x80;
  padded[blocks * 64 - 2] = (unsigned char)(size * 8 >> 8);
  padded[blocks * 64 - 1] = (unsigned char)(size * 8);
  for (size_t block = 0; block < blocks; block++) {
    uint32_t words[80];
    for (int i = 0; i < 16; i++) {
      const unsigned char *at = padded + block * 64 + i * 4;
      words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int i = 16; i < 80; i++) words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
      uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                       : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                       : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                                : (b ^ c ^ d) + 0xCA62C1D6;
      uint32_t next = rotated(a, 5) + mixed + e + words[i];
      e = d, d = c, c = rotated(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = (unsigned char)(state[i / 4] >> (24 - i % 4 * 8));
}

static void base64(const unsigned char digest[20], char text[29]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0, at = 0; i < 20; i += 3) {
    uint32_t three = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (i + 2 < 20 ? digest[i + 2] : 0);
    for (int shift = 18; shift >= 0; shift -= 6) text[at++] = letters[three >> shift & 63];
  }
  text[27] = '=';
  text[28] = 0;
}

static void leave(int fd) {
  struct connection *connection = &connections[fd];
  if (connection->place >= 0) {
    int last = subscribers[--subscriber_count];
    subscribers[connection->place] = last;
    connections[last].place = connection->place;
  }
  free(connection->rest);
  *connection = (struct connection){HTTP, -1, NULL, 0};
  close(fd);
}

static void send_all(int fd, const char *bytes, size_t size) {
  // Who does not read is disconnected: there is no queue.
  if (send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size) shutdown(fd, SHUT_RDWR);
}

static void add_pending(const char *text, size_t size) {
  if (pending_size + size + 4 > sizeof pending) fail("too many events in one read");
  char *at = pending + pending_size;
  *at++ = (char)0x81;
  if (size < 126) {
    *at++ = (char)size;
  } else {
    *at++ = 126;
    *at++ = (char)(size >> 8);
    *at++ = (char)size;
  }
  memcpy(at, text, size);
  pending_size = (size_t)(at + size - pending);
}

static void broadcast(void) {
  if (pending_size == 0) return;
  for (int i = 0; i < subscriber_count; i++) send_all(subscribers[i], pending, pending_size);
  pending_size = 0;
}

static void shake_hands(int fd, const char *head, size_t size) {
  static const char name[] = "Sec-WebSocket-Key: ";
  const char *key = memmem(head, size, name, sizeof name - 1);
  if (key == NULL) return;
  key += sizeof name - 1;
  char text[128], accept[29], answer[256];
  unsigned char digest[20];
  int length = snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
  sha1(text, (size_t)length, digest);
  base64(digest, accept);
  length = snprintf(answer, sizeof answer,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: %s\r\n\r\n",
                    accept);
  send_all(fd, answer, (size_t)length);
  connections[fd].kind = SOCKET;
}

// One request at the start of the bytes: how many it has, or 0 when more must come.
static size_t take_request(int fd, const char *bytes, size_t size) {
  const char *end = memmem(bytes, size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t head = (size_t)(end + 4 - bytes);
  if (bytes[0] == 'G') {
    shake_hands(fd, bytes, head);
    return head;
  }
  static const char name[] = "Content-Length: ";
  const char *length = memmem(bytes, head, name, sizeof name - 1);
  size_t body = length == NULL ? 0 : strtoul(length + sizeof name - 1, NULL, 10);
  if (size < head + body) return 0;
  add_pending(bytes + head, body);
  send_all(fd, ANSWER, sizeof ANSWER - 1);
  return head + body;
}

// One small masked frame at the start of the bytes, whatever it says: its sender subscribes.
static size_t take_frame(int fd, const char *bytes, size_t size) {
  if (size < 6) return 0;
  size_t whole = 6 + (size_t)(bytes[1] & 0x7F);
  if (size < whole) return 0;
  if (connections[fd].place < 0) {
    connections[fd].place = subscriber_count;
    subscribers[subscriber_count++] = fd;
  }
  send_all(fd, SUBSCRIBED, sizeof SUBSCRIBED - 1);
  return whole;
}

static void keep(struct connection *connection, const char *bytes, size_t size) {
  free(connection->rest);
  connection->rest = NULL;
  connection->held = size;
  if (size == 0) return;
  connection->rest = malloc(size);
  if (connection->rest == NULL) fail("malloc");
  memcpy(connection->rest, bytes, size);
}

static void read_from(int fd) {
  struct connection *connection = &connections[fd];
  size_t size = connection->held, at = 0, taken;
  if (size > READ_SIZE) fail("a request is too large");
  memcpy(input, connection->rest == NULL ? "" : connection->rest, size);
  ssize_t received = recv(fd, input + size, READ_SIZE, MSG_DONTWAIT);
  if (received <= 0) {
    if (received == 0 || errno != EAGAIN) leave(fd);
    return;
  }
  size += (size_t)received;
  do {
    taken = connection->kind == SOCKET ? take_frame(fd, input + at, size - at) : take_request(fd, input + at, size - at);
    at += taken;
  } while (taken > 0 && at < size);
  if (connection->held > 0 || at < size) keep(connection, input + at, size - at);
}

static int listen_at(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
  return listener;
}

static void accept_all(int listener, int poller) {
  int fd, yes = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (fd >= MAX_FDS) fail("too many connections");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections[fd] = (struct connection){HTTP, -1, NULL, 0};
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted)) fail("epoll_ctl");
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int listener = listen_at(atoi(argv[1])), poller = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, ready[MAX_EVENTS];
  if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted)) fail("epoll");
  puts("ready");
  fflush(stdout);
  for (;;) {
    int count = epoll_wait(poller, ready, MAX_EVENTS, -1);
    for (int i = 0; i < count; i++) {
      if (ready[i].data.fd == listener) {
        accept_all(listener, poller);
      } else {
        read_from(ready[i].data.fd);
      }
    }
    broadcast();
  }
}
