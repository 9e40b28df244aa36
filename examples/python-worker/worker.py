"""Makes a ConfigMap with a sentence for each Greeting.

    pip install -r requirements.txt
    python worker.py "$(npx holdfast credentials worker)"
"""
import asyncio
import json
import signal
import sys

import nats


def reconcile(call):
    """What there shall be for this object, whatever was there before: the same call has the same answer."""
    greeting = call["object"]
    text = f"{greeting['spec']['salutation']}, {greeting['spec']['name']}!"
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{greeting['metadata']['name']}-greeting"},
        "data": {"text": text},
    }
    return {
        "outcome": {"kind": "done", "reason": "Greeted", "message": text},
        "status": {"text": text},
        "children": [config_map],
    }


async def answer(message):
    try:
        reply = reconcile(json.loads(message.data))
    except Exception as error:  # the object tries again after its back-off, and shows why
        reply = {"outcome": {"kind": "retry", "message": f"{type(error).__name__}: {error}"}}
    await message.respond(json.dumps(reply).encode())


async def main(url):
    connection = await nats.connect(url, name="greeting-worker", max_reconnect_attempts=-1)
    await connection.subscribe("hf.reconcile.greeting", queue="workers", cb=answer)
    await connection.publish("hf.worker.greeting")
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await connection.drain()


asyncio.run(main(sys.argv[1]))
