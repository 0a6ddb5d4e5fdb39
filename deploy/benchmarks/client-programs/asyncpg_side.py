"""The same work by asyncpg, on uvloop. Usage: asyncpg_side.py URL ROWS WORK SECONDS; prints what it did a second."""
import asyncio
import random
import sys
import time

import asyncpg
import uvloop

SELECT = "SELECT name, hours FROM bench_people WHERE id = $1"
PEOPLE = "SELECT id, name, hours, fee, born, recorded_at, complete, key FROM bench_people"


async def repeat(seconds, once):
    """Runs `once`, which says how much it did, until the time is over."""
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds: done += await once()
    return done / spent


async def single(connection, rows, seconds):
    statement = await connection.prepare(SELECT)

    async def once():
        row = await statement.fetchrow(random.randint(1, rows))
        assert len(row["name"]) + row["hours"] > 0
        return 1
    return await repeat(seconds, once)


async def decoded(connection, rows, seconds):
    statement = await connection.prepare(PEOPLE)

    async def once():
        fetched = await statement.fetch()
        total = 0
        for row in fetched:
            total += row["id"] + len(row["name"]) + row["hours"] + row["fee"]
            assert row["born"] and row["recorded_at"] and row["complete"] is not None and row["key"]
        assert total > 0
        return len(fetched)
    return await repeat(seconds, once)


async def streamed(connection, rows, seconds):
    async def once():
        count = total = 0
        async with connection.transaction():
            async for row in connection.cursor(PEOPLE, prefetch=1000):
                count += 1
                total += row["id"] + len(row["name"]) + row["hours"] + row["fee"]
        assert total > 0
        return count
    return await repeat(seconds, once)


async def main(url, rows, work, seconds):
    rows, seconds = int(rows), float(seconds)
    if work == "concurrent":
        pool = await asyncpg.create_pool(url, min_size=32, max_size=32)

        async def caller():
            async with pool.acquire() as connection: return await single(connection, rows, seconds)
        rate = sum(await asyncio.gather(*(caller() for _ in range(32))))
        await pool.close()
    else:
        connection = await asyncpg.connect(url)
        rate = await globals()[work](connection, rows, seconds)
        await connection.close()
    print(f"{rate:.1f}")


uvloop.run(main(*sys.argv[1:]))
