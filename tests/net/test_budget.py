"""Places for connections: never more than allowed, none lost, the first come first."""

import asyncio

from postroom.net.budget import ConnectionBudget


async def test_an_account_and_a_server_have_so_many_places_and_no_more() -> None:
    budget = ConnectionBudget(per_account=2, per_server=5)
    open_now: dict[object, int] = {}
    most: dict[object, int] = {}

    async def connect(account: int, host: str) -> None:
        async with budget.place(account, host):
            for key in (account, host.lower()):
                open_now[key] = open_now.get(key, 0) + 1
                most[key] = max(most.get(key, 0), open_now[key])
            await asyncio.sleep(0.001)
            for key in (account, host.lower()):
                open_now[key] -= 1

    hosts = ("imap.example.com", "IMAP.example.com", "imap.example.net")
    await asyncio.gather(*(connect(n % 20, hosts[n % 3]) for n in range(400)))
    assert max(most[account] for account in range(20)) == 2
    assert most["imap.example.com"] == most["imap.example.net"] == 5


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    budget = ConnectionBudget(per_account=1)
    async with budget.place("alice", "h"):
        held: list[int] = []
        waiting = [asyncio.ensure_future(hold(budget, held, n)) for n in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert held == [0, 2]
    async with asyncio.timeout(1), budget.place("alice", "h"):
        pass
    assert not budget._accounts._gates
    assert not budget._servers._gates


async def hold(budget: ConnectionBudget, held: list[int], number: int) -> None:
    async with budget.place("alice", "h"):
        held.append(number)
