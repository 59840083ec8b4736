// The practical limit: what `weir replay` does, in plain C and with nothing else. Reads a
// little-endian microsecond Ethernet pcap, keeps flows in windows of 60 s, writes v2 lines.
//
//   limit CAPTURE.pcap OUTPUT.txt       prints {"records":N,"packets":N,"bytes":N}
//
// Flows lie densely in first-seen order, 64 bytes each. An index of 32-bit words (8-bit tag,
// 24-bit number) finds them; it is at most half full. Packets are read in batches: first all
// headers, fetching the index words ahead, then the flows they point to, then the counting.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  BATCH = 256,
  READ_BYTES = 1 << 20,
  TEXT_BYTES = 1 << 20,
  LINE_BYTES_MAX = 256,
  FLOWS_MAX = (1 << 24) - 2,
  WINDOW_SECONDS = 60,
  ETHER_IPV4 = 0x0800,
  ETHER_IPV6 = 0x86dd,
  ETHER_VLAN = 0x8100,
  ETHER_SERVICE_VLAN = 0x88a8,
};

typedef struct {
  uint64_t address[4];  // source, destination; IPv4 in the first two words
  uint32_t ports;       // as on the wire
  uint32_t kind;        // protocol, and bit 31 for IPv6
} Key;

typedef struct {
  Key key;
  uint32_t packets, first, last, unused;  // times in seconds since the window's start
  uint64_t bytes;
} Flow;

typedef struct {
  Key key;
  uint64_t hash;
  uint32_t bytes, second;
} Packet;

_Static_assert(sizeof(Key) == 40, "keys are compared word by word");
_Static_assert(sizeof(Flow) == 64, "a flow is one cache line");

static Flow *flows;
static uint32_t *slots, slot_mask, flow_count;
static Packet batch[BATCH];
static uint32_t batch_count, window_start;
static char *text;
static size_t text_length;
static int text_file;
static uint64_t records, packets, bytes;
static char octet_text[256][4];
static uint8_t octet_length[256];

static inline uint32_t load32(const uint8_t *from) {
  uint32_t value;
  memcpy(&value, from, 4);
  return value;
}

static inline uint32_t big16(const uint8_t *from) {
  return from[0] << 8 | from[1];
}

static void *map_memory(size_t size) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory == MAP_FAILED) abort();
  madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

