// Runs a command and waits for it and for everything it leaves behind (daemon-like plugins
// included), then writes what all of them used as one JSON line to a file.
//
//   measure RESULT.json COMMAND [ARGUMENT...]
//
// maxrss_kib is the peak of the largest process.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval value) {
  return value.tv_sec + value.tv_usec / 1e6;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **values) {
  if (count < 3) {
    fprintf(stderr, "usage: measure RESULT.json COMMAND [ARGUMENT...]\n");
    return 2;
  }
  // Orphans of the command become our children, so that their time is counted too.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  double started = now();
  pid_t command = fork();
  if (command == 0) {
    execvp(values[2], values + 2);
    perror(values[2]);
    _exit(127);
  }
  int status = 0, exit_code = 1;
  for (pid_t ended = wait(&status); ended > 0; ended = wait(&status)) {
    if (ended != command) continue;
    exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  double wall = now() - started;
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  FILE *result = fopen(values[1], "w");
  if (result == NULL) {
    perror(values[1]);
    return 1;
  }
  fprintf(result, "{\"status\":%d,\"wall_s\":%.4f,", exit_code, wall);
  fprintf(result, "\"user_s\":%.4f,\"system_s\":%.4f,", seconds(usage.ru_utime),
          seconds(usage.ru_stime));
  fprintf(result, "\"maxrss_kib\":%ld}\n", usage.ru_maxrss);
  fclose(result);
  return exit_code;
}
