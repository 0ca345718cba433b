/* Keeps beside every file of one folder what of it was really synced: the disk that a power cut leaves.
 *
 * Loaded in front of the C library (LD_PRELOAD). A write that was not followed by fsync or fdatasync may be lost, in part or
 * in whole, when the power goes; so at each of these calls the file is copied into the folder SYNCED_TO. What the process
 * wrote beyond that stands only in the live file, and the harness takes 512-byte sectors of either. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep(int fd) {
    const char *from = getenv("SYNCED_FROM"), *to = getenv("SYNCED_TO");
    char link[64], path[PATH_MAX], copy[PATH_MAX], next[PATH_MAX + 8], block[65536];
    if (!from || !to) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    if (strncmp(path, from, strlen(from)) != 0) return;
    const char *name = strrchr(path, '/');
    if (snprintf(copy, sizeof copy, "%s%s", to, name) >= (int)sizeof copy) return;
    snprintf(next, sizeof next, "%s.next", copy);
    int out = open(next, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0) return;
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, block, sizeof block, at)) > 0) {
        if (write(out, block, got) != got) break;
        at += got;
    }
    close(out);
    rename(next, copy); /* a copy that a kill interrupts is no copy: the older one stands */
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int answer = real(fd);
    if (answer == 0) keep(fd);
    return answer;
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int answer = real(fd);
    if (answer == 0) keep(fd);
    return answer;
}
