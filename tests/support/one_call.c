// A program that connects, uploads 20 kB, ends within the milliseconds that it is told, and says whose that was.
//
//     one_call TRUTH_FILE ADDRESS PORT MILLISECONDS

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOVED_BYTES 20000

int main(int count, char **given)
{
	static unsigned char data[16 + MOVED_BYTES];
	struct sockaddr_in remote = {.sin_family = AF_INET}, local;
	struct timespec pause = {0};
	socklen_t size = sizeof(local);
	char host[INET_ADDRSTRLEN], line[512];

	if (count != 5 || inet_pton(AF_INET, given[2], &remote.sin_addr) != 1)
		return 2;
	remote.sin_port = htons(atoi(given[3]));
	pause.tv_nsec = atoi(given[4]) * 1000000L;
	data[6] = MOVED_BYTES >> 8;
	data[7] = MOVED_BYTES & 255;
	int client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&remote, sizeof(remote)) || send(client, data, sizeof(data), 0) != sizeof(data))
		return 1;
	shutdown(client, SHUT_WR);
	while (read(client, data, sizeof(data)) > 0)
		continue;
	getsockname(client, (struct sockaddr *)&local, &size);
	inet_ntop(AF_INET, &local.sin_addr, host, sizeof(host));
	int length = snprintf(line, sizeof(line),
			      "{\"pids\": [%d], \"protocol\": \"tcp\", \"local\": \"%s:%d\", \"remote\": \"%s:%s\", "
			      "\"moved\": %zu, \"start_ticks\": 0}\n",
			      getpid(), host, ntohs(local.sin_port), given[2], given[3], sizeof(data));
	int truth = open(given[1], O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (write(truth, line, length) != length)
		return 1;
	nanosleep(&pause, NULL);
	return 0;
}
