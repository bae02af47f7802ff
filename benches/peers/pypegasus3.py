"""PyPI's pypegasus3, with the same works as every peer.

Every line of stdin is a JSON command, every line of stdout its JSON answer, one at a time. The program ends
when stdin ends.
"""

import atexit
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback

# The client writes pegasus.log into the working folder from the moment it is imported.
noise = tempfile.mkdtemp(prefix='pypegasus3-')
os.chdir(noise)


@atexit.register
def remove_noise():
    import logging
    logging.shutdown()
    os.chdir(tempfile.gettempdir())
    shutil.rmtree(noise, ignore_errors=True)


# Only answers may reach the stdout that the runner reads.
answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w', encoding='utf-8')
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

from pypegasus.pgclient import Pegasus  # noqa: E402
from twisted.internet import defer, reactor, task  # noqa: E402

VALUE = b'v' * 100
# With many operations in flight one in this many is timed, as in all peers.
SAMPLED = 16
OPEN_TIMEOUT_MS = 10000


def say(message):
    answers.write(json.dumps(message) + '\n')
    answers.flush()


def quantiles(samples):
    samples.sort()

    def at(part):
        return samples[min(int(len(samples) * part), len(samples) - 1)] if samples else None
    return {'p50': at(0.5), 'p90': at(0.9), 'p99': at(0.99)}


class Peer(object):
    """The commands, by name."""

    client = None

    @defer.inlineCallbacks
    def open(self, metaServers, table, hashKeys, sortKeys):
        self.client = Pegasus(metaServers.split(','), table, OPEN_TIMEOUT_MS)
        is_ready = yield self.client.init()
        if not is_ready:
            raise RuntimeError('the table %s cannot be opened' % table)
        self.hash_keys = [b'hash-key-%07d' % index for index in range(hashKeys)]
        self.sort_keys = [b'sort-key-%07d' % index for index in range(sortKeys)]

    @defer.inlineCallbacks
    def run(self, work, inFlight, seconds, warmUpSeconds):
        once = getattr(self, work)
        self.is_over = False
        self.operations = 0
        self.samples = []
        every = 1 if inFlight == 1 else SAMPLED
        loops = [self.repeat(once, turn, every) for turn in range(inFlight)]
        measured = yield self.watch(seconds, warmUpSeconds)
        yield defer.gatherResults(loops, consumeErrors=True)
        return measured

    @defer.inlineCallbacks
    def repeat(self, once, turn, every):
        # `turn` differs between loops, so that they do not all time the same turn.
        while not self.is_over:
            started = time.perf_counter()
            yield once()
            if turn % every == 0:
                self.samples.append((time.perf_counter() - started) * 1000)
            self.operations += 1
            turn += 1

    @defer.inlineCallbacks
    def watch(self, seconds, warm_up_seconds):
        yield task.deferLater(reactor, warm_up_seconds, lambda: None)
        self.samples.clear()
        before, started, cpu = self.operations, time.perf_counter(), time.process_time()
        yield task.deferLater(reactor, seconds, lambda: None)
        cpu_seconds = time.process_time() - cpu
        elapsed = time.perf_counter() - started
        operations = self.operations - before
        self.is_over = True
        return {
            'operations': operations,
            'seconds': elapsed,
            'cpuSeconds': cpu_seconds,
            'latencyMs': quantiles(self.samples),
        }

    def any_row(self):
        return random.choice(self.hash_keys), random.choice(self.sort_keys)

    @defer.inlineCallbacks
    def get(self):
        code, value = yield self.client.get(*self.any_row())
        if code != 0 or len(value) != len(VALUE):
            raise RuntimeError('get answered %r' % ((code, value),))

    @defer.inlineCallbacks
    def set(self):
        hash_key, sort_key = self.any_row()
        code, _ = yield self.client.set(hash_key, sort_key, VALUE)
        if code != 0:
            raise RuntimeError('set answered %r' % code)


peer = Peer()


def obey(line):
    request = json.loads(line)
    command = getattr(peer, request.pop('command'))
    done = defer.maybeDeferred(command, **request)
    done.addCallback(lambda result: say({'result': result}))
    done.addErrback(lambda failure: say({'error': failure.getTraceback()}))


def read_commands():
    try:
        for line in sys.stdin:
            reactor.callFromThread(obey, line)
    except Exception:
        traceback.print_exc()
    reactor.callFromThread(stop)


def stop():
    if peer.client is not None:
        peer.client.close()
    reactor.stop()


def start():
    say('ready')
    threading.Thread(target=read_commands, daemon=True).start()


reactor.callWhenRunning(start)
reactor.run()