static inline uint64_t mix(uint64_t left, uint64_t right) {
  __uint128_t product = (__uint128_t)left * right;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_of(const Key *key) {
  uint64_t hash = mix(key->address[0] ^ 0x9e3779b97f4a7c15, key->address[1] ^ 0xbf58476d1ce4e5b9);
  if (key->kind >> 31) hash = mix(hash ^ key->address[2], key->address[3] ^ 0x94d049bb133111eb);
  uint64_t rest = (uint64_t)key->ports << 32 | key->kind;
  return mix(hash ^ 0xd6e8feb86659fd93, rest ^ 0xa0761d6478bd642f);
}

static inline int same(const Key *left, const Key *right) {
  return ((left->address[0] ^ right->address[0]) | (left->address[1] ^ right->address[1]) |
          (left->address[2] ^ right->address[2]) | (left->address[3] ^ right->address[3]) |
          (left->ports ^ right->ports) | (left->kind ^ right->kind)) == 0;
}

static inline uint32_t slot_word(uint64_t hash, uint32_t number) {
  return (uint32_t)(hash >> 56) << 24 | (number + 1);
}

static void grow_index(void) {
  munmap(slots, ((size_t)slot_mask + 1) * 4);
  slot_mask = slot_mask * 2 + 1;
  slots = map_memory(((size_t)slot_mask + 1) * 4);
  for (uint32_t number = 0; number < flow_count; number++) {
    uint64_t hash = hash_of(&flows[number].key);
    uint32_t slot = (uint32_t)hash & slot_mask;
    while (slots[slot] != 0) slot = (slot + 1) & slot_mask;
    slots[slot] = slot_word(hash, number);
  }
}

static inline void count_packet(const Packet *packet) {
  uint32_t slot = (uint32_t)packet->hash & slot_mask;
  for (uint32_t word = slots[slot]; word != 0; word = slots[slot]) {
    if (word >> 24 == (uint32_t)(packet->hash >> 56)) {
      Flow *flow = &flows[(word & 0xffffff) - 1];
      if (same(&flow->key, &packet->key)) {
        flow->packets += 1;
        flow->bytes += packet->bytes;
        flow->last = packet->second;
        return;
      }
    }
    slot = (slot + 1) & slot_mask;
  }
  if (flow_count == FLOWS_MAX) abort();
  slots[slot] = slot_word(packet->hash, flow_count);
  flows[flow_count++] = (Flow){packet->key, 1, packet->second, packet->second, 0, packet->bytes};
  if (flow_count > slot_mask / 2) grow_index();
}

static void drain_batch(void) {
  for (uint32_t index = 0; index < batch_count; index++) {
    uint32_t word = slots[(uint32_t)batch[index].hash & slot_mask] & 0xffffff;
    if (word != 0) __builtin_prefetch(&flows[word - 1], 1);
  }
  for (uint32_t index = 0; index < batch_count; index++) count_packet(&batch[index]);
  batch_count = 0;
}

static inline char *put_number(char *out, uint64_t value) {
  char digits[20];
  int length = 0;
  do digits[length++] = '0' + value % 10;
  while ((value /= 10) != 0);
  while (length > 0) *out++ = digits[--length];
  return out;
}

static inline char *put_ipv4(char *out, const uint8_t *octets) {
  for (int index = 0; index < 4; index++) {
    memcpy(out, octet_text[octets[index]], 4);
    out += octet_length[octets[index]];
    *out++ = '.';
  }
  return out - 1;
}

static inline char *put_group(char *out, uint32_t group) {
  int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0;
  for (; shift >= 0; shift -= 4) {
    *out++ = "0123456789abcdef"[group >> shift & 15];
  }
  return out;
}

/** RFC 5952: the first longest run of two or more zero groups becomes `::`. */
static char *put_ipv6(char *out, const uint8_t *octets) {
  int run_start = -1, run_length = 1;
  for (int start = 0; start < 8; start++) {
    int length = 0;
    while (start + length < 8 && big16(octets + 2 * (start + length)) == 0) length++;
    if (length > run_length) run_start = start, run_length = length;
    start += length;
  }
  if (run_start == 0) *out++ = ':';
  for (int group = 0; group < 8; group++) {
    if (group == run_start) {
      *out++ = ':';
      group += run_length - 1;
      continue;
    }
    out = put_group(out, big16(octets + 2 * group));
    if (group < 7) *out++ = ':';
  }
  return out;
}

static inline char *put_address(char *out, const uint64_t *words, int is_ipv6) {
  const uint8_t *octets = (const uint8_t *)words;
  return is_ipv6 ? put_ipv6(out, octets) : put_ipv4(out, octets);
}

static void flush_text(void) {
  if (write(text_file, text, text_length) != (ssize_t)text_length) abort();
  text_length = 0;
}

static void put_record(const Flow *flow) {
  static const char head[] = "2 000000000000 eni-00000000000000000 ";
  static const char tail[] = " ACCEPT OK\n";
  int is_ipv6 = flow->key.kind >> 31;
  char *out = text + text_length;
  memcpy(out, head, sizeof head - 1);
  out = put_address(out + sizeof head - 1, flow->key.address, is_ipv6);
  *out++ = ' ';
  out = put_address(out, flow->key.address + (is_ipv6 ? 2 : 1), is_ipv6);
  const uint64_t numbers[] = {ntohs(flow->key.ports & 0xffff),
                              ntohs(flow->key.ports >> 16),
                              flow->key.kind & 0xff,
                              flow->packets,
                              flow->bytes,
                              window_start + flow->first,
                              window_start + flow->last};
  for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
    *out++ = ' ';
    out = put_number(out, numbers[index]);
  }
  memcpy(out, tail, sizeof tail - 1);
  text_length = out + sizeof tail - 1 - text;
  if (text_length > TEXT_BYTES - LINE_BYTES_MAX) flush_text();
}

