// Sends small UDP packets at a steady rate out of one interface, past the queueing discipline.
//
//   blaster INTERFACE DESTINATION_MAC PACKETS_PER_SECOND PACKETS FLOWS PAYLOAD_BYTES
//
// 198.18.0.1:(1024 + n) -> 198.19.0.1:9, RFC 2544's addresses. Prints {"sent":N,"wall_s":S}.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, FRAME_BYTES_MAX = 1514, PAUSE_NANOSECONDS = 100000 };

typedef struct __attribute__((packed)) {
  struct ethhdr ethernet;
  struct iphdr ip;
  struct udphdr udp;
  uint8_t payload[FRAME_BYTES_MAX - 42];
} Frame;

static Frame frames[BATCH];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint16_t header_checksum(const void *header) {
  const uint16_t *words = header;
  uint32_t sum = 0;
  for (int index = 0; index < 10; index++) sum += words[index];
  sum = (sum & 0xffff) + (sum >> 16);
  return ~(sum + (sum >> 16));
}

static int open_socket(const char *interface, uint8_t *own_mac) {
  int handle = socket(AF_PACKET, SOCK_RAW, 0), enable = 1;
  if (handle < 0) fail("socket");
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  if (ioctl(handle, SIOCGIFHWADDR, &request) < 0) fail(interface);
  memcpy(own_mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
  setsockopt(handle, SOL_PACKET, PACKET_QDISC_BYPASS, &enable, sizeof enable);
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(interface)};
  if (bind(handle, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  return handle;
}

static void fill_frame(Frame *frame, const uint8_t *own_mac, const char *destination, int payload) {
  memcpy(frame->ethernet.h_source, own_mac, ETH_ALEN);
  uint8_t *mac = frame->ethernet.h_dest;
  if (sscanf(destination, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
             mac + 5) != ETH_ALEN) {
    fprintf(stderr, "not a MAC: %s\n", destination);
    exit(2);
  }
  frame->ethernet.h_proto = htons(ETH_P_IP);
  frame->ip = (struct iphdr){.ihl = 5, .version = 4, .ttl = 64, .protocol = IPPROTO_UDP};
  frame->ip.tot_len = htons(sizeof frame->ip + sizeof frame->udp + payload);
  frame->ip.saddr = inet_addr("198.18.0.1");
  frame->ip.daddr = inet_addr("198.19.0.1");
  frame->ip.check = header_checksum(&frame->ip);
  frame->udp.dest = htons(9);
  frame->udp.len = htons(sizeof frame->udp + payload);
}

int main(int count, char **values) {
  if (count != 7) {
    fprintf(stderr, "usage: blaster INTERFACE MAC PACKETS_PER_SECOND PACKETS FLOWS PAYLOAD\n");
    return 2;
  }
  double rate = atof(values[3]);
  long wanted = atol(values[4]), flows = atol(values[5]), sent = 0;
  int payload = atoi(values[6]);
  uint8_t own_mac[ETH_ALEN];
  int handle = open_socket(values[1], own_mac);
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  for (int index = 0; index < BATCH; index++) {
    fill_frame(&frames[index], own_mac, values[2], payload);
    parts[index] = (struct iovec){&frames[index], sizeof(Frame) - sizeof frames->payload + payload};
    messages[index].msg_hdr = (struct msghdr){.msg_iov = &parts[index], .msg_iovlen = 1};
  }
  double started = now();
  while (sent < wanted) {
    long due = (long)((now() - started) * rate) - sent;
    if (due > wanted - sent) due = wanted - sent;
    if (due < BATCH && due < wanted - sent) {
      nanosleep(&(struct timespec){0, PAUSE_NANOSECONDS}, NULL);
      continue;
    }
    int batch = due < BATCH ? (int)due : BATCH;
    for (int index = 0; index < batch; index++) {
      frames[index].udp.source = htons(1024 + (sent + index) % flows);
    }
    int done = sendmmsg(handle, messages, batch, 0);
    if (done < 0 && errno != ENOBUFS && errno != EAGAIN) fail("sendmmsg");
    if (done > 0) sent += done;
  }
  printf("{\"sent\":%ld,\"wall_s\":%.3f}\n", sent, now() - started);
  return 0;
}
