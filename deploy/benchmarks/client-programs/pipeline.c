/* What libpq's pipeline mode gives a C program (libpq chapter 34.5): batches of the same prepared SELECT, one sync each.
   Usage: pipeline CONNINFO ROWS BATCH SECONDS; prints statements a second. */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(PGconn *connection) {
  fprintf(stderr, "pipeline: %s", PQerrorMessage(connection));
  exit(2);
}

int main(int count, char **words) {
  if (count != 5) return 2;
  int rows = atoi(words[2]), batch = atoi(words[3]);
  double seconds = atof(words[4]);
  PGconn *connection = PQconnectdb(words[1]);
  if (PQstatus(connection) != CONNECTION_OK) fail(connection);
  Oid type = 23;
  PQclear(PQprepare(connection, "s", "SELECT name, hours FROM bench_people WHERE id = $1", 1, &type));
  if (!PQenterPipelineMode(connection)) fail(connection);

  int length = 4, binary = 1;
  long done = 0, sum = 0;
  unsigned seed = 1;
  double start = now(), spent;
  do {
    for (int i = 0; i < batch; i++) {
      uint32_t key = htonl(1 + rand_r(&seed) % rows);
      const char *value = (const char *)&key;
      if (!PQsendQueryPrepared(connection, "s", 1, &value, &length, &binary, 1)) fail(connection);
    }
    if (!PQpipelineSync(connection)) fail(connection);
    for (int i = 0; i < batch; i++) {
      PGresult *result = PQgetResult(connection);
      if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) fail(connection);
      sum += strlen(PQgetvalue(result, 0, 0)) + ntohl(*(uint32_t *)PQgetvalue(result, 0, 1));
      PQclear(result);
      if (PQgetResult(connection)) fail(connection);
    }
    PGresult *sync = PQgetResult(connection);
    if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC) fail(connection);
    PQclear(sync);
    done += batch;
    spent = now() - start;
  } while (spent < seconds);
  PQfinish(connection);
  printf("%.1f %ld\n", done / spent, sum);
  return 0;
}