static void close_window(void) {
  drain_batch();
  for (uint32_t number = 0; number < flow_count; number++) {
    packets += flows[number].packets;
    bytes += flows[number].bytes;
    put_record(&flows[number]);
  }
  records += flow_count;
  flow_count = 0;
  memset(slots, 0, ((size_t)slot_mask + 1) * 4);
}

static inline uint32_t ports_at(uint32_t protocol, const uint8_t *transport, const uint8_t *end) {
  int has_ports = protocol == 6 || protocol == 17 || protocol == 132;
  return has_ports && transport + 4 <= end ? load32(transport) : 0;
}

/** Fills the packet's key and bytes; 0 when the frame is not IP. */
static inline int read_frame(const uint8_t *frame, const uint8_t *end, Packet *packet) {
  const uint8_t *ip = frame + 14;
  uint32_t type = ip <= end ? big16(frame + 12) : 0;
  for (; type == ETHER_VLAN || type == ETHER_SERVICE_VLAN; ip += 4) {
    type = ip + 4 <= end ? big16(ip + 2) : 0;
  }
  Key *key = &packet->key;
  if (type == ETHER_IPV4 && ip + 20 <= end) {
    uint32_t is_later = big16(ip + 6) & 0x1fff;
    key->address[0] = load32(ip + 12);
    key->address[1] = load32(ip + 16);
    key->address[2] = key->address[3] = 0;
    key->kind = ip[9];
    key->ports = is_later ? 0 : ports_at(ip[9], ip + (ip[0] & 15) * 4, end);
    packet->bytes = big16(ip + 2);
    return 1;
  }
  if (type != ETHER_IPV6 || ip + 40 > end) return 0;
  memcpy(key->address, ip + 8, 32);
  key->kind = ip[6] | 1u << 31;
  key->ports = ports_at(ip[6], ip + 40, end);
  packet->bytes = 40 + big16(ip + 4);
  return 1;
}

/** Reads whole records from the chunk; the bytes that are left begin an unfinished one. */
static size_t read_chunk(const uint8_t *chunk, size_t length) {
  const uint8_t *record = chunk, *end = chunk + length;
  while (record + 16 <= end) {
    uint32_t second = load32(record), captured = load32(record + 8);
    const uint8_t *frame = record + 16;
    if (frame + captured > end) break;
    record = frame + captured;
    if (second - window_start >= WINDOW_SECONDS) {
      close_window();
      window_start = second - second % WINDOW_SECONDS;
    }
    Packet *packet = &batch[batch_count];
    if (!read_frame(frame, record, packet)) continue;
    packet->second = second - window_start;
    packet->hash = hash_of(&packet->key);
    __builtin_prefetch(&slots[(uint32_t)packet->hash & slot_mask]);
    if (++batch_count == BATCH) drain_batch();
  }
  return end - record;
}

int main(int count, char **values) {
  int capture = count == 3 ? open(values[1], O_RDONLY) : -1;
  text_file = count == 3 ? open(values[2], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  uint8_t header[24];
  int is_read = capture >= 0 && text_file >= 0 && read(capture, header, 24) == 24;
  if (!is_read || load32(header) != 0xa1b2c3d4) {
    fprintf(stderr, "usage: limit CAPTURE.pcap OUTPUT.txt\n");
    return 2;
  }
  for (int octet = 0; octet < 256; octet++) {
    octet_length[octet] = sprintf(octet_text[octet], "%d", octet);
  }
  flows = map_memory((size_t)FLOWS_MAX * sizeof(Flow));
  slot_mask = (1 << 16) - 1;
  slots = map_memory(((size_t)slot_mask + 1) * 4);
  text = malloc(TEXT_BYTES);
  uint8_t *chunk = malloc(READ_BYTES * 2);
  size_t left = 0;
  for (;;) {
    ssize_t got = read(capture, chunk + left, READ_BYTES);
    if (got <= 0) break;
    size_t length = left + got;
    left = read_chunk(chunk, length);
    memmove(chunk, chunk + length - left, left);
  }
  close_window();
  flush_text();
  printf("{\"records\":%lu,\"packets\":%lu,\"bytes\":%lu}\n", records, packets, bytes);
  return 0;
}
